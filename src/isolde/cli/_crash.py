"""A crash's frames, for people."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import PurePath

from isolde.engine.child import CrashError, place_in_image
from isolde.report import print_note

_MOST_ROWS = 24
# From the first of these on, outside the space's frames, the frames are those of `isolde call`.
_CALLERS = ("_cffi_backend", "_ctypes", "libffi", "libisolde")


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
    for _, group in groupby(enumerate(_own(frames)), key=lambda numbered: _place(numbered[1])):
        numbers, equal = zip(*group, strict=True)
        yield numbers[0], numbers[-1], equal[0]


def _own(frames: list[dict[str, object]]) -> list[dict[str, object]]:
    """FRAMES up to those of `isolde call`: whose image is a caller's, below all of the space's."""
    spaced = [number for number, frame in enumerate(frames) if frame.get("space")]
    first = spaced[-1] + 1 if spaced else 0
    callers = (number for number in range(first, len(frames)) if _is_caller(frames[number]))
    return frames[: next(callers, len(frames))]


def _is_caller(frame: dict[str, object]) -> bool:
    return PurePath(str(frame.get("image"))).name.startswith(_CALLERS)


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
    return f"{symbol}+{frame.get('offset', 0)}" if symbol else place_in_image(frame)
