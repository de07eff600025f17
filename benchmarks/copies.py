"""Copies of a library, by the several ways to one more of them, and what each costs.

A program of C makes them (benchmarks/programs/copies.c) and answers one question at a time, so that
several ways can be asked alternately.  Processor time is that of the program and, where a copy is a
process, of that process, too.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks import subjects
from benchmarks.measure import Row, row_of

ISOLDE = "isolde"
# What stands in the table, by the name that the program has for the way.
PEERS = {
    "memfd": "dlopen of a memfd copy",
    "fork": "fork",
    "posix_spawn": "posix_spawn",
}
PROCESSES = {"fork", "posix_spawn"}
# Copies are made five at a time, so that neither program's caches are cold each time.
_GROUP, _GROUPS = 5, 8


@dataclass(frozen=True)
class Subject:
    """A library to copy: its name or path, and a function of it that takes next to no time."""

    name: str
    library: str
    function: str


@dataclass(frozen=True)
class Answer:
    """What the program did: how many times, the mean times of one, why no more often."""

    count: float
    processor_us: float
    clock_us: float
    reason: str


class Copies:
    """A running program that makes copies of one subject in one way."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, request: str) -> Answer:
        """Have REQUEST done, one of those that copies.c lists; raises RuntimeError if it died."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{request}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended at {request!r}")
        return answer_of(line)


def answer_of(line: str) -> Answer:
    """Read a line that copies.c answers with."""
    count, processor, clock, reason = line.rstrip("\n").split("\t")
    return Answer(float(count), float(processor) / 1e3, float(clock) / 1e3, reason)


@contextmanager
def copies(way: str, subject: Subject) -> Iterator[Copies]:
    """Start the program that copies ``subject`` in the way of that name; it ends with the block."""
    build = subjects.program if way == ISOLDE else subjects.program_without_isolde
    command = (build("copies"), way, subject.library, subject.function)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Copies(process)


def small() -> Subject:
    """A library of one function and one variable."""
    return Subject("a small library", subjects.library("small.c", "libsmall.so"), "add")


def module() -> Subject:
    """A small C++ module that throws, with the libstdc++ it needs: one of its own in a space."""
    library = subjects.library("throws.cpp", "libthrows.so")
    return Subject("a C++ module and its libstdc++", library, "depth")


def real() -> list[Subject]:
    """Libraries of this system."""
    functions = {"libz.so.1": "zlibVersion", "libstdc++.so.6": "_ZSt13get_terminatev"}
    present = subjects.real_libraries()
    return [Subject(name, name, functions[name]) for name in functions if name in present]


def rows(effort: int) -> list[Row]:
    """One more isolated copy, called once, against other ways to it; a call; the memory."""
    return [
        row
        for subject in [small(), *real()]
        for way, against in PEERS.items()
        for row in _rows_beside(way, against, subject, effort)
    ]


def _rows_beside(way: str, against: str, subject: Subject, effort: int) -> list[Row]:
    with ExitStack() as stack:
        both = [stack.enter_context(copies(each, subject)) for each in (ISOLDE, way)]
        if any(each.ask(f"open {_GROUP}").count < _GROUP for each in both):
            return []
        opened, grown = [], []
        for _ in range(effort + 1):
            before = _memory(both)
            opened += [_both(both, f"open {_GROUP}", i) for i in range(_GROUPS)]
            grown.append(_growth(before, _memory(both)))
        called = [_both(both, "call 200", i) for i in range(5 * effort)]
    name = f"one more copy: {subject.name}"
    made = [row_of(name, against, "us", _times(opened))]
    if way in PROCESSES:
        made.append(row_of(f"{name}, the clock", against, "us", _clock_times(opened)))
        calls = [(ours * 1e3, peer * 1e3) for ours, peer in _clock_times(called)]
        made.append(row_of(f"call a copy: {subject.name}, the clock", against, "ns", calls))
    return [*made, row_of(f"memory of one more copy: {subject.name}", against, "KiB", grown)]


def _both(both: Sequence[Copies], request: str, turn: int) -> tuple[Answer, Answer]:
    """Ask ours and the peer, in turn the one or the other first."""
    ours, peer = both
    if turn % 2:
        theirs = peer.ask(request)
        return ours.ask(request), theirs
    return ours.ask(request), peer.ask(request)


def _times(pairs: Iterable[tuple[Answer, Answer]]) -> list[tuple[float, float]]:
    return [(ours.processor_us, peer.processor_us) for ours, peer in pairs]


def _clock_times(pairs: Iterable[tuple[Answer, Answer]]) -> list[tuple[float, float]]:
    return [(ours.clock_us, peer.clock_us) for ours, peer in pairs]


def _memory(both: Sequence[Copies]) -> tuple[float, float]:
    ours, peer = both
    return ours.ask("memory").count, peer.ask("memory").count


def _growth(before: tuple[float, float], after: tuple[float, float]) -> tuple[float, float]:
    """Of ours and the peer's, by copy."""
    copies = _GROUP * _GROUPS
    return (after[0] - before[0]) / copies, (after[1] - before[1]) / copies
