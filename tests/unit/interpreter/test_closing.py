"""The end of a private interpreter."""

from __future__ import annotations

import ctypes
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import isolde
from tests.toolchain import compile_library


class _Handler(ctypes.Structure):
    _fields_ = (("address", ctypes.c_void_p), ("rest", ctypes.c_char * 256))


def _handler_of(number: int) -> int | None:
    handler = _Handler()
    ctypes.CDLL(None).sigaction(number, None, ctypes.byref(handler))
    address: int | None = handler.address
    return address


def test_atexit_functions_run_and_threads_are_waited_for() -> None:
    out = io.StringIO()
    interpreter = isolde.Interpreter(stdout=out)
    interpreter.exec(
        "import atexit, threading\natexit.register(print, 'at exit')\n"
        "started = threading.Event()\n"
        "def work():\n    started.wait()\n    print('thread')\n"
        "threading.Thread(target=work).start()\nstarted.set()"
    )
    interpreter.close()
    assert out.getvalue() == "thread\nat exit\n"
    assert interpreter.closed
    assert interpreter.space.closed


def test_closing_again_does_nothing() -> None:
    interpreter = isolde.Interpreter()
    interpreter.close()
    interpreter.close()


def test_a_closed_interpreter_refuses_calls() -> None:
    interpreter = isolde.Interpreter(name="gone")
    interpreter.close()
    with pytest.raises(isolde.ClosedError, match=r"^interpreter 'gone' is closed$"):
        interpreter.exec("pass")
    with pytest.raises(isolde.ClosedError, match=r"^interpreter 'gone' is closed$"):
        interpreter.__enter__()


def test_it_cannot_be_closed_while_a_call_runs() -> None:
    begun, go_on = os.pipe(), os.pipe()
    with isolde.Interpreter(name="busy") as interpreter:
        source = f"import os; os.write({begun[1]}, b'x'); os.read({go_on[0]}, 1)"
        thread = threading.Thread(target=interpreter.exec, args=(source,))
        thread.start()
        os.read(begun[0], 1)
        with pytest.raises(isolde.BusyError) as caught:
            interpreter.close()
        os.write(go_on[1], b"x")
        thread.join()
    assert str(caught.value) == "interpreter 'busy' is in use: 1 call is running in it"
    for descriptor in (*begun, *go_on):
        os.close(descriptor)


def test_its_space_is_closed_by_nobody_else() -> None:
    with isolde.Interpreter() as interpreter:
        with pytest.raises(isolde.BusyError):
            interpreter.space.close()
        interpreter.exec("pass")


@pytest.mark.parametrize(
    "python", {p.minor: p for p in isolde.pythons()}.values(), ids=lambda p: p.minor
)
def test_any_thread_may_close_it(python: isolde.Python) -> None:
    if python.free_threaded:
        pytest.skip("needs a GIL")
    interpreter = isolde.Interpreter(python.path)
    interpreter.exec("import threading, sqlite3\nc = [sqlite3.connect(':memory:')]; c.append(c)")
    thread = threading.Thread(target=interpreter.close)
    thread.start()
    thread.join()
    assert interpreter.space.closed


def test_no_signal_leads_into_a_closed_interpreter() -> None:
    before = {number: _handler_of(number) for number in (signal.SIGUSR1, signal.SIGINT)}
    interpreter = isolde.Interpreter()
    interpreter.exec(
        "import signal\nfor number in signal.SIGUSR1, signal.SIGINT:\n"
        "    signal.signal(number, lambda *a: None)"
    )
    assert _handler_of(signal.SIGUSR1) != before[signal.SIGUSR1]
    interpreter.close()
    assert {number: _handler_of(number) for number in before} == before


def test_of_two_that_set_a_signal_neither_leaves_the_others_handler() -> None:
    before = _handler_of(signal.SIGUSR1)
    first = isolde.Interpreter()
    first.exec("import signal; signal.signal(signal.SIGUSR1, lambda *a: None)")
    second = isolde.Interpreter()
    second.exec("import signal; signal.signal(signal.SIGUSR1, lambda *a: None)")
    first.close()
    second.close()
    assert _handler_of(signal.SIGUSR1) == before


def test_what_is_open_at_the_end_of_the_process_is_closed() -> None:
    source = (
        "import isolde\ni = isolde.Interpreter()\n"
        "i.exec('import atexit, threading, time; atexit.register(print, 1)\\n"
        "threading.Thread(target=time.sleep, args=[1000], daemon=True).start()')"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_a_python_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "no number")
    with pytest.raises(isolde.IsoldeError) as caught:
        isolde.Interpreter()
    assert "does not start in a space: PYTHONHASHSEED must be" in str(caught.value)
    monkeypatch.undo()
    isolde.Interpreter().close()


_PARALLEL = """
#include <omp.h>
int threads(void) {
    int count = 0;
#pragma omp parallel num_threads(3)
#pragma omp atomic
    count++;
    return count;
}
"""


def test_openmp_threads_end_with_it(tmp_path: Path) -> None:
    source = tmp_path / "parallel.c"
    source.write_text(_PARALLEL)
    library = compile_library(tmp_path / "libparallel.so", [source], ["-fopenmp"])
    before = len(list(Path("/proc/self/task").iterdir()))
    with isolde.Interpreter() as interpreter:
        interpreter.exec(f"import ctypes; assert ctypes.CDLL({str(library)!r}).threads() == 3")
        assert len(list(Path("/proc/self/task").iterdir())) == before + 2
    assert len(list(Path("/proc/self/task").iterdir())) == before
    assert interpreter.space.closed


def _resident_pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])


def test_what_a_daemon_thread_still_used_is_given_back_by_a_later_close() -> None:
    read, write = os.pipe()
    interpreter = isolde.Interpreter()
    before = _resident_pages()
    interpreter.exec(
        "import os, threading\nkept = [[n] for n in range(400_000)]\n"
        f"threading.Thread(target=os.read, args=({read}, 1), daemon=True).start()"
    )
    threads = len(list(Path("/proc/self/task").iterdir()))
    interpreter.exec("import ctypes; ctypes.pythonapi.Py_IncRef(ctypes.py_object(kept))")
    grown = _resident_pages() - before
    interpreter.close()
    assert interpreter.space.closed
    os.write(write, b"x")
    while len(list(Path("/proc/self/task").iterdir())) == threads:
        os.sched_yield()
    isolde.Interpreter().close()
    assert _resident_pages() - before < grown / 2
    os.close(read)
    os.close(write)


def test_a_thread_of_its_own_cannot_close_it() -> None:
    refusals: list[str] = []

    class File(io.StringIO):
        def write(self, text: str) -> int:
            try:
                interpreter.close()
            except isolde.BusyError as error:
                refusals.append(str(error))
            return len(text)

    read, write = os.pipe()
    with isolde.Interpreter(name="busy", stdout=File()) as interpreter:
        interpreter.exec(
            "import os, sys, threading\ndef say():\n"
            f"    os.read({read}, 1)\n    sys.stdout.write('x')\n    os.read({read}, 1)\n"
            "threading.Thread(target=say).start()"
        )
        os.write(write, b"x")
        while not refusals and not interpreter.closed:
            os.sched_yield()
        os.write(write, b"x")
    assert refusals == ["interpreter 'busy' is in use: 1 call is running in it"]
    os.close(read)
    os.close(write)


_SAY = """
import threading
def say():
    while True: print("x" * 100_000)
for _ in range(4): threading.Thread(target=say, daemon=True).start()
"""

_CLOSE_WHILE_IT_SAYS = """
import gc, io, sys
import isolde

class File(io.StringIO):
    def write(self, text): return len(text)

sys.setswitchinterval(1e-6)
for _ in range(10):
    interpreter = isolde.Interpreter(sys.argv[1], stdout=File())
    interpreter.exec(sys.argv[2])
    interpreter.close()
    assert interpreter.space.closed
    del interpreter
    gc.collect()
print("done")
"""


@pytest.mark.parametrize(
    "python", {p.minor: p for p in isolde.pythons()}.values(), ids=lambda p: p.minor
)
def test_it_can_be_closed_while_its_daemon_threads_print(python: isolde.Python) -> None:
    if python.free_threaded:
        pytest.skip("needs a GIL")
    done = subprocess.run(
        [sys.executable, "-c", _CLOSE_WHILE_IT_SAYS, python.path, _SAY],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
