"""Private CPythons of every version at hand, side by side in one process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import isolde

_PYTHONS = {
    p.minor: p for p in reversed(isolde.pythons()) if not p.free_threaded and p.minor[-1].isdigit()
}

_STANDARD_LIBRARY = """
import asyncio, bz2, ctypes, decimal, hashlib, json, sqlite3, ssl, subprocess, sys
assert sqlite3.connect(":memory:").execute("select 1 + 1").fetchone() == (2,)
assert asyncio.run(asyncio.sleep(0, "slept")) == "slept"
assert subprocess.run(["echo", "a"], capture_output=True).stdout == b"a\\n"
assert ctypes.CDLL(None).abs(-3) == 3
assert bz2.decompress(bz2.compress(b"a")) == b"a"
ssl.create_default_context()
def version(): return sys.version_info[:2]
"""


def test_all_versions_work_at_once() -> None:
    interpreters = {minor: isolde.Interpreter(p.path) for minor, p in _PYTHONS.items()}
    for minor, interpreter in interpreters.items():
        interpreter.exec(_STANDARD_LIBRARY)
        assert ".".join(map(str, interpreter.call("__main__:version"))) == minor
    for interpreter in interpreters.values():
        interpreter.close()


@pytest.fixture(params=list(_PYTHONS.values()), ids=list(_PYTHONS))
def python(request: pytest.FixtureRequest) -> isolde.Python:
    found: isolde.Python = request.param
    return found


def test_an_exception_keeps_its_type_and_traceback(python: isolde.Python) -> None:
    with isolde.Interpreter(python.path) as interpreter:
        with pytest.raises(KeyError, match=r"^'a'$") as caught:
            interpreter.exec("{}['a']")
        assert "{}['a']" in str(caught.value.__cause__)


def test_a_view_is_not_copied(python: isolde.Python) -> None:
    data = bytearray(b"abc")
    with isolde.Interpreter(python.path) as interpreter:
        interpreter.exec("def fill(view): view[0] = 120")
        interpreter.call("__main__:fill", memoryview(data))
    assert data == b"xbc"


def test_a_time_limit_ends_a_call(python: isolde.Python) -> None:
    with isolde.Interpreter(python.path) as interpreter:
        for source in "while True: pass", "import time; time.sleep(1000)":
            with pytest.raises(TimeoutError), interpreter.time_limit(0.05):
                interpreter.exec(source)


_FORKS = """
import multiprocessing, os, sys
pid = os.fork()
if pid == 0:
    os._exit(7)
assert os.waitpid(pid, 0)[1] == 7 << 8
for method in "fork", "spawn":
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(abs, [-1, -2, -3]) == [1, 2, 3]
"""


def test_it_forks_and_has_child_processes(python: isolde.Python) -> None:
    with isolde.Interpreter(python.path) as interpreter:
        interpreter.exec(_FORKS)


_FORK_INTO_THE_HOST = """
import os, sys, threading, isolde
interpreter = isolde.Interpreter(sys.argv[1])
other = isolde.Interpreter(sys.argv[1], name="other")
pid = interpreter.call("os:fork")
if pid == 0:
    thread = threading.Thread(target=lambda: print("child", interpreter.call("math:sqrt", 4.0)))
    thread.start()
    thread.join()
    try:
        other.exec("pass")
    except isolde.ClosedError as error:
        print(error)
    sys.stdout.flush()
    os._exit(0)
os.waitpid(pid, 0)
print("parent", interpreter.call("math:sqrt", 9.0), other.call("math:sqrt", 16.0))
"""


def test_a_fork_inside_leaves_host_and_interpreter_working_in_the_child(
    python: isolde.Python,
) -> None:
    assert _run("-c", _FORK_INTO_THE_HOST, python.path) == (
        "child 2.0\n"
        "interpreter 'other' was made in the parent of this process, and a fork brings only one "
        "thread along: make a new Interpreter here\n"
        "parent 3.0 4.0\n"
    )


_FORK_OF_THE_HOST = """
import os, sys, isolde
interpreter = isolde.Interpreter(sys.argv[1])
if os.fork() == 0:
    try:
        interpreter.exec("pass")
    except isolde.ClosedError as error:
        print(type(error).__name__)
    interpreter.close()
    with isolde.Interpreter(sys.argv[1]) as new:
        print(new.call("math:sqrt", 4.0))
else:
    os.wait()
    print(interpreter.call("math:sqrt", 9.0))
"""


def test_after_a_fork_of_the_host_the_child_makes_new_ones(python: isolde.Python) -> None:
    assert _run("-c", _FORK_OF_THE_HOST, python.path) == "ClosedError\n2.0\n3.0\n"


_SCRIPT = """
import sys
import isolde

class Point:
    def __init__(self, x): self.x = x

def moved(point, by): return Point(point.x + by)

if __name__ == "__main__":
    with isolde.Interpreter(sys.argv[1]) as interpreter:
        result = interpreter.call(moved, Point(1), by=2)
    print(type(result) is Point, result.x)
"""


def test_functions_and_classes_of_a_script_are_found_there(
    python: isolde.Python, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT)
    assert _run(str(script), python.path) == "True 3\n"


def test_a_function_of_no_file_is_refused() -> None:
    source = (
        "import isolde\ndef f(): pass\ni = isolde.Interpreter(name='inner')\n"
        "try:\n    i.call(f)\nexcept isolde.TransferError as error:\n    print(error)"
    )
    assert "'f' cannot go from this Python" in (text := _run("-c", source))
    assert text.endswith(
        "it is defined in a __main__ that is no file; put it into a module, or define it there "
        "with exec()\n"
    )


_CYCLES = """
import ctypes, gc, os, sys, isolde
def facts():
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * 4
    with open("/proc/self/maps") as file:
        mappings = len(file.readlines())
    counts = len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))
    return resident, mappings, *counts, len(isolde.spaces())
for cycle in range(int(sys.argv[1]) + 1):
    with isolde.Interpreter() as interpreter:
        interpreter.exec("import numpy; numpy.ones((200, 200)) @ numpy.ones((200, 200))")
    if cycle == int(sys.argv[1]) // 10:
        first = facts()
last = facts()
print(last[0] - first[0], *(now - then for now, then in zip(last[1:], first[1:])))
"""
_KB_A_CYCLE = 64  # a fresh interpreter with numpy takes more than 20,000


def test_memory_mappings_descriptors_and_threads_level_off() -> None:
    cycles = int(os.environ.get("ISOLDE_CYCLES", "20"))
    resident, mappings, *rest = map(int, _run("-c", _CYCLES, str(cycles)).split())
    assert resident < _KB_A_CYCLE * cycles
    assert mappings <= 2
    assert rest == [0, 0, 0]


def _run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout
