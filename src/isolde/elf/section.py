"""Sections: how linkers and tools divide a file (gABI chapter 4, "Sections")."""

from __future__ import annotations

import zlib
from typing import NamedTuple

from isolde.elf._bytes import Bytes
from isolde.elf.constants import ELFCOMPRESS_ZLIB, SHF_COMPRESSED, SHT_NOBITS, SHT_STRTAB
from isolde.elf.header import Header
from isolde.elf.strings import StringTable

# zlib packs at best 1,032 bytes into one (RFC 1951): a header that promises more is lying.
_BEST_RATIO = 1032


class Section(NamedTuple):
    """One section header; addresses, offsets and sizes in bytes.

    A name that its string table does not have is "<corrupt>".
    """

    number: int
    name: str
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry_size: int


def read_sections(raw: Bytes, header: Header) -> tuple[Section, ...]:
    """The section headers, in the file's order; none where the file has no table of them.

    Raises:
        ElfError: the table does not lie in the file.
    """
    if header.section_header_offset == 0:
        return ()
    if header.section_header_count == 0:
        raw.read("section", header.section_header_offset, "section header 0")
    rows = list(
        raw.table(
            "section",
            header.section_header_offset,
            header.section_header_count,
            header.section_header_size,
            "the section header table",
        )
    )
    names = _names(raw, rows, header.section_names_index)
    return tuple(
        Section(index, names.get(row[0], "<corrupt>" if row[0] else ""), *row[1:])
        for index, row in enumerate(rows)
    )


def section_data(raw: Bytes, section: Section) -> memoryview:
    """The bytes of SECTION as they stand in the file: none of SHT_NOBITS.

    Raises:
        ElfError: they do not lie in the file.
    """
    if section.type == SHT_NOBITS or not section.size:
        return raw.data[:0]
    return raw.slice(section.offset, section.size, f"section {section.name or section.number}")


def section_contents(raw: Bytes, section: Section) -> bytes:
    """The bytes of SECTION, unpacked where it is compressed (SHF_COMPRESSED, zlib).

    Raises:
        ElfError: they do not lie in the file, cannot be unpacked, or are packed in another way.
    """
    data = section_data(raw, section)
    if not section.flags & SHF_COMPRESSED or not data:
        return bytes(data)
    form = raw.layouts["compression"]
    if len(data) < form.size:
        raise raw.error(f"compressed section {section.name} has no whole header", section.offset)
    kind, size, _ = form.unpack_from(data)
    if kind != ELFCOMPRESS_ZLIB:
        raise raw.error(
            f"section {section.name} is compressed in a way that zlib cannot undo (type {kind})",
            section.offset,
        )
    if size > len(data) * _BEST_RATIO:
        raise raw.error(
            f"section {section.name} cannot hold the {size} bytes it promises", section.offset
        )
    return _unpack(raw, section, data[form.size :], size)


def _unpack(raw: Bytes, section: Section, packed: memoryview, size: int) -> bytes:
    try:
        data = _inflated(packed, size)
    except zlib.error as error:
        raise raw.error(
            f"section {section.name} cannot be unpacked: {error}", section.offset
        ) from None
    if len(data) != size:
        found = f"{len(data)}" if len(data) < size else f"more than {size}"
        raise raw.error(
            f"section {section.name} unpacks to {found} bytes, not to {size}", section.offset
        )
    return data


def _inflated(packed: bytes | memoryview, size: int) -> bytes:
    """What PACKED holds, of which no more than one byte beyond SIZE."""
    return zlib.decompressobj().decompress(packed, size + 1)


def _names(raw: Bytes, rows: list[tuple[int, ...]], index: int) -> StringTable:
    """The names of sections; an empty table where the file's is nonsense, as readelf does."""
    if not 0 < index < len(rows) or rows[index][1] != SHT_STRTAB:
        return StringTable(b"")
    offset, size = rows[index][4], rows[index][5]
    if offset + size > raw.size:
        return StringTable(b"")
    return StringTable(bytes(raw.data[offset : offset + size]))
