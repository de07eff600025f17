"""After closing: functions refuse, nothing crashes, and what was not closed still works."""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path
from typing import Any

import pytest

import isolde
from isolde import _core
from tests.unit.python.fresh_python import printed_by, run_fresh
from tests.unit.python.running_call import RunningCall

counts_calls = pytest.mark.skipif(
    not _core.host_bits & _core.HOST_COUNTS_CALLS,
    reason="where calls are counted in Python there are no gates",
)
knows_handles = pytest.mark.skipif(
    not _core.host_bits & _core.HOST_KNOWS_HANDLES,
    reason="this host's ctypes cannot look into spaces by itself",
)


def _unchanged(result: Any, function: object, arguments: object) -> Any:
    return result


def _plus_thousand(result: Any, function: object, arguments: object) -> Any:
    return result + 1000


def _checked(result: Any, function: object, arguments: object) -> Any:
    return "checked"


class TestSpace:
    def test_functions_refuse(self, calls: isolde.Library, space: isolde.Space) -> None:
        add = calls.add
        space.close()
        with pytest.raises(isolde.ClosedError, match=f"cannot call add: space '{space.name}' is"):
            add(1, 2)

    @pytest.mark.parametrize("restype", [None, ctypes.c_char_p, ctypes.c_double, ctypes.py_object])
    def test_functions_refuse_whatever_they_return(
        self, restype: Any, calls: isolde.Library, space: isolde.Space
    ) -> None:
        function = calls.greeting
        function.restype = restype
        space.close()
        with pytest.raises(isolde.ClosedError):
            function()

    def test_functions_refuse_whatever_they_are_given(
        self, calls: isolde.Library, space: isolde.Space
    ) -> None:
        sum_of = calls.sum_of
        space.close()
        with pytest.raises(isolde.ClosedError):
            sum_of(20, *range(20), ctypes.c_double(1), b"text", None)

    def test_functions_with_a_check_of_their_own_refuse(
        self, calls: isolde.Library, space: isolde.Space
    ) -> None:
        add = calls.add
        add.errcheck = _unchanged
        space.close()
        with pytest.raises(isolde.ClosedError):
            add(1, 2)

    @knows_handles
    def test_prototypes_refuse(self, calls: isolde.Library, space: isolde.Space) -> None:
        prototype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)
        add = prototype(("add", calls))
        assert add(1, 2) == 3
        space.close()
        with pytest.raises(isolde.ClosedError):
            add(1, 2)

    def test_functions_of_shared_libraries_refuse_too(
        self, calls: isolde.Library, space: isolde.Space
    ) -> None:
        getpid = calls.getpid
        assert getpid() == os.getpid()
        space.close()
        with pytest.raises(isolde.ClosedError):
            getpid()

    def test_new_lookups_say_that_it_is_closed(
        self, calls: isolde.Library, space: isolde.Space
    ) -> None:
        space.close()
        closed = f"^space '{space.name}' is closed$"
        with pytest.raises(isolde.ClosedError, match=closed):
            calls.add  # noqa: B018
        with pytest.raises(isolde.ClosedError, match=closed):
            ctypes.c_int.in_dll(calls, "number")

    def test_everything_else_says_so_too(self, libraries: Path, space: isolde.Space) -> None:
        space.close()
        for attempt in (
            lambda: space.load(libraries / "libcalls.so"),
            lambda: space.symbol("add"),
            lambda: space.images,
            lambda: space.__enter__(),
        ):
            with pytest.raises(isolde.ClosedError, match=f"space '{space.name}' is closed"):
                attempt()

    def test_destructors_run(self, libraries: Path, space: isolde.Space) -> None:
        ours, theirs = os.pipe()
        space.load(libraries / "libfarewell.so").tell(theirs)
        space.close()
        os.close(theirs)
        assert os.read(ours, 8) == b"bye"
        os.close(ours)

    def test_files_are_unmapped(self, calls: isolde.Library, space: isolde.Space) -> None:
        assert calls.path in Path("/proc/self/maps").read_text()
        space.close()
        assert calls.path not in Path("/proc/self/maps").read_text()

    def test_closing_again_does_nothing(self, space: isolde.Space) -> None:
        space.close()
        space.close()
        assert space.closed

    def test_leaving_the_block_closes_even_after_an_error(self) -> None:
        space = isolde.Space()
        with pytest.raises(ZeroDivisionError), space:
            raise ZeroDivisionError
        assert space.closed

    def test_libraries_are_closed_with_it(self, calls: isolde.Library, space: isolde.Space) -> None:
        space.close()
        assert calls.closed
        calls.close()

    def test_other_spaces_go_on(self, libraries: Path, calls: isolde.Library) -> None:
        with isolde.Space() as other:
            other.load(libraries / "libcalls.so").add(1, 2)
        assert calls.add(1, 2) == 3

    def test_a_destructor_cannot_close_the_space_it_runs_in(
        self, libraries: Path, space: isolde.Space
    ) -> None:
        met: list[str] = []

        def close_again() -> None:
            try:
                space.close()
            except isolde.BusyError as error:
                met.append(str(error))

        callback = ctypes.CFUNCTYPE(None)(close_again)
        space.load(libraries / "libcalls_back.so").remember(callback)
        space.close()
        assert met == [f"space '{space.name}' is being closed already"]


class TestLibrary:
    def test_functions_refuse(self, calls: isolde.Library, space: isolde.Space) -> None:
        add = calls.add
        calls.close()
        reason = f"cannot call add: libcalls.so in space '{space.name}' is closed"
        with pytest.raises(isolde.ClosedError, match=reason):
            add(1, 2)

    def test_new_lookups_say_that_it_is_closed(
        self, calls: isolde.Library, space: isolde.Space
    ) -> None:
        calls.close()
        reason = f"^libcalls.so in space '{space.name}' is closed$"
        with pytest.raises(isolde.ClosedError, match=reason):
            calls.add  # noqa: B018
        assert calls.closed
        assert not space.closed

    def test_the_image_is_unmapped(self, calls: isolde.Library, space: isolde.Space) -> None:
        calls.close()
        assert space.images == []
        assert calls.path not in Path("/proc/self/maps").read_text()

    def test_another_load_of_the_file_keeps_it_working(
        self, libraries: Path, calls: isolde.Library, space: isolde.Space
    ) -> None:
        second = space.load(libraries / "libcalls.so")
        assert second.base == calls.base
        first_add = calls.add
        calls.close()
        assert (first_add(1, 2), second.add(1, 2)) == (3, 3)
        second.close()
        for add in (first_add, second.__dict__["add"]):
            with pytest.raises(isolde.ClosedError):
                add(1, 2)

    def test_what_others_need_stays_mapped(self, libraries: Path, space: isolde.Space) -> None:
        counter = space.load(libraries / "libcounter.so")
        twice = space.load(libraries / "libtwice.so")
        counter.count_up()
        counter.close()
        assert twice.count_twice() == 3

    def test_loading_again_starts_afresh(
        self, libraries: Path, counter: isolde.Library, space: isolde.Space
    ) -> None:
        assert counter.count_up() == 1
        counter.close()
        assert space.load(libraries / "libcounter.so").count_up() == 1

    def test_closing_again_does_nothing(
        self, libraries: Path, calls: isolde.Library, space: isolde.Space
    ) -> None:
        second = space.load(libraries / "libcalls.so")
        calls.close()
        calls.close()
        assert second.add(1, 2) == 3

    def test_its_description_stays(self, calls: isolde.Library, libraries: Path) -> None:
        base = calls.base
        calls.close()
        assert calls.path == str(libraries / "libcalls.so")
        assert (calls.soname, calls.base) == ("libcalls.so", base)


class TestWhileACallRuns:
    def test_closing_the_space_is_refused(self, libraries: Path, space: isolde.Space) -> None:
        with RunningCall(space.load(libraries / "libwaits.so")) as call:
            with pytest.raises(isolde.BusyError, match=space.name):
                space.close()
            assert not space.closed
        assert call.result == ord("!")
        space.close()
        assert space.closed

    def test_a_refused_close_changes_nothing(
        self, libraries: Path, calls: isolde.Library, space: isolde.Space
    ) -> None:
        calls.greeting.restype = ctypes.c_char_p
        calls.half.errcheck = _checked
        images = set(space.images)
        with RunningCall(space.load(libraries / "libwaits.so")):
            with pytest.raises(isolde.BusyError):
                space.close()
            assert calls.greeting() == b"hello"
            assert calls.half(1) == "checked"
            assert calls.add(1, 2) == 3
            assert calls.store.restype is ctypes.c_int
            assert space in isolde.spaces()
            assert images < set(space.images)

    def test_its_result_survives_a_refused_close(
        self, libraries: Path, space: isolde.Space
    ) -> None:
        waits = space.load(libraries / "libwaits.so")
        waits.wait_for_byte.errcheck = _plus_thousand
        with RunningCall(waits) as call, pytest.raises(isolde.BusyError):
            space.close()
        assert call.result == ord("!") + 1000

    def test_closing_its_library_is_refused(self, libraries: Path, space: isolde.Space) -> None:
        waits = space.load(libraries / "libwaits.so")
        with RunningCall(waits) as call:
            with pytest.raises(isolde.BusyError):
                waits.close()
            assert not waits.closed
        assert call.result == ord("!")
        waits.close()
        assert waits.closed

    def test_a_refused_close_of_its_library_changes_nothing(
        self, libraries: Path, space: isolde.Space
    ) -> None:
        waits = space.load(libraries / "libwaits.so")
        waits.wait_for_byte.errcheck = _plus_thousand
        for _ in range(2):
            with RunningCall(waits) as call, pytest.raises(isolde.BusyError):
                waits.close()
            assert call.result == ord("!") + 1000

    @knows_handles
    @counts_calls
    def test_a_refused_close_keeps_prototypes_working(
        self, libraries: Path, calls: isolde.Library, space: isolde.Space
    ) -> None:
        add = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)(("add", calls))
        with RunningCall(space.load(libraries / "libwaits.so")):
            for close in (space.close, calls.close):
                with pytest.raises(isolde.BusyError):
                    close()
                assert add(1, 2) == 3

    def test_a_callback_cannot_close_the_space_that_called_it(
        self, calls: isolde.Library, space: isolde.Space
    ) -> None:
        def close_below_me(number: int) -> int:
            try:
                space.close()
            except isolde.BusyError:
                return number
            return -1

        callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(close_below_me)
        assert calls.apply(callback, 5) == 5

    def test_other_spaces_may_close(self, libraries: Path, space: isolde.Space) -> None:
        with RunningCall(space.load(libraries / "libwaits.so")):
            with isolde.Space() as other:
                other.load(libraries / "libcalls.so").add(1, 2)
            assert other.closed

    def test_calls_that_raise_are_over(self, calls: isolde.Library, space: isolde.Space) -> None:
        with pytest.raises(ctypes.ArgumentError):
            calls.add(object(), 1)
        space.close()
        assert space.closed


class ClosesTheSpace:
    """An argument that closes the space while ctypes prepares the call."""

    def __init__(self, space: isolde.Space) -> None:
        self._space = space

    @property
    def _as_parameter_(self) -> int:
        self._space.close()
        return 1


class TestWhileACallBegins:
    @counts_calls
    @pytest.mark.parametrize("restype", [ctypes.c_int, ctypes.c_char_p, ctypes.c_double])
    def test_it_is_refused(self, restype: Any, calls: isolde.Library, space: isolde.Space) -> None:
        calls.add.restype = restype
        with pytest.raises(isolde.ClosedError, match="closed as this call began"):
            calls.add(ClosesTheSpace(space), 2)
        assert space.closed

    @counts_calls
    def test_another_library_at_its_address_is_not_called(
        self, libraries: Path, calls: isolde.Library, space: isolde.Space
    ) -> None:
        successors = []

        class ClosesAndRefills(ClosesTheSpace):
            @property
            def _as_parameter_(self) -> int:
                closed = super()._as_parameter_
                successors.append(isolde.Space())
                successors[0].load(libraries / "libcounter.so")
                return closed

        with pytest.raises(isolde.ClosedError):
            calls.add(ClosesAndRefills(space), 2)
        assert successors[0].load(libraries / "libcounter.so").count_up() == 1
        successors[0].close()

    @counts_calls
    def test_closing_its_library_refuses_it_too(self, calls: isolde.Library) -> None:
        class ClosesTheLibrary:
            @property
            def _as_parameter_(self) -> int:
                calls.close()
                return 1

        with pytest.raises(isolde.ClosedError):
            calls.add(ClosesTheLibrary(), 2)

    @counts_calls
    def test_the_refusal_comes_once(self, calls: isolde.Library, space: isolde.Space) -> None:
        add = calls.add
        with pytest.raises(isolde.ClosedError):
            add(ClosesTheSpace(space), 2)
        for _ in range(3):
            with pytest.raises(isolde.ClosedError, match="cannot call add"):
                add(1, 2)

    @counts_calls
    def test_c_code_that_kept_a_function_is_refused(
        self, libraries: Path, calls: isolde.Library, space: isolde.Space
    ) -> None:
        with isolde.Space() as other:
            keeper = other.load(libraries / "libcalls.so")
            negated = calls.negated
            keeper.keep(negated)
            space.close()
            with pytest.raises(isolde.ClosedError):
                keeper.call_kept(4)


def test_threads_that_call_while_it_closes_end_in_refusals(libraries: Path) -> None:
    refused = printed_by(
        """
        import sys, threading
        import isolde

        def call_until_refused():
            try:
                while True:
                    assert add(1, 2) == 3
            except isolde.ClosedError:
                refusals.append(1)

        sys.setswitchinterval(1e-5)
        refusals = []
        for _ in range(12):
            space = isolde.Space()
            add = space.load(sys.argv[1]).add
            threads = [threading.Thread(target=call_until_refused) for _ in range(4)]
            for thread in threads:
                thread.start()
            while not space.closed:
                try:
                    space.close()
                except isolde.BusyError:
                    pass
            for thread in threads:
                thread.join()
        print(len(refusals))
        """,
        libraries / "libcalls.so",
    )
    assert refused == "48"


def test_threads_that_load_while_it_closes_end_in_refusals(libraries: Path) -> None:
    space = isolde.Space()
    begun, errors = threading.Barrier(4), []

    def load_until_refused() -> None:
        begun.wait()
        try:
            while True:
                assert space.load(libraries / "libcalls.so").add(1, 2) == 3
        except isolde.ClosedError as error:
            errors.append(error)

    threads = [threading.Thread(target=load_until_refused) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.wait()
    while not space.closed:
        try:
            space.close()
        except isolde.BusyError:
            continue
    for thread in threads:
        thread.join()
    assert len(errors) == 3


def test_two_threads_close_one_library_once(libraries: Path, space: isolde.Space) -> None:
    for _ in range(20):
        kept, doomed = (space.load(libraries / "libcalls.so") for _ in range(2))
        threads = [threading.Thread(target=doomed.close) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert kept.add(1, 2) == 3
        kept.close()
        assert space.images == []


def test_nothing_is_complained_about_at_exit(libraries: Path) -> None:
    source = """
        import sys, isolde
        open_one, closed_one = isolde.Space(), isolde.Space()
        kept = [space.load(sys.argv[1]).add for space in (open_one, closed_one)]
        closed_one.close()
    """
    assert run_fresh(source, libraries / "libcalls.so").stderr == ""


def test_what_is_open_at_exit_says_farewell(libraries: Path) -> None:
    source = "import isolde, sys; isolde.Space().load(sys.argv[1]).tell(1)"
    assert printed_by(source, libraries / "libfarewell.so") == "bye"
