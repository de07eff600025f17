"""-r and -R: the relocations of object files, and those that the dynamic linker applies."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.objdump.sections import ShownSection
from isolde.binutils.objdump.symbols import ABSOLUTE, UNDEFINED, Symbols
from isolde.binutils.objdump.view import View, without_controls
from isolde.elf import Relocation, Section, names
from isolde.elf import constants as c
from isolde.record import NamedTuple


class ShownRelocation(NamedTuple):
    """One relocation.

    offset: the address, or in an object file the offset in the section, that is changed.
    type_name: None where the machine has no such type.
    symbol: its name with its version, or "*ABS*".  addend: 0 where it stands in the place itself.
    """

    offset: int
    type: int
    type_name: str | None
    symbol: str
    addend: int


def relocations_text(view: View, symbols: Symbols) -> Iterator[str]:
    """The lines of -r."""
    for section in view.wanted_sections:
        if section.relocations:
            title = f"RELOCATION RECORDS FOR [{without_controls(section.name)}]:"
            yield from _set_text(view, title, list(of_section(view, section, symbols)))


def dynamic_relocations_text(view: View, symbols: Symbols) -> Iterator[str]:
    """The lines of -R: none, and a fault, where no dynamic symbols are to refer to."""
    if symbols.section is None:
        view.tell(f"{view.file.path}: is no dynamic object: it has no dynamic relocations")
        return
    found = list(dynamic_relocations(view, symbols))
    yield from _set_text(view, "DYNAMIC RELOCATION RECORDS", found)


def relocations_facts(view: View, symbols: Symbols) -> list[dict[str, object]]:
    """The relocations of each section that has some."""
    return [
        {
            "section": section.name,
            "relocations": [each._asdict() for each in of_section(view, section, symbols)],
        }
        for section in view.wanted_sections
        if section.relocations
    ]


def dynamic_relocations_facts(view: View, symbols: Symbols) -> list[dict[str, object]]:
    """The dynamic linker's relocations."""
    return [each._asdict() for each in dynamic_relocations(view, symbols)]


def of_section(view: View, section: ShownSection, symbols: Symbols) -> Iterator[ShownRelocation]:
    """The relocations of SECTION, which refer to SYMBOLS."""
    base = section.address if view.is_linked else 0
    for table in section.relocations[:1]:
        yield from _of_table(view, table, symbols, base)


def raw_dynamic_relocations(view: View, symbols: Symbols) -> Iterator[Relocation]:
    """The same as the file has them."""
    for table in view.relocation_tables:
        section, own = table.section, symbols.section
        if table.kind != "RELR" and section and own and section.link == own.number:
            yield from view.entries(table)


def dynamic_relocations(view: View, symbols: Symbols) -> Iterator[ShownRelocation]:
    """The relocations that refer to dynamic SYMBOLS."""
    if symbols.section is None:
        return
    for section in view.attempt(lambda: view.file.sections, ()):
        if section.type in (c.SHT_REL, c.SHT_RELA) and section.link == symbols.section.number:
            yield from _of_table(view, section, symbols, 0)


def _of_table(
    view: View, section: Section, symbols: Symbols, base: int
) -> Iterator[ShownRelocation]:
    header = view.header
    tables = view.relocation_tables
    table = next((each for each in tables if each.section == section), None)
    if table is None:
        return
    labels: dict[int, str] = {}
    three = header.machine == c.EM_MIPS and header.elf_class == 64
    for entry in view.entries(table):
        label = labels.get(entry.symbol)
        if label is None:
            label = labels[entry.symbol] = symbol_label(view, symbols, entry.symbol)
        kinds = [entry.type >> shift & 0xFF for shift in (0, 8, 16)] if three else [entry.type]
        for place, kind in enumerate(kinds):
            name = names.relocation_name(header.machine, kind)
            addend = (entry.addend or 0) if place == 0 else 0
            shown = label if place == 0 else ABSOLUTE
            yield ShownRelocation(entry.offset - base, kind, name, shown, addend)


def symbol_label(view: View, symbols: Symbols, number: int) -> str:
    """How the symbol with that NUMBER is named: with its version, *ABS* for none."""
    if number == 0:
        return ABSOLUTE
    try:
        symbol = symbols[number]
    except IndexError:
        return ABSOLUTE
    name = symbol.name
    if view.demangled is not None and name:
        name = view.demangled(name)
    name = without_controls(name)
    if not symbol.version or "section" in symbol.flags:
        return name
    sign = "@" if symbol.is_hidden or symbol.section == UNDEFINED else "@@"
    return f"{name}{sign}{symbol.version}"


def _set_text(view: View, title: str, found: list[ShownRelocation]) -> Iterator[str]:
    if not found:
        yield f"{title} (none)\n"
        return
    yield title
    yield f"OFFSET {'':<{view.digits - 7}} TYPE {'':<12} VALUE"
    for each in found:
        if view.start <= each.offset <= view.stop:
            yield line_of(view, each)
    yield "\n"


def line_of(view: View, each: ShownRelocation) -> str:
    """The line of one relocation."""
    kind = " *unknown*         " if each.type_name is None else f" {each.type_name:<16}  "
    return f"{view.address(each.offset)}{kind}{each.symbol}{addend_text(view, each.addend)}"


def addend_text(view: View, addend: int) -> str:
    """ADDEND as it stands behind a symbol; nothing for 0."""
    if not addend:
        return ""
    return f"{'-' if addend < 0 else '+'}0x{view.address(abs(addend))}"
