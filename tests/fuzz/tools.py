"""Feeds malformed files to what reads and rewrites ELF files: `python -m tests.fuzz.tools`.

Each input has a number, from which it can be made again.  One that raises what is not documented,
takes more than two seconds of the processor, or makes Isolde write what it cannot read, ends the
run with status 1; it is left in build/fuzz-tools.  Memory is bounded for all of them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz.exercise import exercise
from tests.fuzz.mutation import Place, mutated, places_of
from tests.fuzz.small_files import write_files
from tests.toolchain import REPOSITORY

BUILD = REPOSITORY / "build" / "fuzz-tools"
SECONDS = 2.0
MEMORY = 1 << 30
_MOST_FAULTS = 20
_EVERY = 10_000

Seed = tuple[str, bytes, Sequence[Place]]


class SlowError(Exception):
    """An input took longer than it may."""


def read_seeds(folder: Path) -> list[Seed]:
    """The files in FOLDER, in the order of their names, each with where numbers stand in it."""
    files = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    return [(name, data, places_of(data)) for name, data in files]


def make_input(seeds: Sequence[Seed], run: int, number: int) -> tuple[str, bytes]:
    """Input NUMBER of RUN, and the seed it was made from."""
    random = Random(f"{run}:{number}")
    name, data, places = random.choice(seeds)
    return name, mutated(data, places, random)


def check(
    data: bytes, work: Callable[[bytes], None] = exercise, seconds: float = SECONDS
) -> str | None:
    """What is wrong with what WORK does with DATA; None for nothing.

    It may take SECONDS of the processor, once `watch` was called.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        work(data)
    except Exception:
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def watch() -> None:
    """Lets an input that takes too long raise `SlowError`."""
    signal.signal(signal.SIGPROF, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SlowError("took too long")


def _work(seeds: list[Seed], run: int, numbers: range) -> int:
    watch()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    faults, start, slowest = 0, time.monotonic(), 0.0
    for done, number in enumerate(numbers, 1):
        name, data = make_input(seeds, run, number)
        begin = time.process_time()
        fault = check(data)
        slowest = max(slowest, time.process_time() - begin)
        if fault is not None:
            faults += 1
            _tell(run, number, name, data, fault)
        if faults == _MOST_FAULTS:
            break
        if done % _EVERY == 0 or done == len(numbers):
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{done} inputs, {faults} faults, {time.monotonic() - start:.0f} s, "
                f"slowest {slowest * 1000:.0f} ms, peak {peak} MiB",
                flush=True,
            )
    return faults


def _tell(run: int, number: int, name: str, data: bytes, fault: str) -> None:
    path = BUILD / f"{run}-{number}-{name}"
    path.write_bytes(data)
    print(f"input {number} of run {run}, {path}:\n{fault}", flush=True)


def main() -> int:
    """Runs the fuzzer; 1 where an input has found a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--run", type=int, default=1, help="another run makes other inputs")
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    options = parser.parse_args()
    folder = BUILD / "seeds"
    write_files(folder)
    seeds = read_seeds(folder)
    last = options.first + options.inputs
    shares = [
        (seeds, options.run, range(options.first + own, last, options.processes))
        for own in range(options.processes)
    ]
    with multiprocessing.get_context("fork").Pool(options.processes) as pool:
        faults = sum(pool.starmap(_work, shares, chunksize=1))
    print(f"{options.inputs} inputs, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
