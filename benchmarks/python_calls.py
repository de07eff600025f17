"""Prints pairs of nanoseconds a call: LIBRARY's add through Isolde and through ctypes.

usage: python -m benchmarks.python_calls LIBRARY SAMPLES
"""

from __future__ import annotations

import ctypes
import sys
import time
import timeit
from collections.abc import Callable

import isolde

_CALLS = 20_000


def _call_ns(function: Callable[[int, int], int]) -> float:
    timer = timeit.Timer("function(2, 3)", timer=time.thread_time, globals={"function": function})
    return timer.timeit(_CALLS) / _CALLS * 1e9


def main() -> None:
    """Take the samples, alternately."""
    path, samples = sys.argv[1], int(sys.argv[2])
    with isolde.Space("bench") as space:
        ours, peer = space.load(path).add, ctypes.CDLL(path).add
        for function in (ours, peer):
            function.argtypes = (ctypes.c_int, ctypes.c_int)
            function(2, 3)
        for _ in range(samples):
            mine, theirs = _call_ns(ours), _call_ns(peer)
            print(f"Python call\t{mine:.2f}\t{theirs:.2f}\tns")


if __name__ == "__main__":
    main()
