"""The lines of -d and -D."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from isolde.binutils.objdump.disassembly import Disassembly, Line
from isolde.binutils.objdump.layout import layout_of, raw_bytes
from isolde.binutils.objdump.relocations import (
    ShownRelocation,
    dynamic_relocations,
    of_section,
)
from isolde.binutils.objdump.sections import ShownSection
from isolde.binutils.objdump.symbols import Symbols
from isolde.binutils.objdump.view import View, without_controls

_DATA_COLUMNS = 16


def code_text(
    view: View,
    disassembly: Disassembly,
    *,
    raw: bool,
    relocations: Symbols | None = None,
    dynamic: Symbols | None = None,
) -> Iterator[str]:
    """The lines of the display.

    RAW: with the bytes of instructions.  RELOCATIONS, DYNAMIC: with the relocations that refer to
    these symbols.
    """
    for section, data in disassembly.sections():
        yield f"\nDisassembly of section {without_controls(section.name)}:"
        writer = _Writer(view, section, data, raw=raw)
        due = _Due(view, section, relocations, dynamic)
        for block in disassembly.blocks(section):
            yield f"\n{view.address(section.address + block.start)} {block.label}:"
            for line in disassembly.lines(section, data, block):
                yield from due.added(line, writer.lines(line))


def code_facts(view: View, disassembly: Disassembly) -> list[dict[str, object]]:
    """Each section, its blocks, and the lines of each."""
    return [
        {
            "section": section.name,
            "blocks": [
                {
                    "address": section.address + block.start,
                    "label": block.label[1:-1],
                    "lines": [
                        {
                            "kind": line.kind,
                            "address": line.address,
                            "bytes": _bytes_of(section, data, line).hex(),
                            "text": line.text,
                        }
                        for line in disassembly.lines(section, data, block)
                    ],
                }
                for block in disassembly.blocks(section)
            ],
        }
        for section, data in disassembly.sections()
    ]


def _bytes_of(section: ShownSection, data: bytes, line: Line) -> bytes:
    start = line.address - section.address
    return data[start : start + line.size]


class _Writer:
    """Writes lines of one section, whose addresses are as wide as its last one."""

    def __init__(self, view: View, section: ShownSection, data: bytes, *, raw: bool) -> None:
        self._view, self._section, self._data, self._raw = view, section, data, raw
        self._layout = layout_of(view.header)
        end = f"{section.address + section.size & view.mask:x}"
        unused = view.digits - len(end)
        self._width = view.digits - max(unused - 1, 0) // 4 * 4 if unused else view.digits

    def _address(self, address: int) -> str:
        return f"{address & self._view.mask:{self._width}x}:\t"

    def lines(self, line: Line) -> Iterator[str]:
        """The lines of LINE: one, or several of its bytes where they do not fit in one."""
        if line.kind == "zeros":
            yield "\t..."
            return
        start = self._address(line.address)
        if not self._raw:
            yield start + line.text
            return
        data = _bytes_of(self._section, self._data, line)
        columns = _DATA_COLUMNS if line.kind == "data" else self._layout.line
        first = data if self._view.is_wide else data[:columns]
        shown = raw_bytes(first, line.chunk, is_little=self._layout.is_little)
        shown += self._padding(len(first), columns, line.chunk)
        yield f"{start}{shown}{'    ' if line.kind == 'data' else chr(9)}{line.text}"
        for place in range(columns, len(data) if not self._view.is_wide else 0, columns):
            more = raw_bytes(
                data[place : place + columns], line.chunk, is_little=self._layout.is_little
            )
            yield self._address(line.address + place) + more

    @staticmethod
    def _padding(filled: int, columns: int, chunk: int) -> str:
        return "".join("  " * chunk + " " for _ in range(filled, columns, chunk))


class _Due:
    """The relocations of a section, each shown behind the instruction that it changes."""

    def __init__(
        self, view: View, section: ShownSection, plain: Symbols | None, dynamic: Symbols | None
    ) -> None:
        self._view, self._wide = view, view.is_wide
        self._base = section.address
        found: list[ShownRelocation] = []
        if dynamic is not None:
            found = list(dynamic_relocations(view, dynamic))
            self._base = 0
        elif plain is not None:
            found = list(of_section(view, section, plain))
        self._found = sorted(found, key=lambda each: each.offset)
        first = section.address - self._base + view.range_in(section)[0]
        self._next = bisect_left([each.offset for each in self._found], first)

    def added(self, line: Line, shown: Iterator[str]) -> Iterator[str]:
        """SHOWN, and behind it the relocations within LINE."""
        end = line.address + line.size - self._base
        if self._next >= len(self._found) or self._found[self._next].offset >= end:
            yield from shown
            return
        mark = "\t" if self._wide else "\t\t\t"
        lines = [*shown]
        while self._next < len(self._found) and self._found[self._next].offset < end:
            each = self._found[self._next]
            sign = "-" if each.addend < 0 else "+"
            addend = f"{sign}0x{abs(each.addend):x}" if each.addend else ""
            name = each.type_name or "*unknown*"
            lines.append(f"{mark}{self._base + each.offset:x}: {name}\t{each.symbol}{addend}")
            self._next += 1
        if self._wide and line.kind != "zeros":
            lines[:2] = [lines[0] + lines[1]]
        yield from lines
