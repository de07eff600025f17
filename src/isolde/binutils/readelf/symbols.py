"""-s and --dyn-syms: the symbol tables."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.readelf.subject import Subject, plural, printable_section
from isolde.binutils.readelf.version_labels import Labeller, VersionLabels, unversioned
from isolde.elf import Section, SymbolTable, names
from isolde.elf import constants as c

_HEADINGS = {
    32: "   Num:    Value  Size Type    Bind   Vis      Ndx Name",
    64: "   Num:    Value          Size Type    Bind   Vis      Ndx Name",
}
_NAME_WIDTH = 21
_WIDEST_SIZE = 99999


def symbols_text(subject: Subject, *, only_dynamic: bool) -> Iterator[str]:
    """The lines of the display; ONLY_DYNAMIC: .symtab is left out."""
    types = (c.SHT_DYNSYM,) if only_dynamic else (c.SHT_SYMTAB, c.SHT_DYNSYM)
    if not subject.sections and not only_dynamic:
        yield "\nDynamic symbol information is not available for displaying symbols."
    for section in subject.sections_of(types):
        name = printable_section(section.name)
        if section.entry_size == 0:
            yield f"\nSymbol table '{name}' has a sh_entsize of zero!"
            continue
        yield from _table_text(
            subject,
            _read(subject, section),
            f"Symbol table '{name}'",
            section.size // section.entry_size,
            _labeller(subject, section),
        )


def image_symbols_text(subject: Subject) -> Iterator[str]:
    """The symbols that the dynamic linker sees, found through the dynamic section."""
    hashed = any(entry.tag in (c.DT_HASH, c.DT_GNU_HASH) for entry in subject.dynamic)
    table = subject.attempt(lambda: subject.file.dynamic_symbols, None) if hashed else None
    if table is None:
        yield "\nDynamic symbol information is not available for displaying symbols."
        return
    label = VersionLabels(subject).of_symbol
    yield from _table_text(subject, table, "Symbol table for image", len(table), label)


def symbols_facts(subject: Subject, *, only_dynamic: bool) -> list[dict[str, object]]:
    """Each table and its symbols."""
    types = (c.SHT_DYNSYM,) if only_dynamic else (c.SHT_SYMTAB, c.SHT_DYNSYM)
    return [
        {"section": section.name, "symbols": _symbol_facts(subject, section)}
        for section in subject.sections_of(types)
    ]


def _symbol_facts(subject: Subject, section: Section) -> list[dict[str, object]]:
    table, label = _read(subject, section), _labeller(subject, section)
    header = subject.header
    facts = []
    for symbol in table or ():
        sign, version, _ = label(symbol.number, symbol.name, symbol.section)
        facts.append(
            {
                **symbol._asdict(),
                "name": _name(subject, symbol.name, symbol.type, symbol.section),
                "version": version or None,
                "is_default": sign == "@@",
                "type_name": names.symbol_type_name(header.machine, header.os_abi, symbol.type),
                "binding_name": names.symbol_binding_name(header.os_abi, symbol.binding),
                "visibility_name": names.symbol_visibility_name(symbol.visibility),
                "section_name": _place(subject, symbol.section).strip(),
            }
        )
    return facts


def _read(subject: Subject, section: Section) -> SymbolTable | None:
    return subject.attempt(lambda: subject.file.symbols_of(section), None)


def _labeller(subject: Subject, section: Section) -> Labeller:
    return VersionLabels(subject).of_symbol if section.type == c.SHT_DYNSYM else unversioned


def _table_text(
    subject: Subject, table: SymbolTable | None, title: str, count: int, label: Labeller
) -> Iterator[str]:
    yield f"\n{title} contains {plural(count, '1 entry', f'{count} entries')}:"
    yield _HEADINGS[subject.header.elf_class]
    if table is not None:
        yield from _rows(subject, table, label)


def _rows(subject: Subject, table: SymbolTable, label: Labeller) -> Iterator[str]:
    digits = subject.digits
    fields: dict[tuple[int, int, int], str] = {}
    rows = zip(
        table.values,
        table.sizes,
        table.infos,
        table.others,
        table.sections,
        _shown_names(subject, table),
        strict=True,
    )
    for number, (value, size, info, other, section, name) in enumerate(rows):
        key = (info, other, section)
        field = fields.get(key)
        if field is None:
            field = fields[key] = _fields(subject, *key)
        length = f"{size:5}" if size <= _WIDEST_SIZE else f"0x{size:x}"
        shown = _labelled(subject, name, label(number, name, section))
        yield f"{number:6}: {value:0{digits}x} {length} {field} {shown}"


def _labelled(subject: Subject, name: str, label: tuple[str, str, int]) -> str:
    sign, version, number = label
    if not sign:
        return subject.fitted(name, _NAME_WIDTH)
    behind = f"{sign}{version} ({number})" if number else f"{sign}{version}"
    room = _NAME_WIDTH if subject.is_wide else _NAME_WIDTH - len(behind)
    if room > 0:
        return subject.fitted(name, room) + behind
    # Where nothing is left, C's printf makes of it a width to the left: so does readelf.
    return f"{subject.fitted(name, -room):<{-room}}{behind}" if room else behind


def _fields(subject: Subject, info: int, other: int, section: int) -> str:
    header = subject.header
    kind = names.symbol_type_name(header.machine, header.os_abi, info & 15)
    binding = names.symbol_binding_name(header.os_abi, info >> 4)
    seen = names.symbol_visibility_name(other & 3)
    more = f" [{names.symbol_other_name(header.machine, other & ~3)}] " if other & ~3 else ""
    return f"{kind:<7} {binding:<6} {seen:<7}{more} {_place(subject, section):>4}"


def _place(subject: Subject, section: int) -> str:
    name = names.symbol_section_name(subject.header.machine, section)
    if name is not None:
        return name
    count = subject.header.section_header_count
    return f"bad section index[{section:3}]" if count and section >= count else f"{section:3}"


def _shown_names(subject: Subject, table: SymbolTable) -> list[str]:
    """The names of all symbols: a section's where a section's symbol has none."""
    shown = list(table.names)
    size = len(table.strings)
    for number, name in enumerate(shown):
        if name:
            continue
        if table.name_offsets[number] >= size:
            shown[number] = "<corrupt>"
        elif table.types[number] == c.STT_SECTION:
            shown[number] = _name(subject, "", c.STT_SECTION, table.sections[number])
    return shown


def _name(subject: Subject, name: str, kind: int, section: int) -> str:
    if name or kind != c.STT_SECTION:
        return name
    found = subject.section_at(section)
    return found.name if found else ""
