"""-s: the bytes of the sections."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.objdump.sections import ShownSection
from isolde.binutils.objdump.view import View, without_controls

_BYTES_IN_A_LINE = 16
_FEWEST_DIGITS = 4
_DOTTED = bytes(byte if 32 <= byte < 127 else ord(".") for byte in range(256))


def contents_text(view: View) -> Iterator[str]:
    """The lines of the display."""
    for section, start, stop in _ranges(view):
        yield f"Contents of section {without_controls(section.name)}:"
        data = view.contents(section)
        if len(data) < stop:
            continue
        last = f"{section.address + stop - 1 & view.mask:x}"
        first = f"{section.address + start & view.mask:x}"
        width = max(_FEWEST_DIGITS, len(first), len(last))
        for place in range(start, stop, _BYTES_IN_A_LINE):
            line = data[place : min(place + _BYTES_IN_A_LINE, stop)]
            groups = _grouped(line.hex(" ").split(), place)
            shown = line.translate(_DOTTED).decode("ascii")
            address = f"{section.address + place & view.mask:0{width}x}"[-width:]
            yield f" {address} {groups} {shown:<16}"


def _grouped(numbers: list[str], place: int) -> str:
    """NUMBERS of a line that begins at PLACE, four together, as their places are."""
    padded = numbers + ["  "] * (_BYTES_IN_A_LINE - len(numbers))
    return "".join(
        f"{number} " if at & 3 == 3 else number for at, number in enumerate(padded, start=place)
    )


def contents_facts(view: View) -> list[dict[str, object]]:
    """The bytes of each section, in hexadecimal."""
    return [
        {
            "section": section.name,
            "address": section.address + start,
            "bytes": view.contents(section)[start:stop].hex(),
        }
        for section, start, stop in _ranges(view)
    ]


def _ranges(view: View) -> Iterator[tuple[ShownSection, int, int]]:
    """The sections with contents in the range that is asked for, and the offsets of it in each."""
    for section in view.wanted_sections:
        start, stop = view.range_in(section)
        if section.has_contents and start < stop:
            yield section, start, stop
