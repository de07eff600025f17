"""The sections of a file as BFD has them: counted anew, with flags of its own.

A file's symbol and string tables, and the relocations of object files, are no sections here: they
are what other displays are about.
"""

from __future__ import annotations

import zlib

from isolde.elf import File, Header, Section, Segment
from isolde.elf import constants as c
from isolde.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


_RELOCATIONS = (c.SHT_REL, c.SHT_RELA)
_OTHER_TABLES = (c.SHT_NULL, c.SHT_SYMTAB_SHNDX, c.SHT_SHLIB)
_DWARF = (".debug", ".gnu.debuglto_.debug_", ".gnu.linkonce.wi.", ".zdebug")
_OTHER_DEBUGGING = (".line", ".stab")
_BUILD_NOTES = (".gnu.build.attributes", ".note.gnu")
_GROUP_COMDAT = 1
_PURECODE = 0x20000000
_SMALL_DATA = 0x10000000
_WITH_SMALL_DATA = (c.EM_ALPHA, c.EM_IA_64)
_MIPS_REGINFO, _MIPS_DWARF, _MIPS_ABIFLAGS = 0x70000006, 0x7000001E, 0x7000002A
_OLD_ZLIB = b"ZLIB"
_FLAG_ORDER = (
    *("CONTENTS", "ALLOC", "LOAD", "RELOC", "READONLY", "CODE", "DATA", "DEBUGGING", "EXCLUDE"),
    *("SMALL_DATA", "OCTETS", "PURECODE", "THREAD_LOCAL", "GROUP", "LINK_ONCE_DISCARD"),
    "LINK_ONCE_SAME_SIZE",
)


class ShownSection(NamedTuple):
    """One section.

    place: its number here.  header: its header in the file.
    address, load_address: where it is in memory, and where a loader without one would put it.
    size: bytes; of compressed debugging information, once it is unpacked.
    alignment_power: of two.  flags: words, in objdump's order.
    relocations: the sections with its relocations (ET_REL).
    """

    place: int
    header: Section
    address: int
    load_address: int
    size: int
    alignment_power: int
    flags: tuple[str, ...]
    relocations: tuple[Section, ...]

    @property
    def name(self) -> str:
        """The section's name."""
        return self.header.name

    @property
    def has_contents(self) -> bool:
        """Whether it has bytes in the file."""
        return self.header.type != c.SHT_NOBITS

    @property
    def is_code(self) -> bool:
        """Whether it is disassembled without being named."""
        return self.has_contents and bool(self.header.flags & c.SHF_EXECINSTR)


def shown_sections(file: File, *, unpacked: bool) -> list[ShownSection]:
    """The sections of FILE; UNPACKED: of compressed debugging information the size before it.

    Raises:
        ElfError: the section headers do not lie in the file.
    """
    sections = file.sections
    first_table = next((each.number for each in sections if each.type == c.SHT_SYMTAB), 0)
    relocations = _relocations_by_target(file.header, sections, first_table)
    attached = {each.number for tables in relocations.values() for each in tables}
    shown: list[ShownSection] = []
    for section in _in_bfds_order(sections):
        if section.number in attached or _is_left_out(file.header, sections, section, first_table):
            continue
        own = tuple(relocations.get(section.number, ()))
        shown.append(_shown(file, section, len(shown), own, unpacked=unpacked))
    return shown


def _in_bfds_order(sections: tuple[Section, ...]) -> list[Section]:
    """SECTIONS, but what relocations and strings are for stands before them."""
    found: dict[int, Section] = {}
    for section in sections:
        if section.type in (*_RELOCATIONS, c.SHT_RELR) and section.link < len(sections):
            linked = sections[section.link]
            if linked.type == c.SHT_DYNSYM:
                found.setdefault(linked.number, linked)
        found.setdefault(section.number, section)
    return [*found.values()]


def _is_left_out(
    header: Header, sections: tuple[Section, ...], section: Section, first_table: int
) -> bool:
    if section.type == c.SHT_SYMTAB:
        mapped = section.flags & c.SHF_ALLOC and header.type == c.ET_DYN
        return section.number != first_table or not mapped
    if section.type == c.SHT_STRTAB:
        linked = first_table and sections[first_table].link == section.number
        return section.number == header.section_names_index or bool(linked)
    return section.type in _OTHER_TABLES


def _relocations_by_target(
    header: Header, sections: tuple[Section, ...], first_table: int
) -> dict[int, list[Section]]:
    """The relocation sections that belong to others; the rest are sections of their own."""
    linked = header.type in (c.ET_EXEC, c.ET_DYN)
    found: dict[int, list[Section]] = {}
    for section in sections:
        if section.type not in _RELOCATIONS or (linked and section.flags & c.SHF_ALLOC):
            continue
        if section.link in (0, *range(first_table), *range(first_table + 1, len(sections))):
            continue
        if not 0 < section.info < len(sections) or section.link != first_table:
            continue
        if sections[section.info].type not in _RELOCATIONS:
            found.setdefault(section.info, []).append(section)
    return found


def _shown(
    file: File, section: Section, index: int, relocations: tuple[Section, ...], *, unpacked: bool
) -> ShownSection:
    flags = _flags(file, section, has_relocations=bool(relocations))
    size, alignment = section.size, section.alignment
    if unpacked and {"DEBUGGING", "CONTENTS", "OCTETS"} <= flags:
        size, alignment = _unpacked_size(file, section)
    return ShownSection(
        index,
        section,
        section.address,
        _load_address(file.segments, section),
        size,
        (alignment & -alignment).bit_length() - 1 if alignment else 0,
        tuple(flag for flag in _FLAG_ORDER if flag in flags),
        relocations,
    )


def _flags(file: File, section: Section, *, has_relocations: bool) -> set[str]:
    bits = section.flags
    contents = section.type != c.SHT_NOBITS
    loaded = bool(bits & c.SHF_ALLOC) and contents
    code = bool(bits & c.SHF_EXECINSTR)
    told = {
        "CONTENTS": contents,
        "ALLOC": bits & c.SHF_ALLOC,
        "LOAD": loaded,
        "RELOC": has_relocations,
        "READONLY": not bits & c.SHF_WRITE,
        "CODE": code,
        "DATA": loaded and not code,
        "EXCLUDE": bits & c.SHF_EXCLUDE,
        "THREAD_LOCAL": bits & c.SHF_TLS,
        "GROUP": section.type == c.SHT_GROUP,
        "LINK_ONCE_DISCARD": _is_link_once(file, section),
    }
    flags = {flag for flag, is_set in told.items() if is_set}
    if not bits & c.SHF_ALLOC:
        flags |= _debugging_flags(section.name)
    return flags | _machine_flags(file.header.machine, section)


def _is_link_once(file: File, section: Section) -> bool:
    if section.type == c.SHT_GROUP:
        data = file.section_data(section)[:4]
        word = int.from_bytes(data, _order(file))
        return bool(word & _GROUP_COMDAT)
    return section.name.startswith(".gnu.linkonce") and not section.flags & c.SHF_GROUP


def _order(file: File) -> Literal["little", "big"]:
    return "little" if file.header.byte_order == "little" else "big"


def _debugging_flags(name: str) -> set[str]:
    if name.startswith(_DWARF):
        return {"DEBUGGING", "OCTETS"}
    if name.startswith(_BUILD_NOTES):
        return {"OCTETS"}
    if name.startswith(_OTHER_DEBUGGING) or name == ".gdb_index":
        return {"DEBUGGING"}
    return set()


def _machine_flags(machine: int, section: Section) -> set[str]:
    flags = set()
    if machine == c.EM_ARM and section.flags & _PURECODE:
        flags.add("PURECODE")
    if machine in _WITH_SMALL_DATA and section.flags & _SMALL_DATA:
        flags.add("SMALL_DATA")
    if machine == c.EM_MIPS:
        if section.type in (_MIPS_REGINFO, _MIPS_ABIFLAGS):
            flags.add("LINK_ONCE_SAME_SIZE")
        elif section.type == _MIPS_DWARF:
            flags.add("DEBUGGING")
    return flags


def _load_address(segments: tuple[Segment, ...], section: Section) -> int:
    """By the physical address of the segment that has SECTION; without one, its address."""
    address = section.address
    if not section.flags & c.SHF_ALLOC or _are_without_physical_addresses(segments):
        return address
    for segment in segments:
        if not _is_in(section, segment):
            continue
        if section.type == c.SHT_NOBITS:
            address = segment.physical_address + section.address - segment.virtual_address
        else:
            address = segment.physical_address + section.offset - segment.offset
        # An empty section may stand at the end of one segment and the start of the next.
        end = segment.virtual_address + segment.memory_size
        if segment.virtual_address <= section.address and section.address + section.size <= end:
            break
    return address & 0xFFFFFFFFFFFFFFFF


def _are_without_physical_addresses(segments: tuple[Segment, ...]) -> bool:
    loads = sum(1 for segment in segments if segment.type == c.PT_LOAD and segment.memory_size)
    return loads > 1 and not any(segment.physical_address for segment in segments)


def _is_in(section: Section, segment: Segment) -> bool:
    wanted = c.PT_TLS if section.flags & c.SHF_TLS else c.PT_LOAD
    if segment.type != wanted:
        return False
    offset = section.offset - segment.offset
    in_file = section.type == c.SHT_NOBITS or (
        offset >= 0 and offset + section.size <= segment.file_size
    )
    distance = section.address - segment.virtual_address
    return in_file and distance >= 0 and distance + section.size <= segment.memory_size


def _unpacked_size(file: File, section: Section) -> tuple[int, int]:
    """Bytes and alignment of what SECTION, if it is compressed, holds (gABI; or ".zdebug")."""
    data = file.section_data(section)
    wide = file.header.elf_class == 64
    if section.flags & c.SHF_COMPRESSED and len(data) >= (24 if wide else 12):
        places = ((8, 16), (16, 24)) if wide else ((4, 8), (8, 12))
        size, alignment = (int.from_bytes(data[start:end], _order(file)) for start, end in places)
        return size, alignment
    if bytes(data[:4]) == _OLD_ZLIB and section.name.startswith(".zdebug"):
        return int.from_bytes(data[4:12], "big"), section.alignment
    return section.size, section.alignment


def contents_of(file: File, section: ShownSection) -> bytes:
    """The bytes of SECTION, of `size` length: unpacked where that is the unpacked size.

    Raises:
        ElfError: they do not lie in the file or cannot be unpacked.
    """
    if section.size == section.header.size:
        return bytes(file.section_data(section.header))
    if section.header.flags & c.SHF_COMPRESSED:
        return file.section_contents(section.header)
    return zlib.decompress(file.section_data(section.header)[12:], bufsize=section.size)
