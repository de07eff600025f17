"""Prints pairs about private interpreters and what else runs Python beside Python.

usage: python -m benchmarks.interpreters calls|arrays|start|computing|memory SAMPLES

Wall-clock time throughout: most of a peer's time is waiting for another process.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import isolde
from benchmarks import tasks

_CALLS = 300
_MEGABYTES = 100
_SLEEP = "import sys; print(flush=True); sys.stdin.read()"


def _show(name: str, ours: float, peer: float, unit: str) -> None:
    print(f"{name}\t{ours:.3f}\t{peer:.3f}\t{unit}", flush=True)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def calls(samples: int) -> None:
    """The round trip of a small call."""

    def many(pool: Executor) -> float:
        return _seconds(lambda: [pool.submit(tasks.nothing, 1).result() for _ in range(_CALLS)])

    def direct() -> None:
        for _ in range(_CALLS):
            interpreter.call(tasks.nothing, 1)

    with (
        isolde.Interpreter() as interpreter,
        isolde.InterpreterPoolExecutor(1) as ours,
        ProcessPoolExecutor(1) as peer,
    ):
        for pool in (ours, peer):
            many(pool)
        direct()
        for _ in range(samples):
            processes = many(peer) / _CALLS * 1e6
            _show(
                "Interpreter.call of a small function",
                _seconds(direct) / _CALLS * 1e6,
                processes,
                "us",
            )
            _show("small task through the pool", many(ours) / _CALLS * 1e6, processes, "us")


def arrays(samples: int) -> None:
    """An array of 100 MB there and back."""
    import numpy

    array = numpy.zeros(_MEGABYTES * 1_000_000 // 8)
    with isolde.InterpreterPoolExecutor(1) as ours, ProcessPoolExecutor(1) as peer:

        def trip(pool: Executor) -> float:
            return _seconds(lambda: pool.submit(tasks.double, array).result()) * 1e3

        trip(ours), trip(peer)
        for _ in range(samples):
            _show(f"{_MEGABYTES} MB array there and back", trip(ours), trip(peer), "ms")


def _ready_ms() -> float:
    """From nothing to the first result."""
    begin = time.perf_counter()
    fresh = isolde.Interpreter()
    fresh.exec("pass")
    taken = time.perf_counter() - begin
    fresh.close()
    return taken * 1e3


def _kept() -> isolde.Interpreter:
    fresh = isolde.Interpreter()
    fresh.exec("pass")
    return fresh


def _growth(make: Callable[[], object]) -> float:
    """By how much the proportional set size grows with each of ten that are kept, in kB."""
    make()
    before = _proportional_kb("self")
    kept = [make() for _ in range(10)]
    return (_proportional_kb("self") - before) / len(kept)


def start(samples: int) -> None:
    """A Python that is ready, and its end."""

    def interpreter() -> None:
        with isolde.Interpreter() as fresh:
            fresh.exec("pass")

    def process() -> float:
        return _seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)) * 1e3

    interpreter()
    for _ in range(samples):
        peer = process()
        _show("interpreter, from nothing to its first result", _ready_ms(), peer, "ms")
        _show("interpreter, and closed again", _seconds(interpreter) * 1e3, peer, "ms")


def subinterpreters(samples: int) -> None:
    """A private interpreter against one of CPython's own in the same process."""
    try:
        import _interpreters as own  # type: ignore[import-not-found]
    except ImportError:
        import _xxsubinterpreters as own  # type: ignore[import-not-found]

    def peer() -> float:
        begin = time.perf_counter()
        number = own.create()
        own.run_string(number, "pass")
        taken = time.perf_counter() - begin
        own.destroy(number)
        return taken * 1e3

    def kept() -> object:
        own.run_string(number := own.create(), "pass")
        return number

    _ready_ms(), peer()
    for _ in range(samples):
        _show("interpreter, from nothing to its first result", _ready_ms(), peer(), "ms")
    for _ in range(2):
        _show("memory of one more interpreter", _growth(_kept), _growth(kept), "kB")


def computing(samples: int) -> None:
    """Two tasks that compute on two workers, against one after the other."""

    def seconds(pool: Executor, count: int) -> float:
        return _seconds(lambda: list(pool.map(tasks.primes, [60_000] * count)))

    with (
        isolde.InterpreterPoolExecutor(2) as ours,
        ProcessPoolExecutor(2) as processes,
        ThreadPoolExecutor(2) as threads,
    ):
        for pool in (ours, processes, threads):
            seconds(pool, 2)
        for _ in range(samples):
            one, two = seconds(ours, 1), seconds(ours, 2)
            _show("speed of 2 interpreters, one being 1", 2 * one / two, 1, "")
            _show("2 interpreters against 2 processes", two, seconds(processes, 2), "s")
            _show("2 interpreters against 2 threads", two, seconds(threads, 2), "s")


def _proportional_kb(process: str) -> int:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise RuntimeError(f"no Pss in /proc/{process}/smaps_rollup")


def memory(samples: int) -> None:
    """The tenth interpreter with numpy against the tenth process, proportional set size (kB)."""
    for _ in range(samples):
        pythons: list[isolde.Interpreter] = []
        sizes = [_proportional_kb("self")]
        for _ in range(10):
            pythons.append(isolde.Interpreter())
            pythons[-1].exec("import numpy")
            sizes.append(_proportional_kb("self"))
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", f"import numpy; {_SLEEP}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for _ in range(10)
        ]
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        tenth = _proportional_kb(str(processes[-1].pid))
        _show("the 10th interpreter with numpy", sizes[-1] - sizes[-2], tenth, "kB")
        for process in processes:
            process.communicate()
        for python in pythons:
            python.close()


PROGRAMS = {
    "calls": calls,
    "arrays": arrays,
    "start": start,
    "subinterpreters": subinterpreters,
    "computing": computing,
    "memory": memory,
}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](int(sys.argv[2]))
