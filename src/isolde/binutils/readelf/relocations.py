"""-r: relocations."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.readelf.subject import Subject, c_hex, plural, printable_section
from isolde.binutils.readelf.version_labels import Labeller, VersionLabels, unversioned
from isolde.elf import Relocation, RelocationTable, Symbol, SymbolTable, names
from isolde.elf import constants as c

_HEADINGS = {
    (32, False): " Offset     Info    Type            Sym.Value  Sym. Name",
    (32, True): " Offset     Info    Type                Sym. Value  Symbol's Name",
    (64, False): "  Offset          Info           Type           Sym. Value    Sym. Name",
    (64, True): "    Offset             Info             Type               Symbol's Value"
    "  Symbol's Name",
}
_NAME_WIDTH = 22
_ONE_BYTE_TYPES = (c.EM_MIPS, c.EM_SPARCV9)
_DYNAMIC_NAMES = {"JMPREL": "PLT"}


def relocations_text(subject: Subject) -> Iterator[str]:
    """The lines of the display: the relocations of each section."""
    found = False
    for table in subject.attempt(lambda: subject.file.relocation_tables, ()):
        section = table.section
        if section is None or not section.size:
            continue
        found = True
        if not section.entry_size:
            subject.tell(f"{subject.file.path}: {section.name}: its entries have a size of zero")
            continue
        count = section.size // section.entry_size
        yield (
            f"\nRelocation section '{printable_section(section.name)}' at offset"
            f" {c_hex(section.offset)} contains {plural(count, '1 entry', f'{count} entries')}:"
        )
        yield from _linked(subject, table)
    if not found:
        yield from _none(subject)


def image_relocations_text(subject: Subject) -> Iterator[str]:
    """The relocations that the dynamic linker applies, found through the dynamic section."""
    tables = subject.attempt(lambda: subject.file.dynamic_relocations, ())
    if not tables:
        yield "\nThere are no dynamic relocations in this file."
    symbols = subject.attempt(lambda: subject.file.dynamic_symbols, None)
    label = VersionLabels(subject).of_symbol
    tags = {"REL": c.DT_REL, "RELA": c.DT_RELA, "RELR": c.DT_RELR, "JMPREL": c.DT_JMPREL}
    for table in tables:
        address = subject.file.dynamic_value(tags[table.name]) or 0
        name = _DYNAMIC_NAMES.get(table.name, table.name)
        yield (
            f"\n'{name}' relocation section at offset {c_hex(address)} contains {table.size} bytes:"
        )
        yield from _table(subject, table, symbols, label)


def relocations_facts(subject: Subject) -> list[dict[str, object]]:
    """Each table and its relocations."""
    tables = subject.attempt(lambda: subject.file.relocation_tables, ())
    return [
        {
            "section": table.name,
            "kind": table.kind,
            "relocations": _facts(subject, table),
        }
        for table in tables
    ]


def _facts(subject: Subject, table: RelocationTable) -> list[dict[str, object]]:
    symbols, label = _symbols(subject, table)
    found = []
    for relocation in subject.attempt(lambda: table.entries, []):
        named: dict[str, object] = {"symbol_name": None, "version": None}
        if symbols is not None and 0 < relocation.symbol < len(symbols):
            symbol = symbols[relocation.symbol]
            version = label(symbol.number, symbol.name, symbol.section)[1]
            named = {"symbol_name": _symbol_name(subject, symbol), "version": version or None}
        type_name = None if table.kind == "RELR" else _type_name(subject, relocation.type)
        found.append({**relocation._asdict(), "type_name": type_name, **named})
    return found


def _linked(subject: Subject, table: RelocationTable) -> Iterator[str]:
    section = table.section
    linked = subject.section_at(section.link) if section and section.link else None
    if linked is not None and linked.type not in (c.SHT_SYMTAB, c.SHT_DYNSYM):
        return
    symbols, label = _symbols(subject, table)
    yield from _table(subject, table, symbols, label)


def _symbols(subject: Subject, table: RelocationTable) -> tuple[SymbolTable | None, Labeller]:
    linked = subject.section_at(table.section.link) if table.section else None
    if linked is None or linked.type not in (c.SHT_SYMTAB, c.SHT_DYNSYM):
        return None, unversioned
    symbols = subject.attempt(lambda: subject.file.symbols_of(linked), None)
    is_dynamic = linked.type == c.SHT_DYNSYM
    return symbols, VersionLabels(subject).of_symbol if is_dynamic else unversioned


def _none(subject: Subject) -> Iterator[str]:
    sizes = (c.DT_RELSZ, c.DT_RELASZ, c.DT_RELRSZ, c.DT_PLTRELSZ)
    if any(entry.value for entry in subject.dynamic if entry.tag in sizes):
        yield "\nThere are no static relocations in this file."
        yield "To see the dynamic relocations add --use-dynamic to the command line."
    else:
        yield "\nThere are no relocations in this file."


def _table(
    subject: Subject, table: RelocationTable, symbols: SymbolTable | None, label: Labeller
) -> Iterator[str]:
    entries = subject.attempt(lambda: table.entries, [])
    if table.kind == "RELR":
        yield f"  {len(entries)} offset{'s' * (len(entries) != 1)}"
        yield from (subject.address(entry.offset) for entry in entries)
        return
    heading = _HEADINGS[subject.header.elf_class, subject.is_wide]
    yield heading + " + Addend" if table.kind == "RELA" else heading
    writer = _Writer(subject, symbols, label)
    for entry in entries:
        yield from writer.lines(entry)


class _Writer:
    """Writes relocations; what many of them share is made once."""

    def __init__(self, subject: Subject, symbols: SymbolTable | None, label: Labeller) -> None:
        self._subject = subject
        self._symbols = symbols
        self._label = label
        self._types: dict[int, str] = {}
        self._named: dict[int, str] = {}
        self._shift = 32 if subject.is_64 else 8
        self._digits = (16 if subject.is_wide else 12) if subject.is_64 else 8
        self._is_mips64 = subject.is_64 and subject.header.machine == c.EM_MIPS

    def lines(self, entry: Relocation) -> Iterator[str]:
        kind = self._types.get(entry.type)
        if kind is None:
            kind = self._types[entry.type] = self._type(entry.type)
        digits = self._digits
        info = entry.symbol << self._shift | entry.type
        start = f"{entry.offset:0{digits}x}  {info:0{digits}x} {kind}"
        yield start + (self._with_symbol(entry) if entry.symbol else self._bare(entry))
        if self._is_mips64:
            yield from self._further_types(entry.type)

    def _bare(self, entry: Relocation) -> str:
        if entry.addend is None:
            return ""
        return " " * (20 if self._subject.is_64 else 12) + _signed(entry.addend)

    def _with_symbol(self, entry: Relocation) -> str:
        named = self._named.get(entry.symbol)
        if named is None:
            named = self._named[entry.symbol] = self._name(entry.symbol)
        if entry.addend is None or not named:
            return named
        sign = "-" if entry.addend < 0 else "+"
        return f"{named} {sign} {abs(entry.addend):x}"

    def _name(self, number: int) -> str:
        subject, symbols = self._subject, self._symbols
        if symbols is None or number >= len(symbols):
            subject.tell(f"{subject.file.path}: bad symbol index: {number:08x} in reloc")
            return ""
        symbol = symbols[number]
        sign, version, needed = self._label(number, symbol.name, symbol.section)
        version_text = f"{'@' if needed else sign}{version}" if sign else ""
        name = _symbol_name(subject, symbol)
        value = subject.address(symbol.value) + (" " if subject.is_64 else "   ")
        if symbol.type == c.STT_GNU_IFUNC:
            value = self._called(symbol, version_text)
        return f" {value}{subject.fitted(name, _NAME_WIDTH)}{version_text if symbol.name else ''}"

    def _called(self, symbol: Symbol, version_text: str) -> str:
        """A function that gives the address: its name stands for the value."""
        width = 14 if self._subject.is_64 else 8
        name = self._subject.fitted(symbol.name or "??", width)
        return f"{name}{version_text}()" + " " * max(width + 1 - len(name), 1)

    def _type(self, type_: int) -> str:
        width = 22 if self._subject.is_wide else 17
        name = _type_name(self._subject, type_)
        if name is None:
            shown = type_ & 0xFF if self._is_mips64 else type_
            return f"unrecognized: {shown:<7x}"
        return f"{name:<{width}}" if self._subject.is_wide else f"{name:<{width}.{width}}"

    def _further_types(self, type_: int) -> Iterator[str]:
        for number, shift in ((2, 8), (3, 16)):
            kind = type_ >> shift & 0xFF
            name = names.relocation_name(c.EM_MIPS, kind)
            shown = f"unrecognized: {kind:<7x}" if name is None else f"{name:<17.17}"
            yield f"                    Type{number}: {shown}"


def _signed(value: int) -> str:
    return f"-{-value:x}" if value < 0 else f"{value:x}"


def _type_name(subject: Subject, type_: int) -> str | None:
    machine = subject.header.machine
    narrow = subject.is_64 and machine in _ONE_BYTE_TYPES
    return names.relocation_name(machine, type_ & 0xFF if narrow else type_)


def _symbol_name(subject: Subject, symbol: Symbol) -> str:
    if symbol.name:
        return symbol.name
    if symbol.type != c.STT_SECTION:
        return "<null>"
    section = subject.section_at(symbol.section)
    if section is not None:
        return section.name
    reserved = {c.SHN_ABS: "ABS", c.SHN_COMMON: "COMMON"}
    return reserved.get(symbol.section, f"<section 0x{symbol.section:x}>")
