"""Runs one piece of work in a forked child, so that a crash there becomes a report here.

    parent                                child
    fork ───────────────────────────────► isolde_report_crashes(crash pipe)
    wait for either pipe, or the          work()
    deadline, or the child's end    ◄──── result pipe: the value or the exception, pickled
                                    ◄──── crash pipe: one JSON object, written by libisolde's
                                          signal handler

Forking costs about a millisecond and needs no second interpreter; it is right only while this
process has one thread, as in the shell's commands.
"""

from __future__ import annotations

import ctypes
import json
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import NoReturn

from isolde.errors import IsoldeError

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


class CrashError(IsoldeError):
    """The child was ended by a signal.

    Attributes:
        signal: its name, as in "SIGSEGV".
        report: what libisolde's handler wrote (see isolde_report_crashes); empty when the signal
            left it no chance to.
    """

    def __init__(self, signal: str, report: dict[str, object]):
        self.signal = signal
        self.report = report
        fault = report.get("fault_address")
        accessing = f" (address {fault})" if fault and signal in ("SIGSEGV", "SIGBUS") else ""
        super().__init__(f"the call crashed: {signal}{accessing}{_place_of(signal, report)}")


# Where an uncaught exception becomes SIGABRT: in a space, but not what anybody asks about.
_RUNTIMES = ("libstdc++.so", "libc++.so", "libc++abi.so")


def _place_of(signal: str, report: dict[str, object]) -> str:
    """Where a report says that it happened, in words: the frame hit, and the first of a space."""
    at, frames = report.get("at"), report.get("frames")
    if not isinstance(at, dict):
        return ""
    own = [each for each in frames if each.get("space")] if isinstance(frames, list) else []
    blamed = next((each for each in own if not _is_runtime(each)), own[0] if own else None)
    if blamed is None or (at.get("space") and signal != "SIGABRT"):
        return f", in {_in_words(at)}"
    under = f"under {_in_words(blamed)}"
    return f", raised {under}" if signal == "SIGABRT" else f", in {_in_words(at)}, {under}"


def _is_runtime(frame: dict[str, object]) -> bool:
    return PurePath(str(frame.get("image"))).name.startswith(_RUNTIMES)


def _in_words(frame: dict[str, object]) -> str:
    space = f", space '{frame['space']}'" if frame.get("space") else ""
    if frame.get("symbol"):
        return f"{frame['symbol']}+{frame.get('offset', 0)} of {frame.get('image')}{space}"
    return f"{place_in_image(frame)}{space}"


def place_in_image(frame: dict[str, object]) -> str:
    """IMAGE+0xOFFSET, as addr2line takes the offset; the bare address outside every image."""
    offset = frame.get("image_offset")
    if not isinstance(offset, int):
        return str(frame.get("address", "?"))
    return f"{PurePath(str(frame.get('image'))).name}+{offset:#x}"


class ExitError(IsoldeError):
    """The work ended its process instead of returning.

    Attributes:
        exit_status: what it chose.
    """

    def __init__(self, exit_status: int):
        self.exit_status = exit_status
        super().__init__(f"the call ended its process with exit status {exit_status}")


class CallTimeoutError(IsoldeError):
    """The work did not return in time; its process is gone."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        super().__init__(f"the call did not return within {seconds:g} s and was ended")


def run_in_child(work: Callable[[], object], *, timeout: float | None = None) -> object:
    """What WORK returns, or raises, when run in a child process.

    Args:
        work: its value, or exception, must be something that pickle takes.
        timeout: seconds, or None to wait for ever.

    Raises:
        CrashError: a signal ended the child.
        ExitError: WORK called exit.
        CallTimeoutError: WORK took longer than TIMEOUT.
    """
    result, crash = _Pipe(), _Pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _be_child(work, result.write_end, crash.write_end)
    os.close(result.write_end)
    os.close(crash.write_end)
    return _await(_Child(pid, result, crash), timeout)


class _Pipe:
    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe()
        self.received = b""
        self.open = True

    def receive(self) -> None:
        piece = os.read(self.read_end, 1 << 16)
        self.received += piece
        self.open = bool(piece)


@dataclass
class _Child:
    pid: int
    result: _Pipe
    crash: _Pipe

    def pipes(self) -> list[_Pipe]:
        return [pipe for pipe in (self.result, self.crash) if pipe.open]


# -- in the child ----------------------------------------------------------------------------------


def _be_child(work: Callable[[], object], result: int, crash: int) -> NoReturn:
    """Runs WORK and leaves without touching anything that belongs to the parent."""
    status = 1
    try:
        _prepare(crash)
        try:
            answer: tuple[bool, object] = (True, work())
        except Exception as error:
            answer = (False, error)
        _send(result, pickle.dumps(answer))
        status = 0
    finally:
        sys.stdout.flush()
        ctypes.CDLL(None).fflush(None)  # what the work printed with C's stdio
        os._exit(status)


def _prepare(crash: int) -> None:
    from isolde import _core

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # native code never reaches Python's handler
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _core.report_crashes(crash)


def _send(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


# -- in the parent ---------------------------------------------------------------------------------


def _await(child: _Child, timeout: float | None) -> object:
    try:
        in_time = _receive_all(child, timeout)
    except BaseException:
        _end(child)
        raise
    if not in_time:
        _end(child)
        assert timeout is not None
        raise CallTimeoutError(timeout)
    return _conclude(child, _end(child, kill=False))


def _receive_all(child: _Child, timeout: float | None) -> bool:
    """Reads both pipes to their ends; False when time runs out first."""
    deadline = None if timeout is None else time.monotonic() + timeout
    while pipes := child.pipes():
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            return False
        ready, _, _ = select.select([pipe.read_end for pipe in pipes], [], [], left)
        for pipe in pipes:
            if pipe.read_end in ready:
                pipe.receive()
    return True


def _end(child: _Child, *, kill: bool = True) -> int:
    """Closes the pipes, waits for the child and returns its wait status."""
    if kill:
        os.kill(child.pid, signal.SIGKILL)
    os.close(child.result.read_end)
    os.close(child.crash.read_end)
    return os.waitpid(child.pid, 0)[1]


def _conclude(child: _Child, status: int) -> object:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        raise CrashError(signal.Signals(number).name, _report_of(child.crash.received))
    if not child.result.received:
        raise ExitError(os.WEXITSTATUS(status))
    succeeded, answer = pickle.loads(child.result.received)
    if succeeded:
        return answer
    raise answer


def _report_of(received: bytes) -> dict[str, object]:
    try:
        report = json.loads(received)
    except ValueError:  # the handler was cut short, or never ran
        return {}
    return report if isinstance(report, dict) else {}
