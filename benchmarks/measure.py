"""What a benchmark's numbers are: pairs taken alternately, and the ratios made of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass


class LeftOut(Exception):  # noqa: N818 (nobody's mistake)
    """A row's peer is not on this machine; the text names it, and how to get it."""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    ours, peer: medians, in ``unit``; ratio: the median of ours/peer over the pairs, with its
    quartiles. ``peer`` says in ``against`` what was measured beside.
    """

    name: str
    against: str
    unit: str
    ours: float
    peer: float
    ratio: float
    ratio_low: float
    ratio_high: float
    pairs: int

    def facts(self) -> dict[str, object]:
        """Return the fields for JSON."""
        return asdict(self)


def row_of(name: str, against: str, unit: str, pairs: Iterable[tuple[float, float]]) -> Row:
    """Make a row of (ours, peer) pairs; raises ValueError with fewer than two."""
    taken = list(pairs)
    if len(taken) < 2:
        raise ValueError(f"{name}: {len(taken)} pairs are too few for quartiles")
    ratios = [ours / peer for ours, peer in taken]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Row(
        name=name,
        against=against,
        unit=unit,
        ours=statistics.median(ours for ours, _ in taken),
        peer=statistics.median(peer for _, peer in taken),
        ratio=middle,
        ratio_low=low,
        ratio_high=high,
        pairs=len(taken),
    )


def rows_printed(output: str, against: str, about: str) -> list[Row]:
    """Make rows of what a program of benchmarks/programs printed about ``about``."""
    pairs: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for line in output.splitlines():
        name, ours, peer, unit = line.split("\t")
        pairs.setdefault((name, unit), []).append((float(ours), float(peer)))
    return [
        row_of(f"{name}: {about}" if about else name, against, unit, taken)
        for (name, unit), taken in pairs.items()
    ]
