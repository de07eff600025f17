"""The text of `nm`, in the forms that GNU binutils has: bsd, posix, and names alone."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from isolde.binutils.nm.listing import Listing
from isolde.elf.archive import Archive

_UNDEFINED = frozenset("Uwv")
_RADIXES = {"d": "d", "o": "o", "x": "x"}


@dataclass(frozen=True)
class Style:
    """How symbols are written.

    form: "bsd", "posix" or "just-symbols".  radix: "d", "o" or "x".
    sizes: a column of sizes.  values_are_sizes: sizes in the place of values.
    prefix: stands before every line, but not before names alone.
    """

    form: str = "bsd"
    radix: str = "x"
    sizes: bool = False
    values_are_sizes: bool = False
    prefix: str = ""


def lines(listing: Listing, style: Style, digits: int) -> list[str]:
    """One line for each symbol; numbers have DIGITS digits where they are filled up."""
    if style.form == "just-symbols":
        return list(listing.names)
    rows = _posix(listing, style) if style.form == "posix" else _bsd(listing, style, digits)
    return [style.prefix + row for row in rows] if style.prefix else rows


def _bsd(listing: Listing, style: Style, digits: int) -> list[str]:
    values = listing.sizes if style.values_are_sizes and not style.sizes else listing.values
    first = _numbers(values, style.radix, digits)
    if style.sizes:
        sizes = _numbers(listing.sizes, style.radix, digits)
        first = [
            f"{value} {text}" if size else value
            for value, text, size in zip(first, sizes, listing.sizes, strict=True)
        ]
    if not _UNDEFINED.isdisjoint(listing.letters):
        blank = " " * digits
        first = [
            blank if letter in _UNDEFINED else value
            for value, letter in zip(first, listing.letters, strict=True)
        ]
    return list(map(" ".join, zip(first, listing.letters, listing.names, strict=True)))


def _numbers(values: Sequence[int], radix: str, digits: int) -> list[str]:
    """VALUES with leading zeros; all at once where they are hexadecimal, as they mostly are."""
    if radix != "x":
        form = f"%0{digits}{_RADIXES[radix]}"
        return [form % value for value in values]
    if not values:
        return []
    numbers = array("I" if digits == 8 else "Q", values)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes().hex(" ", digits // 2).split(" ")


def _posix(listing: Listing, style: Style) -> list[str]:
    number = f"%{_RADIXES[style.radix]}"
    _, names, letters, values, sizes = listing
    return [
        f"{name} {letter}         "
        if letter in _UNDEFINED
        else f"{name} {letter} {number % value} {number % size if size else ''}"
        for name, letter, value, size in zip(names, letters, values, sizes, strict=True)
    ]


def index_lines(archive: Archive) -> list[str]:
    """The symbol index of ARCHIVE: which member defines what."""
    return [
        f"{entry.name} in {archive.member_at(entry.offset).name}" for entry in archive.symbol_index
    ]
