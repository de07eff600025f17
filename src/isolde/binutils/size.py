"""`size`: how much memory the parts of object files take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from isolde.binutils.sections import Kind, listed_sections
from isolde.elf import File
from isolde.elf import constants as c

_RADIXES = {8: "0{:o}", 10: "{}", 16: "0x{:x}"}
_TOTAL_NAMES = {8: "oct", 10: "dec", 16: "dec"}


class Sizes(NamedTuple):
    """Bytes of code and constants, of variables with a value, and of those that begin as zero."""

    text: int
    data: int
    bss: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


class SectionSize(NamedTuple):
    """One section's size in bytes, and its address."""

    name: str
    size: int
    address: int


def sizes_of(file: File, *, constants_are_text: bool = True, common: bool = False) -> Sizes:
    """The sizes of FILE as Berkeley's size tells them.

    constants_are_text: or data, as the "gnu" format has it.  common: common symbols count as bss.

    Raises:
        ElfError: its sections are malformed.
    """
    text = data = bss = 0
    for section in listed_sections(file):
        kind = Kind(section)
        if not kind.is_allocated:
            continue
        if kind.is_code or (constants_are_text and kind.is_read_only):
            text += section.size
        elif kind.has_contents:
            data += section.size
        else:
            bss += section.size
    return Sizes(text, data, bss + (common_size(file) if common else 0))


def section_sizes(file: File, *, common: bool = False) -> list[SectionSize]:
    """The sections of FILE; with COMMON, "*COM*" for what the link editor will make room for."""
    sizes = [SectionSize(each.name, each.size, each.address) for each in listed_sections(file)]
    return [*sizes, SectionSize("*COM*", common_size(file), 0)] if common else sizes


def common_size(file: File) -> int:
    """Bytes of common symbols."""
    table = file.symbols
    pairs = zip(table.sections, table.sizes, strict=True)
    return sum(size for section, size in pairs if section == c.SHN_COMMON)


def berkeley_lines(rows: Iterable[tuple[Sizes, str]], radix: int) -> list[str]:
    """A line for each (sizes, file name), with tabs between; the total in RADIX and in 16."""
    number = _RADIXES[radix]
    whole = "{:o}" if radix == 8 else "{}"
    lines = []
    for sizes, name in rows:
        columns = [number.format(size).rjust(7) for size in sizes]
        columns += [whole.format(sizes.total).rjust(7), f"{sizes.total:x}".rjust(7), name]
        lines.append("\t".join(columns))
    return lines


def berkeley_heading(radix: int) -> str:
    """The line above them."""
    names = ["text", "data", "bss", "oct" if radix == 8 else "dec", "hex"]
    return "\t".join(name.rjust(7) for name in names) + "\tfilename"


def gnu_lines(rows: Iterable[tuple[Sizes, str]], radix: int) -> list[str]:
    """A line for each (sizes, file name), with spaces between."""
    number = _RADIXES[radix]
    return [
        " ".join(number.format(size).rjust(10) for size in (*sizes, sizes.total)) + f" {name}"
        for sizes, name in rows
    ]


GNU_HEADING = " ".join(name.rjust(10) for name in ("text", "data", "bss", "total")) + " filename"


def sysv_lines(sections: Sequence[SectionSize], name: str, radix: int) -> list[str]:
    """Every section of the file called NAME: name, size and address, then the total."""
    number = _RADIXES[radix]
    total = sum(section.size for section in sections)
    addresses = [section.address for section in sections]
    widths = (
        max([7, *(len(section.name) for section in sections)]),
        max(4, len(number.format(total))),
        max(4, len(number.format(max(addresses, default=0)))),
    )
    rows = [
        ("section", "size", "addr"),
        *((each.name, number.format(each.size), number.format(each.address)) for each in sections),
    ]
    lines = [
        f"{row[0].ljust(widths[0])}   {row[1].rjust(widths[1])}   {row[2].rjust(widths[2])}"
        for row in rows
    ]
    last = f"{'Total'.ljust(widths[0])}   {number.format(total).rjust(widths[1])}"
    return [f"{name}:", *lines, last, "", ""]
