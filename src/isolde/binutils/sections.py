"""Sections as binutils sees them: which there are, and the kinds that its tools tell apart.

binutils reads tables of symbols, names and relocations for itself and lists them with no section;
a section that is loaded is always listed.  What it calls code, data and so on follows from flags,
and for debugging information from the name.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from isolde.elf import File, Section, Segment
from isolde.elf import constants as c

_NEVER = {c.SHT_NULL, c.SHT_SYMTAB_SHNDX, c.SHT_SHLIB}
_RELOCATIONS, _SYMBOLS = {c.SHT_REL, c.SHT_RELA}, {c.SHT_SYMTAB, c.SHT_DYNSYM}
_DEBUG_NAMES = (
    ".debug",
    ".gnu.debuglto_.debug_",
    ".gnu.linkonce.wi.",
    ".zdebug",
    ".line",
    ".stab",
)


class Kind:
    """What a section is, from its header."""

    def __init__(self, section: Section) -> None:
        self._section = section

    @property
    def is_allocated(self) -> bool:
        """Whether it takes memory in the process."""
        return bool(self._section.flags & c.SHF_ALLOC)

    @property
    def has_contents(self) -> bool:
        """Whether the file has its bytes."""
        return self._section.type != c.SHT_NOBITS

    @property
    def is_code(self) -> bool:
        """Whether it holds instructions."""
        return bool(self._section.flags & c.SHF_EXECINSTR)

    @property
    def is_data(self) -> bool:
        """Whether it is loaded, and is no code."""
        return self.is_allocated and self.has_contents and not self.is_code

    @property
    def is_read_only(self) -> bool:
        """Whether the process may not write to it."""
        return not self._section.flags & c.SHF_WRITE

    @cached_property
    def is_debugging(self) -> bool:
        """Whether it is for debuggers; only its name says so."""
        name = self._section.name
        if self.is_allocated:
            return False
        return name.startswith(_DEBUG_NAMES) or name == ".gdb_index"


def listed_sections(file: File) -> list[Section]:
    """The sections of FILE that binutils lists, in its order; of a core, its segments."""
    if file.is_core:
        return [_as_section(segment) for segment in file.segments]
    sections = file.sections
    return [section for section in _in_order(sections) if _is_listed(file, sections, section)]


def _in_order(sections: Sequence[Section]) -> list[Section]:
    """The file's order, but that the symbols which relocations name come before those."""
    numbers: dict[int, None] = {}
    for section in sections:
        linked = sections[section.link] if section.link < len(sections) else None
        if section.type in _RELOCATIONS and linked and linked.type in _SYMBOLS:
            numbers.setdefault(linked.number)
        numbers.setdefault(section.number)
    return [sections[number] for number in numbers]


def _is_listed(file: File, sections: Sequence[Section], section: Section) -> bool:
    if section.type in _NEVER:
        return False
    if section.type == c.SHT_SYMTAB:
        return bool(section.flags & c.SHF_ALLOC)
    if section.type == c.SHT_STRTAB:
        return not _is_own_names(file, sections, section)
    if section.type in _RELOCATIONS:
        return not _is_own_relocations(file, sections, section)
    return True


def _is_own_names(file: File, sections: Sequence[Section], section: Section) -> bool:
    """Whether these are the names of sections, or of the symbols of .symtab."""
    if section.number == file.header.section_names_index:
        return True
    return any(table.type == c.SHT_SYMTAB and table.link == section.number for table in sections)


def _is_own_relocations(file: File, sections: Sequence[Section], section: Section) -> bool:
    """Whether these are relocations of a section for the link editor."""
    if file.header.type in (c.ET_EXEC, c.ET_DYN) and section.flags & c.SHF_ALLOC:
        return False
    if not 0 < section.info < len(sections) or not 0 < section.link < len(sections):
        return False
    if sections[section.info].type in _RELOCATIONS:
        return False
    return sections[section.link].type == c.SHT_SYMTAB


def _as_section(segment: Segment) -> Section:
    """SEGMENT of a core as a section; what it does not have of the memory is no part of it."""
    is_load = segment.type == c.PT_LOAD
    flags = c.SHF_ALLOC * is_load
    flags |= c.SHF_WRITE * bool(segment.flags & c.PF_W)
    flags |= c.SHF_EXECINSTR * bool(segment.flags & c.PF_X)
    name = f"{'load' if is_load else 'note'}{segment.number}"
    size = segment.file_size or segment.memory_size
    kind = c.SHT_PROGBITS if segment.file_size else c.SHT_NOBITS
    return Section(
        segment.number,
        name,
        kind,
        flags,
        segment.virtual_address,
        segment.offset,
        size,
        0,
        0,
        segment.alignment,
        0,
    )
