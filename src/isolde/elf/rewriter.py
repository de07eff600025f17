"""An ELF file written anew without some of its sections and symbols.

    plan = Plan(sections=range(len(file.sections)), symbols=range(10))
    stream.writelines(rewritten(file, plan))

In a linked file, what segments map stays at its place and keeps its bytes: addresses mean it.  Only
what stands behind, which no program needs, moves.  An object file has no such places; its sections
follow each other.  The symbol table, its names and the names of sections are always made anew, and
all that gives a symbol or a section by its number is given the new one.

The order of sections and the gaps between them are those of GNU's tools (BFD 2.40).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from isolde.elf import constants as c
from isolde.elf.file import File
from isolde.elf.new_section import AddedSection, NewSection, copy_of
from isolde.elf.relocation_writer import write_relocations
from isolde.elf.section import Section
from isolde.elf.symbol_writer import WrittenSymbols, write_symbols
from isolde.elf.tables import RelocationTable
from isolde.elf.writer import write_file
from isolde.errors import ElfError

_KINDS = {c.SHT_REL: "REL", c.SHT_RELA: "RELA"}
# Its bytes are numbers of symbols; where it has no link, linkers know that they mean nothing.
_SHT_LLVM_ADDRSIG = 0x6FFF4C03


class Plan(NamedTuple):
    """What stays of a file.

    sections: numbers of the sections that stay.  Those that are made anew need not be among them,
        nor relocations, which stay or go with the section that they are for.
    symbols: numbers of the symbols of `File.symbols` that stay, ascending.
    relocations: of a section's relocations only those that name these symbols stay; None: all.
    emptied: numbers of sections that stay without their bytes, as SHT_NOBITS.
    added: sections that are new.
    """

    sections: Collection[int]
    symbols: Sequence[int] = ()
    relocations: Collection[int] | None = None
    emptied: Collection[int] = ()
    added: Sequence[AddedSection] = ()


class _Numbers(NamedTuple):
    """The new numbers of sections and of symbols, by their old ones.

    grouped: the old numbers of sections that belong to a group which stays.
    """

    sections: Mapping[int, int]
    symbols: Mapping[int, int]
    grouped: Collection[int]


def rewritten(file: File, plan: Plan) -> Iterator[bytes | memoryview]:
    """The bytes, in pieces, of FILE as PLAN wants it.

    Raises:
        ElfError: FILE is malformed or has no section headers, or PLAN removes a symbol that
            something which stays needs.
    """
    _refuse(file)
    kept = _kept(file, plan)
    has_symbols = _has_symbols(file, plan, kept)
    sections = _section_numbers(file, kept, len(plan.added), has_symbols)
    symbols = write_symbols(file.raw, file.symbols, plan.symbols, sections)
    numbers = _Numbers(sections, symbols.numbers, _grouped(file, plan))
    copies = [_copy(file, section, plan, numbers) for section in kept]
    tables = _tables(file, symbols, len(kept) + len(plan.added) + 1) if has_symbols else []
    stay = {section.number for section in kept}
    return write_file(
        file,
        [*copies, *map(_added, plan.added), *tables],
        removed={section.number for section in file.sections if section.number not in stay},
        is_debug=bool(plan.emptied),
    )


def left_out(file: File, plan: Plan) -> tuple[list[str], int]:
    """The names of the sections of FILE that PLAN removes, and how many symbols it does.

    Raises:
        ElfError: FILE is malformed.
    """
    kept = _kept(file, plan)
    names = Counter(section.name for section in kept) + Counter([".shstrtab"])
    if _has_symbols(file, plan, kept):
        names += Counter([".symtab", ".strtab"])
    gone = Counter(section.name for section in file.sections[1:]) - names
    return list(gone.elements()), max(len(file.symbols) - 1 - len(plan.symbols), 0)


def _has_symbols(file: File, plan: Plan, kept: Sequence[Section]) -> bool:
    return bool(plan.symbols) or any(is_attached(file, section) for section in kept)


def _refuse(file: File) -> None:
    if not file.sections:
        raise ElfError(file.path, "has no section headers: its parts cannot be told apart")
    header = file.header
    if file.segments and header.program_header_offset < file.raw.layouts["header"].size:
        place = header.program_header_offset
        raise ElfError(file.path, "the program header table overlaps the ELF header", place)
    tables = [section for section in file.sections if section.type == c.SHT_SYMTAB]
    if len(tables) > 1:
        place = tables[1].offset
        raise ElfError(file.path, "has two symbol tables: sections may mean either", place)


def is_attached(file: File, section: Section) -> bool:
    """Whether SECTION holds the relocations of another one, which a link editor would apply."""
    table = file.symbol_section
    return (
        section.type in _KINDS
        and not section.flags & c.SHF_ALLOC
        and table is not None
        and section.link == table.number
        and 0 < section.info < len(file.sections)
    )


def made_anew(file: File) -> set[int]:
    """Numbers of the symbol table, its names, its extension, and the names of sections."""
    sections, table = file.sections, file.symbol_section
    made = {file.header.section_names_index}
    if table is not None:
        made |= {table.number, table.link}
        made |= {
            section.number
            for section in sections
            if section.type == c.SHT_SYMTAB_SHNDX and section.link == table.number
        }
    return {
        number
        for number in made
        if 0 < number < len(sections) and not sections[number].flags & c.SHF_ALLOC
    }


# Which sections there are, and their numbers.


def _kept(file: File, plan: Plan) -> list[Section]:
    """The sections that stay: groups first, relocations behind the section they are for."""
    anew, wanted = made_anew(file), frozenset(plan.sections)
    own = [
        section
        for section in file.sections[1:]
        if section.number in wanted
        and section.number not in anew
        and not is_attached(file, section)
    ]
    attached: dict[int, list[Section]] = {}
    for table in file.relocation_tables:
        section = table.section
        if section is not None and is_attached(file, section) and _stays(table, plan):
            attached.setdefault(section.info, []).append(section)
    groups = [section for section in own if section.type == c.SHT_GROUP]
    others = [section for section in own if section.type != c.SHT_GROUP]
    return [
        each
        for section in (*groups, *others)
        for each in (section, *attached.get(section.number, ()))
    ]


def _stays(relocations: RelocationTable, plan: Plan) -> bool:
    wanted = plan.relocations
    return wanted is None or any(entry.symbol in wanted for entry in relocations.entries)


def _section_numbers(
    file: File, kept: Sequence[Section], added: int, has_symbols: bool
) -> dict[int, int]:
    numbers = {section.number: number for number, section in enumerate(kept, 1)}
    count = len(kept) + added
    table = file.symbol_section
    if has_symbols and table is not None:
        numbers[table.number] = count + 1
        count += 2 + _needs_extension(count)
        numbers.setdefault(table.link, count)
    numbers.setdefault(file.header.section_names_index, count + 1)
    return numbers | {0: 0}


def _needs_extension(count: int) -> bool:
    """Whether symbols may be in a section whose number they cannot hold, as BFD decides it."""
    return count + 4 > c.SHN_LORESERVE


# What is in them.


def _copy(file: File, section: Section, plan: Plan, numbers: _Numbers) -> NewSection:
    copy = copy_of(section)
    copy.link = 0 if section.type == _SHT_LLVM_ADDRSIG else numbers.sections.get(section.link, 0)
    if section.type in _KINDS or section.flags & c.SHF_INFO_LINK:
        copy.info = numbers.sections.get(section.info, 0)
    if section.flags & c.SHF_GROUP and section.number not in numbers.grouped:
        copy.flags &= ~c.SHF_GROUP
    if section.number in plan.emptied:
        copy.type = c.SHT_NOBITS
        copy.flags &= ~c.SHF_INFO_LINK
    if copy.type == c.SHT_NOBITS:
        return copy
    copy.data = file.section_data(section)
    if is_attached(file, section):
        copy.is_attached, copy.position = True, section.info
        copy.data = _relocations(file, section, plan, numbers)
    elif section.type == c.SHT_GROUP:
        copy.info = numbers.symbols.get(section.info, 0)
        copy.data = _members(file, section, numbers)
    copy.size = len(copy.data)
    return copy


def _relocations(file: File, section: Section, plan: Plan, numbers: _Numbers) -> bytes:
    data, kind = file.section_data(section), _KINDS[section.type]
    try:
        return write_relocations(
            file.raw, file.header.machine, data, kind, numbers.symbols, plan.relocations
        )
    except KeyError as error:
        raise _missing_symbol(file, section, int(error.args[0])) from None


def _missing_symbol(file: File, relocations: Section, number: int) -> ElfError:
    table, sections = file.symbols, file.sections
    if number >= len(table):
        reason = f"{relocations.name} names symbol {number} of a table of {len(table)}"
        return ElfError(file.path, reason, relocations.offset)
    symbol = table[number]
    place = sections[symbol.section].name if symbol.section < len(sections) else ""
    return ElfError(
        file.path,
        f"symbol '{symbol.name or place}' cannot be removed: {relocations.name} names it",
    )


def _words(file: File, section: Section) -> list[int]:
    data = file.section_data(section)
    form = file.raw.layouts["u32"]
    return [row[0] for row in form.iter_unpack(data[: len(data) & ~3])]


def _members(file: File, group: Section, numbers: _Numbers) -> bytes:
    """The flags of a group, and its sections that stay."""
    words = _words(file, group)
    kept = [numbers.sections[word] for word in words[1:] if numbers.sections.get(word)]
    form = file.raw.layouts["u32"]
    return b"".join(form.pack(word) for word in (*words[:1], *kept))


def _grouped(file: File, plan: Plan) -> set[int]:
    """Numbers of the sections that belong to a group that stays."""
    return {
        member
        for section in file.sections
        if section.type == c.SHT_GROUP and section.number in plan.sections
        for member in _words(file, section)[1:]
    }


def _added(section: AddedSection) -> NewSection:
    return NewSection(
        section.name,
        c.SHT_PROGBITS,
        section.data,
        alignment=section.alignment,
    )


def _tables(file: File, symbols: WrittenSymbols, number: int) -> list[NewSection]:
    """The symbol table, whose number is NUMBER, with its extension and its names."""
    layouts = file.raw.layouts
    extension = []
    if _needs_extension(number - 1):
        extension = [
            NewSection(
                ".symtab_shndx",
                c.SHT_SYMTAB_SHNDX,
                symbols.extended,
                link=number,
                alignment=4,
                entry_size=4,
            )
        ]
    table = NewSection(
        ".symtab",
        c.SHT_SYMTAB,
        symbols.data,
        link=number + 1 + len(extension),
        info=symbols.local_count,
        alignment=layouts["word"].size,
        entry_size=layouts["symbol"].size,
    )
    names = NewSection(".strtab", c.SHT_STRTAB, symbols.strings)
    return [table, *extension, names]
