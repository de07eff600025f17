"""Arrays go from one interpreter to the other without being copied, and live long enough."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import isolde

_HELPERS = """
import numpy as np
kept = None
def address(a): return np.asarray(a).__array_interface__["data"][0]
def keep(a):
    global kept
    kept = a
def drop():
    global kept
    kept = None
def make():
    global kept
    kept = np.arange(1000.0)
    return kept, address(kept)
def echo(a): return a
def describe(m): return type(m).__name__, m.format, m.shape, m.readonly
def fill(a): a[:] = 7
def writable(a): return a.flags.writeable
def users(): return __import__("sys").getrefcount(kept)
"""


@pytest.fixture
def interpreter() -> Iterator[isolde.Interpreter]:
    with isolde.Interpreter() as interpreter:
        interpreter.exec(_HELPERS)
        yield interpreter


def _address(array: Any) -> int:
    address: int = np.asarray(array).__array_interface__["data"][0]
    return address


def test_an_argument_has_the_same_address_on_both_sides(interpreter: isolde.Interpreter) -> None:
    array = np.arange(1000.0)
    assert interpreter.call("__main__:address", array) == _address(array)


def test_a_result_has_the_same_address_on_both_sides(interpreter: isolde.Interpreter) -> None:
    array, address = interpreter.call("__main__:make")
    assert _address(array) == address
    assert array.flags.writeable
    assert array.sum() == 499500.0


def test_there_and_back_is_the_same_memory(interpreter: isolde.Interpreter) -> None:
    array = np.arange(1000.0)
    back = interpreter.call("__main__:echo", array)
    assert _address(back) == _address(array)


def test_what_is_written_there_is_seen_here(interpreter: isolde.Interpreter) -> None:
    array = np.zeros(10)
    interpreter.call("__main__:fill", array)
    assert array.tolist() == [7.0] * 10


def test_read_only_stays_read_only(interpreter: isolde.Interpreter) -> None:
    array = np.zeros(10)
    array.flags.writeable = False
    assert interpreter.call("__main__:writable", array) is False


def test_a_memoryview_keeps_its_format_shape_and_address(interpreter: isolde.Interpreter) -> None:
    data = bytearray(48)
    view = memoryview(data).cast("d", (2, 3))
    assert interpreter.call("__main__:describe", view) == ("memoryview", "d", (2, 3), False)
    assert interpreter.call("__main__:address", view) == _address(view)
    assert interpreter.call("__main__:describe", memoryview(b"abc"))[3] is True


def test_a_memoryview_with_gaps_is_copied(interpreter: isolde.Interpreter) -> None:
    assert bytes(interpreter.call("__main__:echo", memoryview(b"abcdef")[::2])) == b"ace"


def test_a_pickle_buffer_arrives_as_a_memoryview(interpreter: isolde.Interpreter) -> None:
    data = bytearray(b"abc")
    facts = interpreter.call("__main__:describe", pickle.PickleBuffer(data))
    assert facts == ("memoryview", "B", (3,), False)


@pytest.mark.parametrize("size", [0, 1, 1024, 1025, 65536, 65537, 10_000_000])
def test_bytes_of_any_size_arrive(interpreter: isolde.Interpreter, size: int) -> None:
    data = b"x" * size
    assert interpreter.call("__main__:echo", data) == data
    assert interpreter.call("__main__:echo", bytearray(data)) == bytearray(data)


def test_many_buffers_arrive_in_order(interpreter: isolde.Interpreter) -> None:
    arrays = [np.full(3, n) for n in range(50)]
    back = interpreter.call("__main__:echo", arrays)
    assert [array[0] for array in back] == list(range(50))


def test_an_argument_lives_as_long_as_it_is_used_there(interpreter: isolde.Interpreter) -> None:
    array = np.arange(1000.0)
    gone = weakref.ref(array)
    interpreter.call("__main__:keep", array)
    del array
    gc.collect()
    assert gone() is not None
    interpreter.call("__main__:drop")
    assert gone() is None


def test_a_result_lives_as_long_as_it_is_used_here(interpreter: isolde.Interpreter) -> None:
    array, _ = interpreter.call("__main__:make")
    used = interpreter.call("__main__:users")
    part = array[10:20]
    del array
    assert interpreter.call("__main__:users") == used
    del part
    assert interpreter.call("__main__:users") < used


def test_a_result_outlives_the_with_block() -> None:
    with isolde.Interpreter(name="brief") as interpreter:
        interpreter.exec(_HELPERS)
        array, _ = interpreter.call("__main__:make")
    assert array.sum() == 499500.0
    with pytest.raises(isolde.ClosedError, match=r"^interpreter 'brief' is closed$"):
        interpreter.call("__main__:make")
    assert "brief" in {space.name for space in isolde.spaces()}
    del array
    assert "brief" not in {space.name for space in isolde.spaces()}


def test_closing_gives_back_what_is_still_used_there() -> None:
    array = np.arange(1000.0)
    before = sys.getrefcount(array)
    with isolde.Interpreter() as interpreter:
        interpreter.exec(
            _HELPERS + "import builtins; builtins.leak = []\ndef leak(a):\n"
            "    builtins.leak.append((a, builtins.leak))"
        )
        interpreter.call("__main__:leak", array)
    assert sys.getrefcount(array) == before


@pytest.mark.parametrize("step", [1, 2])
def test_an_empty_memoryview_keeps_its_format(interpreter: isolde.Interpreter, step: int) -> None:
    view = np.arange(3).data[3::step]
    assert interpreter.call("__main__:describe", view)[:3] == ("memoryview", "l", (0,))


def test_a_memoryview_of_a_format_that_cannot_be_made_there_is_refused(
    interpreter: isolde.Interpreter,
) -> None:
    with pytest.raises(isolde.TransferError) as caught:
        interpreter.call("__main__:echo", np.zeros(3, dtype=complex).data)
    here = ".".join(map(str, sys.version_info[:3]))
    assert str(caught.value) == (
        f"the arguments of '__main__:echo' cannot go from this Python {here} to interpreter "
        f"{interpreter.name!r} (Python {interpreter.python.version}): memoryview: destination "
        "format must be a native single character format prefixed with an optional '@'; "
        "pass what pickle takes, or make the object there"
    )


class _Bytes(bytearray):
    """Can be referred to weakly."""


@pytest.fixture
def without_gc() -> Iterator[None]:
    """Nothing but the count of references frees an object."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_gc")
@pytest.mark.parametrize("source", ["raise ValueError", "return open"])
def test_a_call_that_fails_keeps_no_argument(interpreter: isolde.Interpreter, source: str) -> None:
    interpreter.exec(f"def fail(a): {source}")
    lent = _Bytes(10)
    gone = weakref.ref(lent)
    with contextlib.suppress(ValueError, isolde.TransferError):
        interpreter.call("__main__:fail", memoryview(lent))
    del lent
    assert gone() is None


@pytest.mark.usefixtures("without_gc")
def test_an_interrupted_call_keeps_no_argument(interpreter: isolde.Interpreter) -> None:
    read, write = os.pipe()
    interpreter.exec(
        f"def stay(a):\n    __import__('os').write({write}, b'x')\n    while True: pass"
    )

    def interrupt() -> None:
        os.read(read, 1)
        interpreter.interrupt(OSError("enough"))

    thread = threading.Thread(target=interrupt)
    thread.start()
    lent = _Bytes(10)
    gone = weakref.ref(lent)
    with pytest.raises(OSError, match=r"^enough$"):
        interpreter.call("__main__:stay", memoryview(lent))
    thread.join()
    del lent
    assert gone() is None
    os.close(read)
    os.close(write)


_FORK = """
import os, signal, threading
import isolde

interpreter = isolde.Interpreter()
interpreter.exec(
    "import os\\ndata = bytearray(1000)\\ndef lend(): return memoryview(data)\\n"
    "def hold(descriptor):\\n    os.write(descriptor, b'x')\\n    while True: pass"
)
view = interpreter.call("__main__:lend")
read, write = os.pipe()

def hold():
    try:
        interpreter.call("__main__:hold", write)
    except KeyboardInterrupt:
        pass

thread = threading.Thread(target=hold)
thread.start()
os.read(read, 1)
pid = os.fork()
if pid == 0:
    signal.alarm(30)
    del view
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
interpreter.interrupt()
thread.join()
"""


def test_a_child_of_fork_drops_what_its_parents_interpreter_lent() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORK], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout == "7\n", done.stderr
