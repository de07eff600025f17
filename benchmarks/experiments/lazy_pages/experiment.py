"""Compiles and runs the programs of the experiment with lazily relocated pages."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.toolchain import REPOSITORY, compile_object

FOLDER = Path(__file__).resolve().parent
BUILD = REPOSITORY / "build" / "benchmarks" / "lazy-pages"
LIBRARIES = ("libz.so.1", "libstdc++.so.6", "libcrypto.so.3", "libpython3.11.so.1.0")
WAYS = (
    "by faults",
    "userfaultfd, thread",
    "userfaultfd, thread, 16 pages",
    "userfaultfd, thread, user mode",
    "userfaultfd, SIGBUS",
    "userfaultfd, SIGBUS, 16 pages",
    "userfaultfd, SIGBUS, relro only",
    "SIGSEGV, in place",
    "SIGSEGV, moved in",
    "prelinked",
)
# All pages at once, as eagerly, but from elsewhere: refill.c.
REFILLS = (
    "anonymous",
    "anonymous, large folios",
    "after a close",
    "recycled",
    "recycled, relro as it was",
    "userfaultfd, at once",
)
_WAY_SOURCES = ("library", "way", "eager", "userfault", "protect", "prelinked", "refill")
_FLAGS = ("-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread")
_SHARED = ("-shared", "-fPIC")
_USES = {
    "libz.so.1": ("libz.c",),
    "libstdc++.so.6": ("libstdcxx.cpp",),
    "libcrypto.so.3": ("libcrypto.c", "libssl.so.3"),
    "libpython3.11.so.1.0": ("libpython.c",),
}

# Of each figure: by the way that was asked for, and eagerly.
Costs = dict[str, tuple[float, float]]


class RefusedError(Exception):
    """The kernel refuses a way to this process; the text is the system call and its error."""


@dataclass(frozen=True)
class Use:
    """What a program had touched of a library by the end of a phase, in pages.

    relocated: those that relocations write, with relro; touched: all; changed: whose content is
    not what the relocations left; in_blocks: all in aligned blocks of 16 that hold a touched one.
    """

    phase: str
    relocated_touched: int
    relocated: int
    relro_touched: int
    relro: int
    others_touched: int
    others: int
    touched: int
    changed: int
    in_blocks: int

    @property
    def pages(self) -> int:
        """All pages that the file gives to the writable segment."""
        return self.relocated + self.others


def path_of(library: str) -> str:
    """Return the file that ld.so's cache has for ``library``; raises FileNotFoundError without."""
    cache = subprocess.run(
        [shutil.which("ldconfig") or "/sbin/ldconfig", "-p"],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in cache.stdout.splitlines():
        if line.strip().startswith(f"{library} (libc6,x86-64"):
            return line.split(" => ")[1]
    raise FileNotFoundError(library)


def costs(way: str, library: str, rounds: int) -> Costs:
    """Measure ``rounds`` copies of ``library`` by ``way``, and as many eagerly.

    Raises:
        RefusedError: the kernel refuses this way.
        subprocess.CalledProcessError: a page was not what it should have been.
    """
    lines = _run(_program("costs"), way, path_of(library), str(rounds))
    if lines[0][0] == "refused":
        raise RefusedError(lines[0][1])
    return {name: (float(ours), float(peer)) for name, _, ours, peer in lines}


def hazards(way: str, library: str) -> dict[str, str]:
    """Ask what meets a page that was not touched yet; returns question and outcome."""
    return dict(_run(_program("hazards"), way, path_of(library)))


def cold(pages: int) -> tuple[float, float]:
    """Return microseconds to write a page that no cache holds, and one that is in a cache."""
    ((slow, fast),) = _run(str(_built("cold", ("cold.c",))), str(pages))
    return float(slow), float(fast)


def uses(library: str) -> list[Use]:
    """Have a program use ``library``; returns what it touched, phase by phase.

    Raises:
        RefusedError: the kernel refuses userfaultfd(2).
    """
    source, *others = _USES[library]
    touched = _built("touched.so", ("touched.c", "library.c"), *_SHARED, "-Wl,-z,initfirst")
    needed = [str(touched), *(path_of(each) for each in (*others, library))]
    user = _built(f"use-{source}.so", (f"uses/{source}",), *_SHARED, *needed)
    use = _built("use", ("use.c",))
    lines = _run(str(use), str(user), LIBRARY_TO_WATCH=path_of(library))
    if lines[0][0] == "refused":
        raise RefusedError(lines[0][1])
    return [Use(phase, *map(int, numbers)) for phase, *numbers in lines]


def _program(name: str) -> str:
    return str(_built(name, tuple(f"{each}.c" for each in (name, *_WAY_SOURCES))))


@functools.cache
def _built(name: str, sources: tuple[str, ...], *flags: str) -> Path:
    """Compile into place at once, since another process may be running or compiling the same."""
    made = compile_object(
        BUILD / f"{os.getpid()}-{name}", [FOLDER / each for each in sources], (*_FLAGS, *flags)
    )
    return made.replace(BUILD / name)


def _run(*command: str, **environment: str) -> list[list[str]]:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, **environment}
    )
    return [line.split("\t") for line in done.stdout.splitlines()]
