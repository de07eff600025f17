"""One ELF file, every part of it read when it is first asked for.

    file = File("/usr/lib/x86_64-linux-gnu/libz.so.1")
    file.soname, file.needed                       # "libz.so.1", ("libc.so.6",)
    [symbol.name for symbol in file.dynamic_symbols if symbol.is_defined]

What the dynamic linker would read is taken where it would look: in the segments and the dynamic
section, not in the section headers, which a file need not have.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from types import TracebackType

from isolde.elf import constants as c
from isolde.elf._bytes import Bytes
from isolde.elf._columns import numbers
from isolde.elf._source import map_file, unmap
from isolde.elf.dynamic import DynamicEntry, read_dynamic
from isolde.elf.hash import GnuHashTable, HashTable
from isolde.elf.header import Header, open_bytes, read_header
from isolde.elf.note import (
    DlopenNote,
    Note,
    Property,
    build_id_of,
    dlopen_notes_of,
    properties_of,
    read_notes,
)
from isolde.elf.relocation import Relocation, read_relocations
from isolde.elf.section import Section, read_sections, section_contents, section_data
from isolde.elf.segment import Segment, read_segments
from isolde.elf.strings import StringTable
from isolde.elf.symbol import SymbolTable, read_symbols
from isolde.elf.tables import RelocationTable
from isolde.elf.version import (
    VersionDefinition,
    VersionNeed,
    Versions,
    read_definitions,
    read_needs,
)
from isolde.errors import ElfError

_RELOCATION_SECTIONS = {c.SHT_REL: "REL", c.SHT_RELA: "RELA", c.SHT_RELR: "RELR"}
_RELOCATION_TAGS = (
    ("REL", c.DT_REL, c.DT_RELSZ),
    ("RELA", c.DT_RELA, c.DT_RELASZ),
    ("RELR", c.DT_RELR, c.DT_RELRSZ),
)
_MOST_OVERLAP = 4  # a segment's notes are often those of a smaller segment, too


class File:
    """An ELF file: ELF32 or ELF64, either byte order, any machine.

    The file is mapped, not read; close it, or use it in a ``with``, to give the mapping back.  Not
    for several threads at once.

    Raises:
        OSError: the file cannot be opened.
        ElfError: it is no ELF file.  Every attribute may raise it, too: parts are checked when
            they are read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._raw: Bytes = open_bytes(self.path, map_file(self.path))

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview, name: str = "<bytes>") -> File:
        """The ELF file in DATA, called NAME in errors.

        Raises:
            ElfError: it is no ELF file.
        """
        file = cls.__new__(cls)
        file.path = name
        file._raw = open_bytes(name, memoryview(data).cast("B"))
        return file

    def close(self) -> None:
        """Gives the mapping back; the file must not be used afterwards."""
        unmap(self._raw.data)

    def __enter__(self) -> File:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<isolde.elf.File {self.path!r}>"

    # What the file is.

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return self._raw.size

    @property
    def data(self) -> memoryview:
        """Every byte of the file."""
        return self._raw.data

    @property
    def raw(self) -> Bytes:
        """The bytes with the layouts of their structures, for those who write files."""
        return self._raw

    @cached_property
    def header(self) -> Header:
        """The ELF header."""
        return read_header(self._raw)

    @property
    def is_relocatable(self) -> bool:
        """Whether this is an object file for the link editor (ET_REL)."""
        return self.header.type == c.ET_REL

    @property
    def is_core(self) -> bool:
        """Whether this is the core of a process (ET_CORE)."""
        return self.header.type == c.ET_CORE

    @property
    def is_executable(self) -> bool:
        """Whether this is a program; libc.so.6, which can be run too, is a shared object."""
        if self.header.type != c.ET_DYN:
            return self.header.type == c.ET_EXEC
        if self.flags_1 & c.DF_1_PIE:
            return True
        return self.interpreter is not None and self.soname is None

    @property
    def is_shared_object(self) -> bool:
        """Whether this is an ET_DYN that is no program."""
        return self.header.type == c.ET_DYN and not self.is_executable

    # Segments, sections, addresses.

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The program headers."""
        return read_segments(self._raw, self.header)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The section headers."""
        return read_sections(self._raw, self.header)

    def section(self, name: str) -> Section | None:
        """The first section called NAME."""
        return next((section for section in self.sections if section.name == name), None)

    def section_data(self, section: Section) -> memoryview:
        """The bytes of SECTION as they stand in the file; none of SHT_NOBITS."""
        return section_data(self._raw, section)

    def section_contents(self, section: Section) -> bytes:
        """The bytes of SECTION, unpacked where it is compressed (zlib)."""
        return section_contents(self._raw, section)

    def offset_of(self, address: int) -> int:
        """Where in the file the byte is that is mapped at ADDRESS.

        Raises:
            ElfError: no segment maps it from the file.
        """
        for segment in self._loads:
            if 0 <= address - segment.virtual_address < segment.file_size:
                return segment.offset + address - segment.virtual_address
        raise self._raw.error(f"no segment maps address {address:#x} from the file")

    def at(self, address: int, size: int) -> memoryview:
        """SIZE bytes that are mapped at ADDRESS.

        Raises:
            ElfError: no segment maps them from the file.
        """
        return self._raw.slice(self.offset_of(address), size, f"what is mapped at {address:#x}")

    def string_at(self, address: int) -> str:
        """The string that is mapped at ADDRESS, up to its NUL.

        Raises:
            ElfError: no segment maps it from the file, or it has no end.
        """
        offset = self.offset_of(address)
        size = 4096
        while True:
            data = bytes(self.data[offset : offset + size])
            text, end, _ = data.partition(b"\0")
            if end:
                return text.decode("utf-8", "surrogateescape")
            if len(data) < size:
                raise self._raw.error("a string does not end", offset)
            size *= 16

    @cached_property
    def _loads(self) -> list[Segment]:
        return [segment for segment in self.segments if segment.type == c.PT_LOAD]

    def _segment(self, kind: int) -> Segment | None:
        return next((segment for segment in self.segments if segment.type == kind), None)

    @cached_property
    def interpreter(self) -> str | None:
        """The dynamic linker that the file asks for (PT_INTERP)."""
        segment = self._segment(c.PT_INTERP)
        if segment is None or segment.file_size == 0:
            return None
        data = self._raw.slice(segment.offset, segment.file_size, "PT_INTERP")
        return bytes(data).split(b"\0", 1)[0].decode("utf-8", "surrogateescape")

    # The dynamic section.

    @cached_property
    def dynamic(self) -> tuple[DynamicEntry, ...]:
        """The dynamic section up to its DT_NULL; empty where there is none."""
        segment = self._segment(c.PT_DYNAMIC)
        if segment is not None:
            return read_dynamic(self._raw, segment.offset, segment.file_size)
        section = self._section_of(c.SHT_DYNAMIC)
        return () if section is None else read_dynamic(self._raw, section.offset, section.size)

    @cached_property
    def _tags(self) -> dict[int, int]:
        # Of a tag that stands there twice, ld.so takes the last.
        return {entry.tag: entry.value for entry in self.dynamic}

    def dynamic_value(self, tag: int) -> int | None:
        """The value of the (last) entry with TAG (DT_*)."""
        return self._tags.get(tag)

    @cached_property
    def dynamic_strings(self) -> StringTable:
        """The strings of the dynamic section and of dynamic symbols (DT_STRTAB)."""
        address, size = self._tags.get(c.DT_STRTAB), self._tags.get(c.DT_STRSZ)
        if address is not None and size is not None:
            return StringTable(bytes(self.at(address, size)))
        section = self._section_of(c.SHT_DYNAMIC)
        return self._linked_strings(section) if section else StringTable(b"")

    def _dynamic_texts(self, tag: int) -> tuple[str, ...]:
        offsets = [entry.value for entry in self.dynamic if entry.tag == tag]
        try:
            return tuple(self.dynamic_strings[offset] for offset in offsets) if offsets else ()
        except IndexError as error:
            raise self._raw.error(f"a name in the dynamic section is not there: {error}") from None

    def _dynamic_text(self, tag: int) -> str | None:
        texts = self._dynamic_texts(tag)
        return texts[-1] if texts else None

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The names of the libraries that this file needs (DT_NEEDED), in its order."""
        return self._dynamic_texts(c.DT_NEEDED)

    @cached_property
    def soname(self) -> str | None:
        """The name that others know this library by (DT_SONAME)."""
        return self._dynamic_text(c.DT_SONAME)

    @cached_property
    def rpath(self) -> str | None:
        """DT_RPATH as it stands there: folders with colons between, tokens not expanded."""
        return self._dynamic_text(c.DT_RPATH)

    @cached_property
    def runpath(self) -> str | None:
        """DT_RUNPATH as it stands there."""
        return self._dynamic_text(c.DT_RUNPATH)

    @property
    def filters(self) -> tuple[str, ...]:
        """The libraries that this one is a filter for (DT_FILTER)."""
        return self._dynamic_texts(c.DT_FILTER)

    @property
    def auxiliary(self) -> tuple[str, ...]:
        """The libraries that this one is an auxiliary filter for (DT_AUXILIARY)."""
        return self._dynamic_texts(c.DT_AUXILIARY)

    @property
    def flags(self) -> int:
        """DT_FLAGS (DF_*), with what older files say by a tag of its own."""
        flags = self._tags.get(c.DT_FLAGS, 0)
        old = (
            (c.DT_SYMBOLIC, c.DF_SYMBOLIC),
            (c.DT_TEXTREL, c.DF_TEXTREL),
            (c.DT_BIND_NOW, c.DF_BIND_NOW),
        )
        for tag, flag in old:
            flags |= flag if tag in self._tags else 0
        return flags

    @property
    def flags_1(self) -> int:
        """DT_FLAGS_1 (DF_1_*)."""
        return self._tags.get(c.DT_FLAGS_1, 0)

    # Symbols and their versions.

    @cached_property
    def symbol_section(self) -> Section | None:
        """The section of the full symbol table (.symtab), or None."""
        return self._section_of(c.SHT_SYMTAB)

    @cached_property
    def symbols(self) -> SymbolTable:
        """The full symbol table (.symtab), which `strip` removes; empty then."""
        section = self.symbol_section
        return self._empty_table() if section is None else self._symbols_in(section)

    @cached_property
    def dynamic_symbols(self) -> SymbolTable:
        """The symbols that the dynamic linker sees (.dynsym), with their versions."""
        section = self._section_of(c.SHT_DYNSYM)
        if section is not None:
            return self._symbols_in(section, self.versions)
        address = self._tags.get(c.DT_SYMTAB)
        if address is None:
            return self._empty_table()
        offset, count = self.offset_of(address), self._dynamic_symbol_count()
        return read_symbols(self._raw, offset, count, self.dynamic_strings, versions=self.versions)

    @cached_property
    def versions(self) -> Versions | None:
        """Which dynamic symbol has which version; None where the file has no versions."""
        address = self._tags.get(c.DT_VERSYM)
        section = None if address is not None else self._section_of(c.SHT_GNU_VERSYM)
        if address is None and section is None:
            return None
        if section is not None:
            data = self.section_data(section)
        else:
            offset = self.offset_of(address or 0)
            data = self.data[offset : offset + 2 * self._dynamic_symbol_count()]
        halves = data[: len(data) & ~1].cast("H")
        indexes = numbers(halves, self._raw.byte_order != sys.byteorder)
        return Versions(indexes, self.version_needs, self.version_definitions)

    @cached_property
    def version_needs(self) -> tuple[VersionNeed, ...]:
        """The versions that this file needs of others (DT_VERNEED)."""
        place = self._version_table(c.DT_VERNEED, c.DT_VERNEEDNUM, c.SHT_GNU_VERNEED)
        return read_needs(self._raw, *place) if place else ()

    @cached_property
    def version_definitions(self) -> tuple[VersionDefinition, ...]:
        """The versions that this file defines (DT_VERDEF)."""
        place = self._version_table(c.DT_VERDEF, c.DT_VERDEFNUM, c.SHT_GNU_VERDEF)
        return read_definitions(self._raw, *place) if place else ()

    def version_needs_of(self, section: Section) -> tuple[VersionNeed, ...]:
        """The versions in SECTION (SHT_GNU_VERNEED).

        Raises:
            ElfError: they do not lie in the file.
        """
        strings = self._linked_strings(section)
        return read_needs(self._raw, section.offset, section.info, strings)

    def version_definitions_of(self, section: Section) -> tuple[VersionDefinition, ...]:
        """The versions in SECTION (SHT_GNU_VERDEF).

        Raises:
            ElfError: they do not lie in the file.
        """
        strings = self._linked_strings(section)
        return read_definitions(self._raw, section.offset, section.info, strings)

    def _version_table(
        self, tag: int, count_tag: int, kind: int
    ) -> tuple[int, int, StringTable] | None:
        address = self._tags.get(tag)
        if address is not None:
            return self.offset_of(address), self._tags.get(count_tag, 0), self.dynamic_strings
        section = self._section_of(kind)
        if section is None:
            return None
        return section.offset, section.info, self._linked_strings(section)

    def symbols_of(self, section: Section) -> SymbolTable:
        """The symbols of SECTION (SHT_SYMTAB or SHT_DYNSYM), without versions.

        Raises:
            ElfError: they do not lie in the file.
        """
        return self._symbols_in(section)

    def _symbols_in(self, section: Section, versions: Versions | None = None) -> SymbolTable:
        step = section.entry_size or self._raw.layouts["symbol"].size
        return read_symbols(
            self._raw,
            section.offset,
            section.size // step,
            self._linked_strings(section),
            step=step,
            versions=versions,
            extended=self._extended_sections(section),
        )

    def _extended_sections(self, table: Section) -> Sequence[int]:
        """Section indexes beyond 65,279, one for each symbol of TABLE (SHT_SYMTAB_SHNDX)."""
        if len(self.sections) < c.SHN_LORESERVE:
            return ()
        for section in self.sections:
            if section.type == c.SHT_SYMTAB_SHNDX and section.link == table.number:
                data = self.section_data(section)
                form = self._raw.layouts["u32"]
                return [row[0] for row in form.iter_unpack(data[: len(data) & ~3])]
        return ()

    def _dynamic_symbol_count(self) -> int:
        """How many dynamic symbols there are: no tag says so, the hash tables know."""
        section = self._section_of(c.SHT_DYNSYM)
        if section is not None:
            return section.size // self._raw.layouts["symbol"].size
        if self.hash_table is not None:
            return self.hash_table.symbol_count
        return 0 if self.gnu_hash_table is None else self.gnu_hash_table.symbol_count

    @cached_property
    def hash_table(self) -> HashTable | None:
        """DT_HASH, or None."""
        address = self._tags.get(c.DT_HASH)
        if address is None:
            return None
        wide = self.header.machine in (c.EM_ALPHA, c.EM_S390) and self.header.elf_class == 64
        return HashTable(self._raw, self.offset_of(address), word="word" if wide else "u32")

    @cached_property
    def gnu_hash_table(self) -> GnuHashTable | None:
        """DT_GNU_HASH, or None."""
        address = self._tags.get(c.DT_GNU_HASH)
        return None if address is None else GnuHashTable(self._raw, self.offset_of(address))

    # Relocations.

    @cached_property
    def relocation_tables(self) -> tuple[RelocationTable, ...]:
        """The relocations of each relocation section, in the file's order."""
        return tuple(
            RelocationTable(
                section.name,
                _RELOCATION_SECTIONS[section.type],
                section.offset,
                section.size,
                section,
                self._relocations,
            )
            for section in self.sections
            if section.type in _RELOCATION_SECTIONS
        )

    @cached_property
    def dynamic_relocations(self) -> tuple[RelocationTable, ...]:
        """The relocations that the dynamic linker applies: REL, RELA, RELR, then JMPREL."""
        tables = [
            self._dynamic_table(name, name, self._tags[tag], self._tags.get(size_tag, 0))
            for name, tag, size_tag in _RELOCATION_TAGS
            if self._tags.get(tag) is not None and self._tags.get(size_tag, 0)
        ]
        address, size = self._tags.get(c.DT_JMPREL), self._tags.get(c.DT_PLTRELSZ, 0)
        if address is not None and size:
            kind = "RELA" if self._tags.get(c.DT_PLTREL) == c.DT_RELA else "REL"
            tables.append(self._dynamic_table("JMPREL", kind, address, size))
        return tuple(tables)

    def _dynamic_table(self, name: str, kind: str, address: int, size: int) -> RelocationTable:
        offset = self.offset_of(address)
        return RelocationTable(name, kind, offset, size, None, self._relocations)

    def _relocations(self, offset: int, size: int, kind: str) -> list[Relocation]:
        return read_relocations(self._raw, self.header.machine, offset, size, kind)

    # Notes.

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Every note: of the sections where the file has note sections, else of the segments."""
        notes = tuple(self._section_notes())
        return notes or self._segment_notes

    def notes_at(self, offset: int, size: int, alignment: int, place: str = "") -> Iterator[Note]:
        """The notes in SIZE bytes from OFFSET on; ALIGNMENT and PLACE: of their section or segment.

        Raises:
            ElfError: in the course of it, where a note ends beyond them.
        """
        return read_notes(self._raw, offset, size, alignment, place)

    @cached_property
    def _segment_notes(self) -> tuple[Note, ...]:
        return tuple(
            self._notes_in(
                (segment.offset, segment.file_size, segment.alignment, "")
                for segment in self.segments
                if segment.type == c.PT_NOTE
            )
        )

    def _section_notes(self) -> Iterator[Note]:
        return self._notes_in(
            (section.offset, section.size, section.alignment, section.name)
            for section in self.sections
            if section.type == c.SHT_NOTE
        )

    def _notes_in(self, places: Iterable[tuple[int, int, int, str]]) -> Iterator[Note]:
        """The notes in PLACES; thousands of headers for the same bytes would fill any memory."""
        room = _MOST_OVERLAP * self.size
        for offset, size, alignment, name in places:
            room -= size
            if room < 0:
                raise self._raw.error("too many headers are for the same notes", offset)
            yield from read_notes(self._raw, offset, size, alignment, name)

    @cached_property
    def build_id(self) -> str | None:
        """The build-id in hexadecimal: it names this build and its separate debug file."""
        return build_id_of(self._segment_notes) or build_id_of(self.notes)

    @property
    def dlopen_notes(self) -> tuple[DlopenNote, ...]:
        """The dependencies that the file opens by itself (.note.dlopen)."""
        return dlopen_notes_of(self.notes)

    @property
    def properties(self) -> tuple[Property, ...]:
        """The GNU properties (.note.gnu.property)."""
        return properties_of(self.notes, self._raw)

    # Helpers.

    def _section_of(self, kind: int) -> Section | None:
        """The first section of that type; a file whose section headers are broken has none."""
        return next((section for section in self._sound_sections if section.type == kind), None)

    @cached_property
    def _sound_sections(self) -> tuple[Section, ...]:
        try:
            return self.sections
        except ElfError:
            return ()

    def _linked_strings(self, section: Section) -> StringTable:
        sections = self.sections
        if not 0 < section.link < len(sections):
            return StringTable(b"")
        return StringTable(bytes(self.section_data(sections[section.link])))

    def _empty_table(self) -> SymbolTable:
        return read_symbols(self._raw, 0, 0, StringTable(b""))
