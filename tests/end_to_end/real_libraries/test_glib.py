"""glib and gobject: hash tables, a main loop that calls back, and a type system per space."""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_int, c_size_t, c_uint, c_void_p
from pathlib import Path

import pytest

import isolde
from tests.end_to_end.real_libraries.system import needs

pytestmark = pytest.mark.skipif(
    not [*Path("/usr/lib").glob("*/libgobject-2.0.so.0")], reason="the system has no glib"
)

pytestmark = needs("libglib-2.0.so.0", "libgobject-2.0.so.0")
IDLE = ctypes.CFUNCTYPE(c_int, c_void_p)


def pointer(library: isolde.Library, function: str, *arguments: object) -> c_void_p:
    found = library[function]
    found.restype = c_void_p
    return c_void_p(found(*arguments))


def test_each_copy_numbers_its_own_quarks(twenty_spaces: list[isolde.Space]) -> None:
    numbers = []
    for count, space in enumerate(twenty_spaces, start=1):
        glib = space.load("libglib-2.0.so.0")
        for quark in range(count):
            last = glib.g_quark_from_string(c_char_p(f"quark {quark}".encode()))
        numbers.append(last)
    assert [number - numbers[0] for number in numbers] == list(range(len(twenty_spaces)))


def test_a_main_loop_runs_and_calls_back(twenty_spaces: list[isolde.Space]) -> None:
    for space in twenty_spaces:
        glib = space.load("libglib-2.0.so.0")
        loop = pointer(glib, "g_main_loop_new", None, c_int(0))
        calls: list[int] = []

        def idle(_: object, glib: isolde.Library = glib, loop: c_void_p = loop) -> int:
            calls.append(1)  # noqa: B023
            if len(calls) == 3:  # noqa: B023
                glib.g_main_loop_quit(loop)
            return 1

        callback = IDLE(idle)
        source = glib.g_idle_add(callback, None)
        glib.g_main_loop_run(loop)
        glib.g_source_remove(c_uint(source))
        glib.g_main_loop_unref(loop)
        assert len(calls) == 3


def test_hash_tables_and_formats(twenty_spaces: list[isolde.Space]) -> None:
    for number, space in enumerate(twenty_spaces):
        glib = space.load("libglib-2.0.so.0")
        hashes = (ctypes.cast(glib.g_str_hash, c_void_p), ctypes.cast(glib.g_str_equal, c_void_p))
        table = pointer(glib, "g_hash_table_new", *hashes)
        glib.g_hash_table_insert(table, c_char_p(b"key"), c_void_p(number + 1))
        assert pointer(glib, "g_hash_table_lookup", table, c_char_p(b"key")).value == number + 1
        text = pointer(glib, "g_strdup_printf", c_char_p(b"%s-%d"), c_char_p(b"copy"), number)
        assert ctypes.string_at(text) == f"copy-{number}".encode()
        glib.g_free(text)


def test_types_registered_in_one_space_are_unknown_in_the_next(
    twenty_spaces: list[isolde.Space],
) -> None:
    for space in twenty_spaces:
        gobject = space.load("libgobject-2.0.so.0")
        gobject.g_type_from_name.restype = c_size_t
        gobject.g_object_get_type.restype = c_size_t
        gobject.g_type_register_static_simple.restype = c_size_t
        assert gobject.g_type_from_name(b"IsoldeThing") == 0
        parent = c_size_t(gobject.g_object_get_type())
        sizes = (c_uint(136), None, c_uint(24), None, c_uint(0))
        made = gobject.g_type_register_static_simple(parent, c_char_p(b"IsoldeThing"), *sizes)
        assert gobject.g_type_from_name(b"IsoldeThing") == made != 0
