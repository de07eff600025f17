"""Where the parts of a file that is to be written go.

The rules are BFD's: sections in their order, each at the next offset that suits its alignment; then
the symbol table with its names, relocations, and last the names of sections.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from isolde.elf import constants as c
from isolde.elf.file import File
from isolde.elf.new_section import NewSection
from isolde.elf.section import Section
from isolde.elf.segment import Segment
from isolde.errors import ElfError

_TABLES = (c.SHT_SYMTAB, c.SHT_SYMTAB_SHNDX)
_SMALLEST_PAGE = 4096
# What a segment of these types says does not come from sections.
_WITHOUT_SECTIONS = (c.PT_NULL, c.PT_LOAD, c.PT_PHDR, c.PT_GNU_STACK)


class Layout(NamedTuple):
    """What does not follow from the sections alone.

    segments: the program headers that are to be written.
    table: where they go.
    start: the bytes from the beginning of the file that have their places; the header and the
        program headers in them are not valid yet.
    end: where the last section ends.
    """

    segments: Sequence[Segment]
    table: int
    start: bytearray
    end: int


def object_layout(file: File, sections: Sequence[NewSection]) -> Layout:
    """Places SECTIONS of a file without segments one behind the other.

    Raises:
        ElfError: an alignment would make the file many times larger.
    """
    start = file.raw.layouts["header"].size
    end = place_in_order(file, in_order_of_places(sections), start)
    return Layout((), file.header.program_header_offset, bytearray(start), end)


def linked_layout(file: File, sections: Sequence[NewSection], removed: Collection[int]) -> Layout:
    """Places what of SECTIONS is not allocated behind the rest, which stays as it is.

    Where what is not mapped has stood between segments, these move up by whole pages.

    Args:
        file: the linked file.
        sections: the new ones.
        removed: numbers of sections of FILE that are removed; the bytes of allocated ones become 0.

    Raises:
        ElfError: a segment or a section does not lie in the file.
    """
    parts = _moved(_mapped_parts(file), _page(file))
    start = bytearray(parts[-1].new_offset + parts[-1].size)
    for part in parts:
        end = part.offset + part.size
        start[part.new_offset : part.new_offset + part.size] = file.data[part.offset : end]
    kept = [section for section in file.sections if section.number not in removed]
    gone = [section for section in file.sections if section.number in removed]
    for section in gone:
        if section.flags & c.SHF_ALLOC:
            size = len(file.section_data(section))
            first = _new_offset(parts, section.offset)
            start[first : first + size] = bytes(size)
    for new in sections:
        if new.flags & c.SHF_ALLOC:
            new.offset = _new_offset(parts, new.offset)
    movable = [
        section for section in in_order_of_places(sections) if not section.flags & c.SHF_ALLOC
    ]
    segments = [
        _emptied(segment._replace(offset=_new_offset(parts, segment.offset)), segment, gone, kept)
        for segment in file.segments
    ]
    table = _new_offset(parts, file.header.program_header_offset)
    return Layout(segments, table, start, place_in_order(file, movable, len(start)))


def place_in_order(file: File, sections: Iterable[NewSection], offset: int) -> int:
    """Gives SECTIONS places from OFFSET on; gives the end of the last.

    Raises:
        ElfError: an alignment would make the file many times larger.
    """
    for section in sections:
        section.offset = _aligned(file, section, offset)
        offset = section.offset + (0 if section.type == c.SHT_NOBITS else section.size)
    return offset


def in_order_of_places(sections: Sequence[NewSection]) -> list[NewSection]:
    """SECTIONS, of which the last are the tables, in the order in which they stand in a file."""
    tables = [place for place, section in enumerate(sections) if section.type in _TABLES]
    first = tables[0] if tables else len(sections) - 1
    relocations = [section for section in sections[:first] if section.is_attached]
    plain = [section for section in sections[:first] if not section.is_attached]
    return [*plain, *sections[first:-1], *relocations, sections[-1]]


def lies_in(section: NewSection | Section, segment: Segment) -> bool:
    """Whether SECTION, which is allocated and has bytes, was taken from the bytes of SEGMENT."""
    return (
        bool(section.flags & c.SHF_ALLOC)
        and section.type != c.SHT_NOBITS
        and section.size > 0
        and segment.offset <= section.offset
        and section.offset + section.size <= segment.offset + segment.file_size
    )


def _mapped_parts(file: File) -> list[tuple[int, int]]:
    """What has its place in a linked file, from where to where, in order, without overlaps."""
    header = file.header
    segments_size = header.program_header_count * header.program_header_size
    parts = [
        (0, file.raw.layouts["header"].size),
        (header.program_header_offset, header.program_header_offset + segments_size),
        *(in_file(file, segment) for segment in file.segments if segment.file_size),
    ]
    for section in file.sections:
        if section.flags & c.SHF_ALLOC and len(file.section_data(section)):
            parts.append((section.offset, section.offset + section.size))
    return list(_joined(parts))


def in_file(file: File, segment: Segment) -> tuple[int, int]:
    """Where the bytes of SEGMENT begin and end.

    Raises:
        ElfError: they do not lie in the file.
    """
    file.raw.slice(segment.offset, segment.file_size, f"segment {segment.number}")
    return segment.offset, segment.offset + segment.file_size


def _joined(parts: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start = end = 0
    for first, last in sorted(parts):
        if first > end:
            yield start, end
            start, end = first, last
        end = max(end, last)
    yield start, end


class _Part(NamedTuple):
    """Bytes of a linked file, and where they go."""

    offset: int
    size: int
    new_offset: int


def _page(file: File) -> int:
    """By what offsets may change while segments can still be mapped."""
    alignments = [segment.alignment for segment in file.segments if segment.type == c.PT_LOAD]
    return max([_SMALLEST_PAGE, *(alignment & -alignment for alignment in alignments)])


def _moved(parts: Sequence[tuple[int, int]], page: int) -> list[_Part]:
    """PARTS, moved forward by whole pages into the room that what is not mapped had."""
    moved, end = [], 0
    for first, last in parts:
        offset = first - (first - end) // page * page
        moved.append(_Part(first, last - first, offset))
        end = offset + last - first
    return moved


def _new_offset(parts: Sequence[_Part], offset: int) -> int:
    """Where that goes which is at OFFSET: it moves with the part that it is in or behind."""
    place = bisect_right(parts, offset, key=lambda part: part.offset) - 1
    return offset - parts[place].offset + parts[place].new_offset


def _emptied(
    moved: Segment, segment: Segment, gone: Sequence[Section], kept: Sequence[Section]
) -> Segment:
    """MOVED, which was SEGMENT, without a place when all its sections are gone."""
    if (
        segment.type in _WITHOUT_SECTIONS
        or not any(lies_in(section, segment) for section in gone)
        or any(lies_in(section, segment) for section in kept)
    ):
        return moved
    return moved._replace(offset=0, physical_address=0, file_size=0, memory_size=0)


def _aligned(file: File, section: NewSection, offset: int) -> int:
    # The lowest bit, as in BFD: an alignment that is no power of two means nothing.
    alignment = section.alignment & -section.alignment
    gap = -offset % alignment if alignment else 0
    if gap <= file.size:
        return offset + gap
    if section.type == c.SHT_NOBITS or not section.size:
        return offset
    raise ElfError(
        file.path,
        f"section {section.name} wants an alignment of {alignment}, which the file itself has not",
    )
