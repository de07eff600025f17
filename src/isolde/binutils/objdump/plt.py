"""Names for the entries of procedure linkage tables: "puts@plt".

No symbol says what an entry calls.  On x86 its own jump does, through the global offset table's
slot that a relocation fills; elsewhere entries stand in the order of their relocations.
"""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.objdump.relocations import raw_dynamic_relocations
from isolde.binutils.objdump.sections import ShownSection
from isolde.binutils.objdump.symbols import ABSOLUTE, Symbols
from isolde.binutils.objdump.view import View
from isolde.elf import Relocation
from isolde.elf import constants as c
from isolde.record import NamedTuple


class PltEntry(NamedTuple):
    """One entry: where it is, and the name of it."""

    address: int
    name: str
    section: str


# GLOB_DAT, JUMP_SLOT and IRELATIVE.
_X86_TYPES = {c.EM_X86_64: (6, 7, 37), c.EM_386: (6, 7, 42)}
_X86_SECTIONS = (".plt", ".plt.got", ".plt.sec", ".plt.bnd")
_SMALL_ENTRY, _ENTRY = 8, 16
_INDIRECT_BRANCH_MARKS = (b"\xf3\x0f\x1e\xfa", b"\xf3\x0f\x1e\xfb")
_TO_ADDRESS, _TO_TABLE = b"\xff\x25", b"\xff\xa3"
# The size of the first entry, which calls the dynamic linker, and of each further one.
_FIXED_SIZES = {c.EM_AARCH64: (32, 16), c.EM_S390: (32, 32), c.EM_RISCV: (32, 16)}
_AARCH64_LONG_ENTRY = 24
_DT_AARCH64_BTI_PLT, _DT_AARCH64_PAC_PLT = 0x70000001, 0x70000003
# Arm's first words of a table, and of its entries without their immediate (Arm and Thumb-2).
_ARM_FIRST, _THUMB_FIRST = 0xE52DE004, 0xF8DFB500
_ARM_SHORT, _ARM_LONG = 0xE28FC600, 0xE28FC200
_THUMB_STUB = 0x4778


def plt_entries(view: View, symbols: Symbols) -> list[PltEntry]:
    """The entries of all tables, named after dynamic SYMBOLS."""
    machine = view.header.machine
    if not view.is_linked or len(symbols) <= 1:
        return []
    if machine in _X86_TYPES:
        return list(_by_slots(view, symbols))
    return list(_by_order(view, symbols))


def _by_slots(view: View, symbols: Symbols) -> Iterator[PltEntry]:
    types = _X86_TYPES[view.header.machine]
    slots: dict[int, Relocation] = {}
    for relocation in raw_dynamic_relocations(view, symbols):
        if relocation.type in types:
            slots.setdefault(relocation.offset, relocation)
    for name in _X86_SECTIONS:
        section = view.section_called(name)
        if section is None or not section.size:
            continue
        data = view.contents(section)
        for offset, slot in _x86_slots(view, section, data):
            if slot in slots:
                label = _label(view, symbols, slots.pop(slot))
                yield PltEntry(section.address + offset, label, name)


def _x86_slots(view: View, section: ShownSection, data: bytes) -> Iterator[tuple[int, int]]:
    """The offset of each entry in DATA, and the address of the slot that it jumps through."""
    small = section.name != ".plt" and not data.startswith(_INDIRECT_BRANCH_MARKS)
    size = _SMALL_ENTRY if small else _ENTRY
    for offset in range(0, len(data) - size + 1, size):
        entry = data[offset : offset + size]
        start = 4 if entry.startswith(_INDIRECT_BRANCH_MARKS) else 0
        start += entry[start] == 0xF2
        jump, number = entry[start : start + 2], entry[start + 2 : start + 6]
        if jump == _TO_ADDRESS:
            place = int.from_bytes(number, "little", signed=view.header.elf_class == 64)
            if view.header.machine == c.EM_X86_64:
                place += section.address + offset + start + 6
            yield offset, place & view.mask
        elif jump == _TO_TABLE and view.header.machine == c.EM_386:
            place = _table_address(view) + int.from_bytes(number, "little", signed=True)
            yield offset, place & view.mask


def _table_address(view: View) -> int:
    table = view.section_called(".got.plt") or view.section_called(".got")
    return table.address if table else 0


def _by_order(view: View, symbols: Symbols) -> Iterator[PltEntry]:
    plt = view.section_called(".plt")
    if plt is None or not plt.has_contents:
        return
    places = _arm_places if view.header.machine == c.EM_ARM else _fixed_places
    offsets = places(view, plt)
    for relocation, offset in zip(_plt_relocations(view, symbols), offsets, strict=False):
        yield PltEntry(plt.address + offset, _label(view, symbols, relocation), ".plt")


def _fixed_places(view: View, plt: ShownSection) -> Iterator[int]:
    sizes = _FIXED_SIZES.get(view.header.machine)
    if sizes is None:
        return
    first, size = sizes
    if view.header.machine == c.EM_AARCH64:
        tags = {entry.tag for entry in view.attempt(lambda: view.file.dynamic, ())}
        if tags & {_DT_AARCH64_BTI_PLT, _DT_AARCH64_PAC_PLT}:
            size = _AARCH64_LONG_ENTRY
    yield from range(first, plt.size, size)


def _arm_places(view: View, plt: ShownSection) -> Iterator[int]:
    data = view.contents(plt)
    order = view.byte_order
    first = int.from_bytes(data[:4], order)
    if int.from_bytes(data[:2], order) << 16 | int.from_bytes(data[2:4], order) == _THUMB_FIRST:
        yield from range(16, len(data), 16)
        return
    if first != _ARM_FIRST:
        return
    offset = 20
    while offset < len(data):
        start = offset
        if int.from_bytes(data[start : start + 2], order) == _THUMB_STUB:
            start += 4
        word = int.from_bytes(data[start : start + 4], order) & 0xFFFFFF00
        sizes = {_ARM_SHORT: 12, _ARM_LONG: 16}
        if word not in sizes:
            return
        yield offset
        offset = start + sizes[word]


def _plt_relocations(view: View, symbols: Symbols) -> list[Relocation]:
    sections = [view.section_called(name) for name in (".rela.plt", ".rel.plt")]
    wanted = next((each.header for each in sections if each), None)
    if wanted is None or symbols.section is None or wanted.link != symbols.section.number:
        return []
    tables = (each for each in view.relocation_tables if each.section == wanted)
    return [entry for table in tables for entry in view.entries(table)]


def _label(view: View, symbols: Symbols, relocation: Relocation) -> str:
    name = ABSOLUTE
    if 0 < relocation.symbol < len(symbols):
        name = symbols[relocation.symbol].name
    addend = (relocation.addend or 0) & view.mask
    return f"{name}+0x{addend:x}@plt" if addend else f"{name}@plt"
