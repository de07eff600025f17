"""Which sections and symbols stay, by the rules of GNU `strip` 2.40.

A symbol that a relocation names stays in any case, so that an object that is stripped of debugging
information, or of what is unneeded, still links.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from isolde.binutils.sections import Kind
from isolde.binutils.strip.options import ALL, DEBUG, ONLY_DEBUG, UNNEEDED, Options
from isolde.elf import File, Section
from isolde.elf import constants as c
from isolde.elf.new_section import AddedSection
from isolde.elf.rewriter import Plan, is_attached
from isolde.errors import ElfError

# They say where code, of which state, and where data begins: disassemblers and linkers need them.
_MAPPING = {
    c.EM_ARM: re.compile(r"\$[atd](\.|$)"),
    c.EM_AARCH64: re.compile(r"\$[xd](\.|$)"),
}
_MADE_LOCALS = (".L", "..", "_.L_")
_GLOBAL = (c.STB_GLOBAL, c.STB_WEAK)


def plan_for(file: File, options: Options, added: Collection[AddedSection] = ()) -> Plan:
    """What of FILE stays.

    Raises:
        ElfError: FILE is malformed, or a symbol that is to be removed is named by a relocation.
    """
    removed = set(_removed_sections(file, options))
    sections = {section.number for section in file.sections if section.number not in removed}
    return Plan(
        sections,
        _kept_symbols(file, options, removed),
        _wanted_relocations(file, options),
        set(_emptied(file)) if options.what == ONLY_DEBUG else (),
        tuple(added),
    )


# Sections.


def _removed_sections(file: File, options: Options) -> Iterator[int]:
    removed = {section.number for section in file.sections[1:] if _is_removed(section, options)}
    yield from removed
    for section in file.sections[1:]:
        is_group = section.type == c.SHT_GROUP and section.number not in removed
        if is_group and _is_removed_group(file, section, options, removed):
            yield section.number


def _is_removed(section: Section, options: Options) -> bool:
    if section.name in options.keep_sections:
        return False
    if section.name in options.remove_sections:
        return True
    is_stripping = options.what in (ALL, DEBUG, UNNEEDED) or options.locals_too == "all"
    return is_stripping and Kind(section).is_debugging


def _is_removed_group(
    file: File, group: Section, options: Options, removed: Collection[int]
) -> bool:
    """A group goes with the symbol that it is known by, and with the last of its sections."""
    name = _signature(file, group)
    if options.what == ALL and name not in options.keep_symbols:
        return True
    if name in options.remove_symbols:
        return True
    data = file.section_data(group)
    words = [row[0] for row in file.raw.layouts["u32"].iter_unpack(data[: len(data) & ~3])]
    members = [
        file.sections[word]
        for word in words[1:]
        if word < len(file.sections) and not is_attached(file, file.sections[word])
    ]
    return all(member.number in removed for member in members)


def _signature(file: File, group: Section) -> str:
    if group.info >= len(file.symbols):
        raise ElfError(
            file.path,
            f"section group {group.number} is known by symbol {group.info} of {len(file.symbols)}",
            group.offset,
        )
    return file.symbols[group.info].name


def _emptied(file: File) -> Iterator[int]:
    """What only a program needs at run time; notes stay, as they say which program that is."""
    for section in file.sections[1:]:
        if section.flags & c.SHF_ALLOC and section.type != c.SHT_NOTE:
            yield section.number


# Symbols.


def _kept_symbols(file: File, options: Options, removed: Collection[int]) -> list[int]:
    if options.what == ALL and not options.keep_symbols:
        return []
    named = _named_by_relocations(file, options, removed)
    choice = _Choice(file, options)
    table = file.symbols
    places, raw_places = table.sections, table.raw_sections
    kept = []
    for number in range(1, len(table)):
        if not choice.keeps(number, number in named):
            continue
        is_real = raw_places[number] < c.SHN_LORESERVE or raw_places[number] == c.SHN_XINDEX
        if not (is_real and places[number] in removed):
            kept.append(number)
    return kept


def _named_by_relocations(file: File, options: Options, removed: Collection[int]) -> set[int]:
    """The symbols that relocations and groups which stay cannot do without."""
    if options.what == ALL:
        return set()
    named = {
        section.info
        for section in file.sections
        if section.type == c.SHT_GROUP and section.number not in removed
    }
    for table in file.relocation_tables:
        section = table.section
        if section is not None and is_attached(file, section) and section.info not in removed:
            named |= {entry.symbol for entry in table.entries}
    return named


def _wanted_relocations(file: File, options: Options) -> Collection[int] | None:
    """Without symbols, relocations mean nothing: only those for symbols that are kept by name."""
    if options.what != ALL:
        return None
    if not options.keep_symbols:
        return ()
    return {
        number for number, name in enumerate(file.symbols.names) if name in options.keep_symbols
    }


class _Choice:
    """Which symbols stay; asked for each."""

    def __init__(self, file: File, options: Options) -> None:
        self._file = file
        self._options = options
        self._table = file.symbols
        self._is_object = file.is_relocatable
        self._mapping = _MAPPING.get(file.header.machine)

    def keeps(self, number: int, is_named: bool) -> bool:
        """Whether symbol NUMBER stays; IS_NAMED: by a relocation.

        Raises:
            ElfError: it is to be removed, but a relocation names it.
        """
        name = self._table.names[number]
        is_kept = self._is_kept(number, is_named)
        if is_kept and name in self._options.remove_symbols:
            if is_named:
                raise ElfError(
                    self._file.path,
                    f"symbol '{name}' cannot be removed: a relocation names it",
                )
            return False
        return is_kept or (
            self._table.types[number] != c.STT_SECTION and name in self._options.keep_symbols
        )

    def _is_kept(self, number: int, is_named: bool) -> bool:
        what = self._options.what
        if what == ALL:
            return False
        if is_named or (self._mapping and self._mapping.match(self._table.names[number])):
            return True
        is_common = self._table.raw_sections[number] == c.SHN_COMMON
        is_undefined = self._table.raw_sections[number] == c.SHN_UNDEF
        is_global = self._table.bindings[number] in _GLOBAL and not is_undefined
        if self._is_object and (is_global or is_common):
            return True
        if is_global or is_common or is_undefined:
            return what != UNNEEDED
        return self._keeps_local(number)

    def _keeps_local(self, number: int) -> bool:
        what, kind = self._options.what, self._table.types[number]
        if kind in (c.STT_SECTION, c.STT_FILE):
            is_file = kind == c.STT_FILE and self._options.keep_file_symbols
            return is_file or what not in (DEBUG, UNNEEDED)
        if what == UNNEEDED or self._options.locals_too == "all":
            return False
        is_made = self._table.names[number].startswith(_MADE_LOCALS)
        return not (self._options.locals_too == "made" and is_made)
