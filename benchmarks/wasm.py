"""Prints pairs about spaces and instances of WebAssembly, both made from Python.

usage: python -m benchmarks.wasm LIBRARY SAMPLES

LIBRARY exports add(int, int), which counts its calls.  The peer is the same in WebAssembly, which
wasmtime compiled once, in a store of its own with one page of memory: what isolates one instance
from another.  Processor time of the thread; nothing waits.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import isolde

_MODULE = """
(module
  (memory 1)
  (global $calls (mut i32) (i32.const 0))
  (func (export "add") (param i32 i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.add (local.get 0) (local.get 1))))
"""
_BATCH, _CALLS = 20, 2000

Add = Callable[[], object]


def _spaces(library: str) -> Callable[[], Add]:
    kept = []

    def one_more() -> Add:
        add = isolde.Space().load(library).add
        kept.append(add)
        assert add(2, 3) == 5
        return lambda: add(2, 3)

    return one_more


def _instances() -> Callable[[], Add]:
    wasmtime: Any = import_module("wasmtime")
    engine = wasmtime.Engine()
    module = wasmtime.Module(engine, _MODULE)
    kept = []

    def one_more() -> Add:
        store = wasmtime.Store(engine)
        add = wasmtime.Instance(store, module, []).exports(store)["add"]
        kept.append((store, add))
        assert add(store, 2, 3) == 5
        return lambda: add(store, 2, 3)

    return one_more


def _kib() -> float:
    """What this process has written, and its page tables."""
    rollup = Path("/proc/self/smaps_rollup").read_text()
    status = Path("/proc/self/status").read_text()
    fields = dict(line.split(":", 1) for line in f"{rollup}{status}".splitlines() if ":" in line)
    return sum(float(fields[name].split()[0]) for name in ("Pss_Anon", "VmPTE"))


def _mean_us(work: Callable[[], object], times: int) -> float:
    start = time.thread_time()
    for _ in range(times):
        work()
    return (time.thread_time() - start) / times * 1e6


def _growth(work: Callable[[], object]) -> float:
    before = _kib()
    for _ in range(_BATCH):
        work()
    return (_kib() - before) / _BATCH


def main(library: str, samples: int) -> None:
    """Print SAMPLES pairs of each row."""
    ours, peer = _spaces(library), _instances()
    _mean_us(ours, _BATCH), _mean_us(peer, _BATCH)
    calls = ours(), peer()
    for _ in range(samples):
        print(f"one more, called once\t{_mean_us(ours, _BATCH)}\t{_mean_us(peer, _BATCH)}\tus")
        pair = [_mean_us(call, _CALLS) * 1e3 for call in calls]
        print(f"a call of it\t{pair[0]}\t{pair[1]}\tns")
        print(f"memory of one more\t{_growth(ours)}\t{_growth(peer)}\tKiB")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
