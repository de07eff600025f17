"""Which symbol names an address in a disassembly, and how: "<main+0x10>".

Of several symbols at one address, one of the section at hand comes first, then functions, then
global ones, then the largest: objdump's order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property

from isolde.binutils.objdump.plt import plt_entries
from isolde.binutils.objdump.relocations import raw_dynamic_relocations, symbol_label
from isolde.binutils.objdump.sections import ShownSection
from isolde.binutils.objdump.symbols import (
    ABSOLUTE,
    COMMON,
    UNDEFINED,
    ShownSymbol,
    Symbols,
    is_mapping,
)
from isolde.binutils.objdump.view import View, without_controls
from isolde.record import NamedTuple

_COMPILER_MARKS = ("gnu_compiled", "gcc2_compiled")
_SIGNIFICANT = (".plt", ".got")


class Label(NamedTuple):
    """A symbol as labels have it.

    text: its name, with its version.  is_data: its bytes are shown, not disassembled.
    is_thumb: of ARM's functions, whether they have Thumb instructions.
    size: bytes that it names, at least 1.
    """

    address: int
    text: str
    section: str
    section_number: int
    is_data: bool
    is_mapping: bool
    is_synthetic: bool
    is_thumb: bool
    is_function: bool
    size: int


class Labels:
    """The symbols of a file, in the order of their addresses."""

    def __init__(self, view: View) -> None:
        self._view = view
        plain, self._dynamic = Symbols(view, dynamic=False), Symbols(view, dynamic=True)
        self._symbols = plain if len(plain) > 1 else self._dynamic
        keyed = [*self._useful(), *self._entries()]
        keyed.sort(key=lambda pair: pair[0])
        self._all = [label for _, label in keyed]
        self.mappings = [label for label in self._all if label.is_mapping]
        self._view_of: str | None = None
        self._sorted: list[Label] = []
        self._addresses: list[int] = []
        self._bounds = {each.name: each for each in reversed(view.sections)}

    def __len__(self) -> int:
        return len(self._all)

    def _useful(self) -> Iterator[tuple[tuple[object, ...], Label]]:
        machine = self._view.header.machine
        for symbol in self._symbols:
            if not symbol.name or symbol.section in (UNDEFINED, COMMON):
                continue
            debugging = {"debugging", "section"} & symbol.flags
            if debugging and not symbol.name.startswith(_SIGNIFICANT):
                continue
            text = symbol_label(self._view, self._symbols, symbol.number)
            data = "object" in symbol.flags and not any(it in symbol.name for it in _COMPILER_MARKS)
            label = Label(
                symbol.address,
                text,
                symbol.section,
                symbol.section_number,
                data and "function" not in symbol.flags,
                is_mapping(machine, symbol.name),
                False,
                self._symbols.is_thumb(symbol.number),
                bool({"function", "indirect"} & symbol.flags),
                max(symbol.size, 1),
            )
            yield _key(symbol), label

    def _entries(self) -> Iterator[tuple[tuple[object, ...], Label]]:
        for entry in plt_entries(self._view, self._dynamic):
            flags = frozenset({"global", "function"})
            symbol = ShownSymbol(
                0, entry.name, entry.address, 0, flags, entry.section, 0, 0, None, False
            )
            section = self._view.section_called(entry.section)
            number = section.header.number if section else 0
            text = without_controls(entry.name)
            yield (
                _key(symbol),
                Label(
                    entry.address, text, entry.section, number, False, False, True, False, True, 1
                ),
            )

    def use(self, section: ShownSection) -> None:
        """Prefers the symbols of SECTION from now on."""
        if self._view_of == section.name:
            return
        self._view_of = section.name
        self._sorted = sorted(
            self._all, key=lambda label: (label.address, label.section != section.name)
        )
        self._addresses = [label.address for label in self._sorted]

    def extents(self, name: str, section: ShownSection) -> list[range]:
        """The addresses that the symbols called NAME, whatever their versions, have in SECTION."""
        return [
            range(label.address, label.address + label.size)
            for label in self._all
            if label.section_number == section.header.number
            and name in (label.text, label.text.partition("@")[0] * (not label.is_synthetic))
        ]

    def find(self, address: int, section: ShownSection, *, own: bool) -> int | None:
        """The place of the label for ADDRESS, which SECTION, in use, refers to.

        OWN: it must be one of that section's.
        """
        if not self._sorted:
            return None
        last = max(bisect_right(self._addresses, address) - 1, 0)
        first = bisect_left(self._addresses, self._addresses[last])
        end = bisect_right(self._addresses, self._addresses[last])
        for place in range(first, end):
            if self._fits(place, section, own=True):
                return place
        inside = section.address <= address < section.address + section.size
        own = own or (not self._view.is_linked and self._has_relocations and inside)
        if self._fits(first, section, own=own):
            return first
        return self._before(end, section, own)

    def _before(self, end: int, section: ShownSection, own: bool) -> int | None:
        """The nearest label below that fits, else the nearest above."""
        for place in range(end - 1, -1, -1):
            if self._fits(place, section, own=own):
                first = place
                while place > 0 and self._addresses[place - 1] == self._addresses[first]:
                    place -= 1
                    if self._fits(place, section, own=own):
                        first = place
                return first
        return next(
            (it for it in range(end, len(self._sorted)) if self._fits(it, section, own=own)), None
        )

    def _fits(self, place: int, section: ShownSection, *, own: bool) -> bool:
        label = self._sorted[place]
        if label.is_mapping:
            return False
        return not own or label.section_number == section.header.number

    @cached_property
    def _has_relocations(self) -> bool:
        return any(section.relocations for section in self._view.sections)

    @cached_property
    def _relocated(self) -> dict[int, ShownSymbol]:
        """The symbol whose value the dynamic linker puts at which address."""
        found: dict[int, ShownSymbol] = {}
        for each in raw_dynamic_relocations(self._view, self._dynamic):
            if each.offset not in found and 0 < each.symbol < len(self._dynamic):
                symbol = self._dynamic[each.symbol]
                if symbol.section != ABSOLUTE:
                    found[each.offset] = symbol
        return found

    def at(self, place: int) -> Label:
        """The label at PLACE of the section in use."""
        return self._sorted[place]

    def next_in(self, place: int, section: ShownSection) -> int | None:
        """The place of the next label of SECTION with a higher address than that at PLACE."""
        address = self._addresses[place]
        for later in range(place, len(self._sorted)):
            label = self._sorted[later]
            if label.address > address and label.section == section.name and not label.is_mapping:
                return later
        return None

    def named(self, address: int, section: ShownSection) -> str:
        """ADDRESS with its label, as an operand has it: "1030 <puts@plt>"."""
        if not self._sorted:
            return f"0x{address:x}"
        place = self.find(address, section, own=False)
        if place is None:
            return f"{address:x} {self.text_for(address, section, None)}"
        relocated = self._relocation_for(address, section, self._sorted[place])
        if relocated is not None:
            return f"{address:x} {relocated}"
        return f"{address:x} {self.text_for(address, section, place)}"

    def _relocation_for(self, address: int, section: ShownSection, label: Label) -> str | None:
        """What the dynamic linker puts at ADDRESS, where LABEL says less than that."""
        if label.section_number == section.header.number or label.is_synthetic:
            return None
        base = self._bounds.get(label.section)
        value = label.address - (base.address if base and self._view.is_linked else 0)
        if value == address or not self._view.is_linked:
            return None
        symbol = self._relocated.get(address)
        if symbol is None:
            return None
        text = symbol_label(self._view, self._dynamic, symbol.number)
        if symbol.section == UNDEFINED:
            return f"<{text}>"
        return _label_text(text, address - symbol.address)

    def text_for(self, address: int, section: ShownSection, place: int | None) -> str:
        """The label of ADDRESS by the symbol at PLACE; by the name of SECTION without one."""
        if place is None:
            base, name = section.address, without_controls(section.name)
        else:
            label = self._sorted[place]
            base, name = label.address, label.text
        return _label_text(name, address - base)


def _label_text(name: str, distance: int) -> str:
    if not distance:
        return f"<{name}>"
    return f"<{name}{'-' if distance < 0 else '+'}0x{abs(distance):x}>"


def _key(symbol: ShownSymbol) -> tuple[object, ...]:
    flags, name = symbol.flags, symbol.name
    return (
        symbol.address,
        any(mark in name for mark in _COMPILER_MARKS),
        "file" in flags or (len(name) > 2 and name.endswith((".o", ".a"))),
        "debugging" in flags,
        "section" in flags,
        "function" not in flags,
        "object" not in flags,
        "local" in flags,
        "global" not in flags,
        -symbol.size,
        name.startswith("."),
        name,
    )
