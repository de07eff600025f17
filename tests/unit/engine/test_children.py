"""A piece of work in a child process: its value, its exception, or how it ended."""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

import pytest

from isolde.engine.child import CallTimeoutError, CrashError, ExitError, run_in_child

_libc = ctypes.CDLL("libc.so.6")


def test_the_value_comes_back() -> None:
    assert run_in_child(lambda: {"pid": os.getpid()}) != {"pid": os.getpid()}


def test_a_value_larger_than_a_pipe_comes_back() -> None:
    assert run_in_child(lambda: bytes(1 << 20)) == bytes(1 << 20)


def test_an_exception_comes_back() -> None:
    with pytest.raises(ZeroDivisionError):
        run_in_child(lambda: 1 // 0)


def test_what_c_printed_is_not_lost(capfd: pytest.CaptureFixture[str]) -> None:
    run_in_child(lambda: _libc.puts(b"from C"))
    assert capfd.readouterr().out == "from C\n"


def test_a_crash_names_the_signal_and_the_place() -> None:
    with pytest.raises(CrashError) as caught:
        run_in_child(lambda: ctypes.string_at(8))
    assert caught.value.signal == "SIGSEGV"
    assert str(caught.value).startswith("the call crashed: SIGSEGV (address 0x8), in ")


def test_a_signal_that_nobody_can_handle_is_named_without_a_report() -> None:
    with pytest.raises(CrashError) as caught:
        run_in_child(lambda: os.kill(os.getpid(), signal.SIGKILL))
    assert str(caught.value) == "the call crashed: SIGKILL"
    assert caught.value.report == {}


def test_leaving_the_process_is_told_with_its_status() -> None:
    with pytest.raises(ExitError) as caught:
        run_in_child(lambda: _libc._exit(7))
    assert str(caught.value) == "the call ended its process with exit status 7"


def test_a_call_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    def wait_for_ever() -> None:
        (tmp_path / "pid").write_text(str(os.getpid()))
        _libc.pause()

    with pytest.raises(CallTimeoutError) as caught:
        run_in_child(wait_for_ever, timeout=0.5)
    assert str(caught.value) == "the call did not return within 0.5 s and was ended"
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_nothing_stays_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    run_in_child(lambda: None)
    with pytest.raises(CrashError):
        run_in_child(lambda: os.abort())
    assert len(list(Path("/proc/self/fd").iterdir())) == before
