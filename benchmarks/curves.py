"""What copies of a library cost as their number grows, by each way to make them.

All ways of a subject run at the same time, each in a program of its own, and are asked in turn at
each number of copies.  A curve ends where its way does; the reason is kept.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from benchmarks.copies import ISOLDE, PROCESSES, Copies, Subject, copies, module, real, small

NUMBERS = (1, 10, 100, 1000, 3000, 10_000)
UNITS = {
    "open": "us",
    "close": "us",
    "dlsym": "ns",
    "throw": "ns",
    "memory": "KiB",
    "mappings": "",
}
# How far a way is followed: a machine with other work is not filled with processes.
_FAR = {"fork": 3000, "posix_spawn": 1000}
_ENOUGH = "asked for no more"
_WINDOW = 20

Figures = dict[str, float]


@dataclass(frozen=True)
class Point:
    """A figure among so many copies: the median of the repetitions, the lowest, the highest."""

    copies: int
    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """One quantity of one subject, made in one way; ``ended`` says why it goes no further."""

    subject: str
    way: str
    quantity: str
    unit: str
    points: tuple[Point, ...]
    ended: str

    def facts(self) -> dict[str, object]:
        """Return the fields for JSON."""
        return asdict(self)


def curve_of(facts: Mapping[str, object]) -> Curve:
    """Make of JSON what ``facts`` made a dictionary of; raises KeyError or TypeError."""
    points = facts["points"]
    if not isinstance(points, Iterable):
        raise TypeError("a curve's points are a list")
    words = {name: str(facts[name]) for name in ("subject", "way", "quantity", "unit", "ended")}
    return Curve(points=tuple(Point(**each) for each in points), **words)


class Followed:
    """One way of making copies of a subject, followed from number to number."""

    def __init__(self, way: str, program: Copies) -> None:
        self.way = way
        self.ended = ""
        self.figures: dict[int, Figures] = {}
        self._program = program
        self._copies = 0
        self._empty_kib = program.ask("memory").count

    def follow_to(self, number: int) -> None:
        """Make copies up to NUMBER and take the figures there, or where it ends before."""
        if self.ended:
            return
        if number > _FAR.get(self.way, number):
            self.ended = _ENOUGH
            return
        window = min(_WINDOW, (number + 1) // 2)
        self._open(number - self._copies - window)
        opened = self._open(window) if not self.ended else 0.0
        if self._copies > max(self.figures, default=0):
            self.figures[self._copies] = self._figures(opened)

    def _open(self, more: int) -> float:
        """The mean processor time of one, in microseconds."""
        answer = self._program.ask(f"open {more}")
        self._copies += int(answer.count)
        self.ended = answer.reason
        return answer.processor_us

    def _figures(self, opened: float) -> Figures:
        ask = self._program.ask
        figures = {"open": opened} if opened else {}
        figures["memory"] = (ask("memory").count - self._empty_kib) / self._copies
        if self.way not in PROCESSES:
            figures["mappings"] = ask("mappings").count
            figures["dlsym"] = ask("dlsym 2000").processor_us * 1e3
        if ask("throw 20").count:
            figures["throw"] = ask("throw 500").processor_us * 1e3
        if not self.ended:
            window = min(_WINDOW, self._copies)
            figures["close"] = ask(f"close {window}").processor_us
            ask(f"open {window}")
        return figures


def curves(effort: int, numbers: Iterable[int] = NUMBERS) -> list[Curve]:
    """Follow each subject in each way, ``effort`` times over."""
    wanted = list(numbers)
    made = []
    for subject in [small(), *[each for each in real() if each.name == "libz.so.1"], module()]:
        runs = [_run(subject, _ways_of(subject), wanted) for _ in range(effort)]
        made += curves_of_runs(subject.name, runs)
    return made


def _ways_of(subject: Subject) -> list[str]:
    """A memfd holds one file: what the C++ module needs would be shared, which is no copy of it."""
    ways = [ISOLDE, "dlmopen", "memfd", "fork", "posix_spawn"]
    return [way for way in ways if way != "memfd" or subject != module()]


def _run(subject: Subject, ways: Iterable[str], numbers: Iterable[int]) -> list[Followed]:
    with ExitStack() as stack:
        followed = [Followed(way, stack.enter_context(copies(way, subject))) for way in ways]
        for number in numbers:
            for each in followed:
                each.follow_to(number)
    return followed


def curves_of_runs(subject: str, runs: Iterable[Iterable[Followed]]) -> list[Curve]:
    """One curve for each way and quantity, from what the same ways told in several runs."""
    made = []
    for same in zip(*runs, strict=True):
        numbers = sorted({number for run in same for number in run.figures})
        for quantity, unit in UNITS.items():
            points = tuple(
                _point(number, [run.figures[number][quantity] for run in told])
                for number in numbers
                if (told := [run for run in same if quantity in run.figures.get(number, {})])
            )
            if points:
                made.append(Curve(subject, same[0].way, quantity, unit, points, same[0].ended))
    return made


def _point(number: int, values: list[float]) -> Point:
    return Point(number, statistics.median(values), min(values), max(values))


def lines(made: Iterable[Curve]) -> Iterable[str]:
    """The curves as text, one to a line."""
    for curve in made:
        figures = "  ".join(f"{point.copies:,}: {point.middle:,.1f}" for point in curve.points)
        end = f" ({curve.ended})" if curve.ended and curve.quantity == "memory" else ""
        yield f"{curve.subject}, {curve.quantity} {curve.unit}, {curve.way}: {figures}{end}"
