"""Builds the fuzzers with clang and runs them: `python -m tests.fuzz.run --runs 1000000`.

A crash, a leak, undefined behaviour or an input that takes longer than five seconds ends the run
with status 1; libFuzzer leaves the input in build/fuzz and says how to repeat it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.seeds import (
    FOLDER,
    write_caches,
    write_debugged,
    write_libraries,
    write_sections,
)
from tests.toolchain import CORE, REPOSITORY

BUILD = REPOSITORY / "build" / "fuzz"
_TIMEOUT_S = 5
_LARGEST_INPUT = 16384

_COMPILE = (
    "-std=c11",
    "-D_GNU_SOURCE",
    '-DISOLDE_VERSION="fuzzed"',
    f"-I{CORE}",
    "-O1",
    "-g",
    "-fno-omit-frame-pointer",
    "-fexceptions",
    "-ftls-model=initial-exec",
    "-fsanitize=fuzzer,address,undefined",
    "-fno-sanitize-recover=undefined",
)
# The harness answers for what would run the input's code or ask glibc for static TLS.
_WRAPPED = ("binding_address", "map_covers", "carrier_open", "carrier_make_stacks_executable")


@dataclass(frozen=True)
class Target:
    """One fuzzer: its sources, further arguments of clang, and what writes its first inputs."""

    name: str
    sources: tuple[Path, ...]
    flags: tuple[str, ...]
    write_seeds: Callable[[Path], None]


def targets() -> dict[str, Target]:
    """Return the fuzzers by name."""
    core = (*sorted(CORE.glob("*.c")), *sorted(CORE.glob("x86_64/*.S")))
    images = (*core, FOLDER / "images.c", FOLDER / "mutate.c")
    dwarf = CORE / "dwarf.c"
    wrap = tuple(f"-Wl,--wrap={name}" for name in _WRAPPED)
    return {
        "images": Target("images", images, wrap, write_libraries),
        "cache": Target("cache", (FOLDER / "cache.c",), (), write_caches),
        "dwarf": Target("dwarf", (dwarf, FOLDER / "dwarf.c"), (), write_sections),
        "debugfile": Target("debugfile", (dwarf, FOLDER / "debugfile.c"), (), write_debugged),
    }


def build(target: Target, clang: str, folder: Path = BUILD) -> Path:
    """Compile ``target`` into ``folder``; return the program."""
    program = folder / target.name
    program.parent.mkdir(parents=True, exist_ok=True)
    sources = [str(source) for source in target.sources]
    command = [clang, *_COMPILE, *sources, *target.flags, "-o", str(program), "-ldl", "-pthread"]
    subprocess.run(command, check=True)
    return program


def fuzz(target: Target, clang: str, runs: int) -> int:
    """Run ``target`` for ``runs`` inputs; return its exit status, 0 if it found nothing."""
    program = build(target, clang)
    seeds, corpus = BUILD / f"{target.name}.seeds", BUILD / f"{target.name}.corpus"
    target.write_seeds(seeds)
    corpus.mkdir(exist_ok=True)
    command = [
        str(program),
        f"-runs={runs}",
        f"-timeout={_TIMEOUT_S}",
        f"-max_len={_LARGEST_INPUT}",
        f"-artifact_prefix={BUILD}/",
        "-rss_limit_mb=4096",
        "-print_final_stats=1",
        "-verbosity=0",
        str(corpus),
        str(seeds),
    ]
    environment = {**os.environ, "ASAN_OPTIONS": "allocator_may_return_null=1"}
    print(f"{target.name}: {runs:,} inputs", flush=True)
    return subprocess.run(command, env=environment, check=False).returncode


def main() -> int:
    """Run the fuzzers that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1_000_000, help="inputs for each fuzzer")
    parser.add_argument("--clang", default="clang")
    parser.add_argument("target", nargs="*", default=list(targets()))
    options = parser.parse_args()
    if shutil.which(options.clang) is None:
        print(f"fuzz: no {options.clang}; install clang with its libFuzzer", file=sys.stderr)
        return 2
    known = targets()
    unknown = [name for name in options.target if name not in known]
    if unknown:
        print(f"fuzz: no fuzzer {unknown[0]}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    return max(bool(fuzz(known[name], options.clang, options.runs)) for name in options.target)


if __name__ == "__main__":
    sys.exit(main())
