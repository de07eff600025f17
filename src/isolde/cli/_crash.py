"""A crash's frames, for people."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import PurePath

from isolde.engine.child import CrashError
from isolde.report import print_note

_MOST_ROWS = 24
# From this image on, outwards, the frames are those of `isolde call` itself.
_CALLER = "_cffi_backend"


def print_crash(crash: CrashError) -> None:
    """Prints the frames of CRASH, innermost first; repeated ones, as of a recursion, once."""
    frames = crash.report.get("frames")
    rows = [_row(*each) for each in _runs(frames if isinstance(frames, list) else [])]
    shown = rows[:_MOST_ROWS]
    widths = [max((len(row[column]) for row in shown), default=0) for column in range(4)]
    for row in shown:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print_note("  ".join(padded).rstrip())
    if len(rows) > len(shown):
        print_note(f"  ... {len(rows) - len(shown)} more; --json shows all")


def _runs(frames: list[dict[str, object]]) -> Iterable[tuple[int, int, dict[str, object]]]:
    """The first and last number of equal neighbours, and what they are."""
    own = []
    for frame in frames:
        if _CALLER in str(frame.get("image")):
            break
        own.append(frame)
    for _, group in groupby(enumerate(own), key=lambda numbered: _place(numbered[1])):
        numbers, equal = zip(*group, strict=True)
        yield numbers[0], numbers[-1], equal[0]


def _row(first: int, last: int, frame: dict[str, object]) -> list[str]:
    numbers = f"#{first}" if first == last else f"#{first} to #{last}"
    image = frame.get("image")
    space = frame.get("space")
    return [
        f"  {numbers}",
        _place(frame),
        PurePath(str(image)).name if image else "?",
        f"space '{space}'" if space else "host",
    ]


def _place(frame: dict[str, object]) -> str:
    symbol = frame.get("symbol")
    return f"{symbol}+{frame.get('offset', 0)}" if symbol else str(frame.get("address", "?"))
