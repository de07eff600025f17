"""Prints what was measured against, a name, a pair and its unit, for each sample.

usage: python -m benchmarks.private_interpreters SAMPLES
"""

from __future__ import annotations

import operator
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import numpy as np

import isolde

_CALLS = 200
_MEGABYTE = 1_000_000


def _seconds(work: Callable[[], object], times: int = 1) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begin) / times


def _print(against: str, name: str, ours: float, peer: float, unit: str) -> None:
    scale = {"us": 1e6, "ms": 1e3}[unit]
    print(f"{against}\t{name}\t{ours * scale:.3f}\t{peer * scale:.3f}\t{unit}")


def _calls(interpreter: isolde.Interpreter, pool: ProcessPoolExecutor, samples: int) -> None:
    array = np.ones(100 * _MEGABYTE // 8)
    for _ in range(samples):
        _print(
            "ProcessPoolExecutor",
            "small call, there and back",
            _seconds(lambda: interpreter.call(operator.neg, 1), _CALLS),
            _seconds(lambda: pool.submit(operator.neg, 1).result(), _CALLS),
            "us",
        )
    for _ in range(max(2, samples // 10)):
        _print(
            "ProcessPoolExecutor",
            "array of 100 MB, there and back",
            _seconds(lambda: interpreter.call("__main__:echo", array)),
            _seconds(lambda: pool.submit(np.asarray, array).result()),
            "ms",
        )


def _starts(samples: int) -> None:
    program = isolde.find_python().executable or sys.executable

    def ours() -> None:
        with isolde.Interpreter() as interpreter:
            interpreter.exec("pass")

    def peer() -> None:
        subprocess.run([program, "-c", "pass"], check=True)

    ours()
    for _ in range(samples):
        _print("subprocess", "start, first result, end", _seconds(ours), _seconds(peer), "ms")


def main() -> None:
    """Take the samples, alternately."""
    samples = int(sys.argv[1])
    with ProcessPoolExecutor(1) as pool, isolde.Interpreter() as interpreter:
        interpreter.exec("import numpy\ndef echo(array): return array")
        _calls(interpreter, pool, samples)
    _starts(samples)


if __name__ == "__main__":
    main()
