"""A Library is a ctypes.CDLL with an address book of its own."""

from __future__ import annotations

import copy
import ctypes
import gc
import os
import pickle
import sys
import weakref
from pathlib import Path

import pytest

import isolde
from isolde import _core

knows_handles = pytest.mark.skipif(
    not _core.host_bits & _core.HOST_KNOWS_HANDLES,
    reason="this host's ctypes cannot look into spaces by itself",
)
knows_no_handles = pytest.mark.skipif(
    bool(_core.host_bits & _core.HOST_KNOWS_HANDLES),
    reason="this host's ctypes looks into spaces by itself",
)


class Triple(ctypes.Structure):
    _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double), ("z", ctypes.c_double))


def test_it_says_what_and_where_it_is(counter: isolde.Library, space: isolde.Space) -> None:
    (image,) = (image for image in space.images if image.soname == "libcounter.so")
    assert (counter.path, counter.soname, counter.base) == (image.path, image.soname, image.base)
    assert counter.space is space
    assert isinstance(counter, ctypes.CDLL)


def test_repr_tells_soname_and_space(libraries: Path) -> None:
    with isolde.Space("a") as space:
        library = space.load(libraries / "libcounter.so")
        assert repr(library) == "<Library libcounter.so in space 'a'>"
    assert repr(library) == "<Library libcounter.so in space 'a' closed>"


def test_integers_are_passed_and_returned(calls: isolde.Library) -> None:
    assert calls.add(2, 3) == 5
    assert calls["add"](2, 3) == 5
    assert calls[b"add"](2, 3) == 5


def test_doubles_are_passed_and_returned(calls: isolde.Library) -> None:
    calls.half.restype, calls.half.argtypes = ctypes.c_double, [ctypes.c_double]
    assert calls.half(5) == 2.5


def test_strings_are_returned(calls: isolde.Library) -> None:
    calls.greeting.restype = ctypes.c_char_p
    assert calls.greeting() == b"hello"


def test_structures_are_passed_and_returned(calls: isolde.Library) -> None:
    calls.reversed.restype, calls.reversed.argtypes = Triple, [Triple]
    result = calls.reversed(Triple(1, 2, 3))
    assert (result.x, result.y, result.z) == (3, 2, 1)


def test_pointers_are_written_through(calls: isolde.Library) -> None:
    place = ctypes.c_int()
    calls.store(ctypes.byref(place), 42)
    assert place.value == 42


def test_callbacks_are_called(calls: isolde.Library) -> None:
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda number: number * 10)
    assert calls.apply(callback, 4) == 40


def test_functions_are_callbacks_for_each_other(libraries: Path, calls: isolde.Library) -> None:
    with isolde.Space() as other:
        assert other.load(libraries / "libcalls.so").apply(calls.negated, 4) == -4


def test_a_callback_outlives_the_function_object_it_was_given_as(calls: isolde.Library) -> None:
    calls.keep(calls["negated"])
    gc.collect()
    others = [calls[name] for name in ("add", "half", "store")]
    assert calls.call_kept(4) == -4, others


def test_variadic_functions_are_called(calls: isolde.Library) -> None:
    assert calls.sum_of(3, 10, 20, 30) == 60


def test_more_arguments_than_registers_are_passed(calls: isolde.Library) -> None:
    assert calls.sum_of(12, *range(12)) == sum(range(12))


def test_errno_is_the_callers(libraries: Path, space: isolde.Space) -> None:
    library = space.load(libraries / "libcalls.so", use_errno=True)
    assert library.fail_with(71) == -1
    assert ctypes.get_errno() == 71


def test_an_attribute_is_looked_up_once(calls: isolde.Library) -> None:
    assert calls.add is calls.add


def test_an_item_is_a_function_object_of_its_own(calls: isolde.Library) -> None:
    calls.add.restype = ctypes.c_char_p
    assert calls["add"].restype is ctypes.c_int


def test_function_objects_do_not_outlive_their_users(calls: isolde.Library) -> None:
    function = weakref.ref(calls["add"])
    gc.collect()
    assert function() is None


def test_a_missing_symbol_names_symbol_library_and_space(libraries: Path) -> None:
    with isolde.Space("a") as space:
        library = space.load(libraries / "libcounter.so")
        with pytest.raises(AttributeError) as refused:
            library.count_down  # noqa: B018
    assert str(refused.value) == "libcounter.so in space 'a' has no symbol 'count_down'"
    assert (refused.value.name, refused.value.obj) == ("count_down", library)


def test_has_and_get_attribute_work(calls: isolde.Library) -> None:
    assert hasattr(calls, "add")
    assert getattr(calls, "subtract", None) is None


def test_special_names_are_never_looked_up(calls: isolde.Library) -> None:
    with pytest.raises(AttributeError, match=r"^__array__$"):
        calls.__array__  # noqa: B018


@knows_handles
def test_data_is_reached_with_in_dll(counter: isolde.Library) -> None:
    assert ctypes.c_int.in_dll(counter, "number").value == 7


@knows_handles
def test_data_is_each_spaces_own(libraries: Path, counter: isolde.Library) -> None:
    with isolde.Space() as other:
        theirs = ctypes.c_int.in_dll(other.load(libraries / "libcounter.so"), "number")
        theirs.value = 8
        assert ctypes.c_int.in_dll(counter, "number").value == 7


@knows_handles
def test_missing_data_is_a_value_error(counter: isolde.Library) -> None:
    with pytest.raises(ValueError, match="no_such_number"):
        ctypes.c_int.in_dll(counter, "no_such_number")


@knows_handles
def test_prototypes_with_names_and_defaults_work(calls: isolde.Library) -> None:
    prototype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)
    add = prototype(("add", calls), ((1, "a"), (1, "b", 100)))
    assert add(a=1) == 101


@knows_handles
def test_prototypes_of_missing_symbols_are_attribute_errors(calls: isolde.Library) -> None:
    with pytest.raises(AttributeError, match="subtract"):
        ctypes.CFUNCTYPE(ctypes.c_int)(("subtract", calls))


@knows_no_handles
def test_in_dll_says_what_to_do_instead(counter: isolde.Library, space: isolde.Space) -> None:
    with pytest.raises(NotImplementedError, match="from_address"):
        ctypes.c_int.in_dll(counter, "number")
    address = space.symbol("number")
    assert address is not None
    assert ctypes.c_int.from_address(address).value == 7


def test_loads_and_lookups_are_audited(libraries: Path, space: isolde.Space) -> None:
    seen: list[tuple[str, tuple[object, ...]]] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event.startswith("ctypes.dl"):
            seen.append((event, arguments))

    sys.addaudithook(hook)
    library = space.load(libraries / "libcounter.so")
    library.count_up()
    watching = False
    assert ("ctypes.dlopen", (libraries / "libcounter.so",)) in seen
    assert ("ctypes.dlsym", (library, "count_up")) in seen


def test_global_libraries_serve_later_loads_of_their_space(
    libraries: Path, space: isolde.Space
) -> None:
    space.load(libraries / "libcounter.so", ctypes.RTLD_GLOBAL)
    assert space.load(libraries / "libtwice_bare.so").count_twice() == 2


def test_global_libraries_serve_no_other_space(libraries: Path, space: isolde.Space) -> None:
    with isolde.Space() as other:
        other.load(libraries / "libcounter.so", ctypes.RTLD_GLOBAL)
        with pytest.raises(isolde.LoadError, match="count_up"):
            space.load(libraries / "libtwice_bare.so", os.RTLD_NOW)


def test_local_libraries_serve_no_later_load(libraries: Path, space: isolde.Space) -> None:
    space.load(libraries / "libcounter.so", ctypes.RTLD_LOCAL)
    with pytest.raises(isolde.LoadError, match="count_up"):
        space.load(libraries / "libtwice_bare.so", os.RTLD_NOW)


@pytest.mark.parametrize("attempt", [copy.copy, copy.deepcopy, pickle.dumps])
def test_libraries_refuse_to_be_copied(attempt: object, counter: isolde.Library) -> None:
    with pytest.raises(TypeError, match="cannot pickle or copy <Library"):
        attempt(counter)  # type: ignore[operator]


def test_functions_of_a_library_that_was_forgotten_work(libraries: Path) -> None:
    with isolde.Space() as space:
        function = space.load(libraries / "libcounter.so").count_up
        gc.collect()
        assert function() == 1


def test_a_real_library_works(space: isolde.Space) -> None:
    z = space.load("libz.so.1")
    z.crc32.argtypes = [ctypes.c_ulong, ctypes.c_char_p, ctypes.c_uint]
    z.crc32.restype = ctypes.c_ulong
    assert z.crc32(0, b"123456789", 9) == 0xCBF43926
