"""A crash report, for people."""

from __future__ import annotations

from pathlib import PurePath

from isolde.engine.child import CrashError
from isolde.report import print_note


def print_crash(crash: CrashError) -> None:
    """Prints the frames of CRASH, innermost first, when there is a report."""
    frames = (crash.report or {}).get("frames")
    if not isinstance(frames, list):
        return
    rows = [_row(number, frame) for number, frame in enumerate(frames) if isinstance(frame, dict)]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print_note("  ".join(padded).rstrip())


def _row(number: int, frame: dict[str, object]) -> list[str]:
    symbol = frame.get("symbol")
    place = f"{symbol}+{frame.get('offset', 0)}" if symbol else str(frame.get("address", "?"))
    space = frame.get("space")
    image = frame.get("image")
    return [
        f"  #{number}",
        place,
        PurePath(str(image)).name if image else "?",
        f"space '{space}'" if space else "host",
    ]
