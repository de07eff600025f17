"""Prints where the time of one more space goes: shares of the samples that perf takes.

usage: python -m benchmarks.profile [LIBRARY...]

Thousands of spaces of one library are opened in a row, the function of it called once in each.
Shares are of the whole program's processor time without its start and its end.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import subjects
from benchmarks.measure import LeftOut
from tests.toolchain import MissingToolError, require_tool

_KERNEL = "[kernel.kallsyms]"
_FAULT = "asm_exc_page_fault"
# The first that matches one of a sample's frames in the kernel says what the kernel was doing.
_IN_THE_KERNEL = {
    "": r"exit_mmap|do_exit|execve|bprm|load_elf_binary",
    "making pages present at once": r"madvise",
    "page faults": _FAULT,
    "mprotect": r"mprotect",
    "mmap, munmap": r"mmap|munmap|brk",
    "finding, opening, reading the file": r"do_sys_open|vfs_|ksys_|fput|filp_|file_|path_|access",
}
_REST_OF_KERNEL = "into the kernel and back"
# How many spaces: about a second's worth.
_LIBRARIES = {
    "libz.so.1": ("zlibVersion", 10_000),
    "libstdc++.so.6": ("_ZSt13get_terminatev", 8000),
    "libcrypto.so.3": ("OPENSSL_version_major", 3000),
    "libpython3.11.so.1.0": ("Py_GetVersion", 1000),
}

Frame = tuple[str, str]


def samples(script: str) -> Iterator[list[Frame]]:
    """The samples that `perf script -F ip,sym,dso` printed: their frames, innermost first."""
    for block in re.split(r"\n\s*\n", script):
        frames = re.findall(r"^\s*[0-9a-f]+ (.+?)(?:\+0x[0-9a-f]+)? \((.*)\)$", block, re.MULTILINE)
        if frames:
            yield [(symbol, dso.rsplit("/", 1)[-1]) for symbol, dso in frames]


def part_of(frames: Sequence[Frame]) -> str:
    """What a sample was spent on; empty for the program's own start and end."""
    kernel = " ".join(symbol for symbol, dso in frames if dso == _KERNEL)
    outside = [frame for frame in frames if frame[1] != _KERNEL]
    if not kernel:
        return _user_part(*frames[0])
    for part, pattern in _IN_THE_KERNEL.items():
        if re.search(pattern, kernel):
            where = _user_part(*outside[0]) if part == "page faults" and outside else ""
            return f"{part}: {where}" if where else part
    return _REST_OF_KERNEL


def _user_part(symbol: str, dso: str) -> str:
    if dso.startswith("libisolde"):
        return "replaying relocations" if symbol.startswith("recipe_") else "the rest of Isolde"
    if dso.startswith("libc.so"):
        return "libc: malloc, memcpy, strings"
    return "" if dso.startswith(("ld-linux", "copies")) else "the library's constructors"


def shares(script: str) -> list[tuple[str, float]]:
    """Each part's share of the samples, in per cent, the largest first."""
    counted = Counter(part for part in map(part_of, samples(script)) if part)
    total = counted.total()
    return [(part, 100 * count / total) for part, count in counted.most_common()]


def record(library: str, function: str, spaces: int) -> str:
    """What perf says of a program that opens so many spaces; raises MissingToolError without it."""
    command = (subjects.program("copies"), "isolde", library, function)
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder) / "perf.data")
        perf = (require_tool("perf"), "record", "-q", "-g", "-F", "5000", "-e", "cpu-clock")
        subprocess.run(
            [*perf, "-o", data, *command],
            input=f"open {spaces}\n",
            capture_output=True,
            text=True,
            check=True,
        )
        told = subprocess.run(
            ["perf", "script", "-i", data, "-F", "ip,sym,dso"],
            capture_output=True,
            text=True,
            check=True,
        )
    return told.stdout


def _known(name: str) -> str:
    if name not in _LIBRARIES:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(_LIBRARIES)}")
    return name


def main(arguments: Sequence[str]) -> int:
    """Print a table of shares for each library that the command line names, or for all."""
    parser = argparse.ArgumentParser(prog="benchmarks.profile", description=__doc__.splitlines()[0])
    known = ", ".join(_LIBRARIES)
    parser.add_argument("library", nargs="*", type=_known, help=f"default: all of {known}")
    present = subjects.real_libraries()
    for name in parser.parse_args(arguments).library or _LIBRARIES:
        function, spaces = _LIBRARIES[name]
        try:
            if name not in present:
                raise LeftOut("not on this machine")
            parts = shares(record(name, function, spaces))
        except (LeftOut, MissingToolError) as reason:
            print(f"{name}: left out, {reason}")
            continue
        print(f"\n{name}")
        for part, share in parts:
            if share >= 1:
                print(f"{share:5.0f} %  {part}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
