"""What another thread would meet between any two steps of closing, tried step by step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import isolde
from isolde import _core
from tests.unit.python.fresh_python import printed_by

PACKAGE = str(Path(isolde.__file__).parent)


@contextmanager
def between_steps(intervene: Callable[[], object]) -> Iterator[None]:
    """Call INTERVENE before every line that Isolde runs in this block."""

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            intervene()
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)


@contextmanager
def on_entering(code: CodeType, intervene: Callable[[], object]) -> Iterator[None]:
    """Call INTERVENE when a function with this CODE begins, the first time."""

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code is code:
            sys.setprofile(None)
            intervene()

    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(None)


def _outcome(add: Any) -> str:
    try:
        return str(add(1, 2))
    except isolde.ClosedError:
        return "refused"


def _once(outcomes: list[str]) -> list[str]:
    """OUTCOMES without repetitions."""
    return [now for before, now in zip(["", *outcomes], outcomes, strict=False) if now != before]


@pytest.mark.parametrize("what", ["space", "library"])
def test_a_call_works_until_it_is_refused(what: str, libraries: Path) -> None:
    space = isolde.Space()
    library = space.load(libraries / "libcalls.so")
    add = library.add
    outcomes: list[str] = []
    with between_steps(lambda: outcomes.append(_outcome(add))):
        (space if what == "space" else library).close()
    outcomes.append(_outcome(add))
    assert _once(outcomes) == ["3", "refused"]
    space.close()


@pytest.mark.skipif(
    not _core.host_bits & _core.HOST_COUNTS_CALLS,
    reason="where calls are counted in Python they are counted before they begin",
)
def test_a_refusal_leaves_nothing_behind(libraries: Path) -> None:
    space = isolde.Space()
    add = space.load(libraries / "libcalls.so").add
    refused = 0

    def call() -> None:
        nonlocal refused
        if _outcome(add) == "refused":
            refused += 1
        sum(range(10))  # a second exception would be raised here

    with between_steps(call):
        space.close()
    assert refused > 5


def test_a_look_up_that_a_close_overtakes_is_refused(
    calls: isolde.Library, space: isolde.Space
) -> None:
    with (
        on_entering(isolde.Library._function.__code__, calls.close),
        pytest.raises(isolde.ClosedError, match=r"libcalls\.so in space"),
    ):
        calls.add  # noqa: B018


def test_a_look_up_that_the_end_of_the_space_overtakes_is_refused(
    calls: isolde.Library, space: isolde.Space
) -> None:
    with (
        on_entering(isolde.Library._function.__code__, space.close),
        pytest.raises(isolde.ClosedError, match="is closed"),
    ):
        calls.add  # noqa: B018


def test_a_load_that_a_close_overtakes_is_refused(libraries: Path, space: isolde.Space) -> None:
    with (
        on_entering(_core.identity.__code__, space.close),
        pytest.raises(isolde.ClosedError, match="is closed"),
    ):
        space.load(libraries / "libcalls.so")


def test_a_fork_while_another_thread_keeps_the_books_is_no_deadlock(libraries: Path) -> None:
    source = """
        import os, sys, threading
        import isolde
        from isolde import space as books

        held, done = threading.Event(), threading.Event()

        def hold():
            with books._bookkeeping:
                held.set()
                done.wait()

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait()
        child = os.fork()
        if child == 0:
            os._exit(isolde.Space().load(sys.argv[1]).add(20, 22))
        _, status = os.waitpid(child, 0)
        done.set()
        thread.join()
        print(os.waitstatus_to_exitcode(status))
    """
    assert printed_by(source, libraries / "libcalls.so") == "42"
