"""Stopping a call: Ctrl-C, another thread, a time limit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

import isolde

_BLOCKS = {
    "code": "while True: pass",
    "sleep": "import time; time.sleep(1000)",
    "read": "import os; r, w = os.pipe(); os.read(r, 1)",
    "lock": "import threading; threading.Lock().acquire() and threading.Event().wait()",
}


@pytest.fixture(scope="module")
def interpreter() -> Iterator[isolde.Interpreter]:
    with isolde.Interpreter(name="slow") as interpreter:
        yield interpreter


@pytest.mark.parametrize("source", _BLOCKS.values(), ids=_BLOCKS.keys())
def test_a_time_limit_ends_a_call(interpreter: isolde.Interpreter, source: str) -> None:
    with (
        pytest.raises(
            TimeoutError, match=r"^interpreter 'slow' took longer than 0.05 s$"
        ) as caught,
        interpreter.time_limit(0.05),
    ):
        interpreter.exec(source)
    assert "KeyboardInterrupt" in str(caught.value.__cause__)


def test_a_call_in_time_is_left_alone(interpreter: isolde.Interpreter) -> None:
    with interpreter.time_limit(100):
        assert interpreter.call("builtins:abs", -1) == 1
    assert interpreter.call("builtins:abs", -2) == 2


def test_a_time_limit_ends_a_call_of_another_thread(interpreter: isolde.Interpreter) -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            with interpreter.time_limit(0.05):
                interpreter.exec(_BLOCKS["code"])
        except TimeoutError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [type(error) for error in caught] == [TimeoutError]


def test_another_thread_interrupts_with_any_exception(interpreter: isolde.Interpreter) -> None:
    read, write = os.pipe()

    def interrupt() -> None:
        os.read(read, 1)
        assert interpreter.interrupt(LookupError("enough")) == 1

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(LookupError, match=r"^enough$"):
        interpreter.exec(f"import os; os.write({write}, b'x')\nwhile True: pass")
    thread.join()
    os.close(read)
    os.close(write)


def test_with_no_call_there_is_nothing_to_interrupt(interpreter: isolde.Interpreter) -> None:
    assert interpreter.interrupt() == 0
    interpreter.exec("pass")


_CTRL_C = """
import os, signal, sys, threading
signal.signal(signal.SIGINT, signal.default_int_handler)
import isolde
host = signal.getsignal(signal.SIGINT)
interpreter = isolde.Interpreter()
read, write = os.pipe()
def press():
    os.read(read, 1)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=press).start()
try:
    interpreter.exec(f"import os, time; os.write({write}, b'x'); time.sleep(1000)")
except KeyboardInterrupt as error:
    print("in the guest", "time.sleep" in str(error.__cause__))
try:
    os.kill(os.getpid(), signal.SIGINT)
    while True: pass
except KeyboardInterrupt as error:
    print("in the host", error.__cause__)
"""


def test_ctrl_c_goes_to_whichever_interpreter_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CTRL_C], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout == "in the guest True\nin the host None\n"


def test_a_signal_handler_of_its_own_runs_there(interpreter: isolde.Interpreter) -> None:
    before = signal.getsignal(signal.SIGUSR2)
    interpreter.exec(
        "import os, signal\ngot = []\nsignal.signal(signal.SIGUSR2, lambda n, f: got.append(n))\n"
        "os.kill(os.getpid(), signal.SIGUSR2)\ndef seen(): return got"
    )
    assert interpreter.call("__main__:seen") == [signal.SIGUSR2]
    signal.signal(signal.SIGUSR2, before)


@pytest.mark.parametrize("seconds", [-1, -0.5, float("nan")])
def test_a_time_limit_in_the_past_is_refused(
    interpreter: isolde.Interpreter, seconds: float
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the whole message is below)
        interpreter.time_limit(seconds)
    assert str(caught.value) == f"a time limit must be 0 s or longer, not {seconds} s"


@pytest.mark.parametrize("seconds", [1e300, float("inf")])
def test_a_time_limit_may_be_longer_than_a_lock_waits(
    interpreter: isolde.Interpreter, seconds: float, capfd: pytest.CaptureFixture[str]
) -> None:
    with interpreter.time_limit(seconds):
        assert interpreter.call("math:sqrt", 4.0) == 2.0
    assert capfd.readouterr().err == ""
