"""Where the parts of a separate debug file go: addresses stay, bytes of the program do not.

Segments keep their addresses and sizes in memory, so that a debugger can match them with those of
the stripped file; of the file they have only what stays, which is notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from isolde.elf import constants as c
from isolde.elf.file import File
from isolde.elf.layout import Layout, in_file, in_order_of_places, lies_in, place_in_order
from isolde.elf.new_section import NewSection
from isolde.elf.segment import Segment
from isolde.errors import ElfError


def debug_layout(file: File, sections: Sequence[NewSection]) -> Layout:
    """Places SECTIONS of a linked file, of which most of the allocated ones have no bytes.

    Raises:
        ElfError: a segment or a section does not lie in the file.
    """
    table = file.raw.layouts["header"].size
    end = table + len(file.segments) * file.raw.layouts["segment"].size
    notes = [section for section in sections if _has_bytes(section)]
    inside = [
        [section for section in notes if lies_in(section, segment)] for segment in file.segments
    ]
    loads = {}
    for segment in file.segments:
        if segment.type == c.PT_LOAD:
            fresh = [section for section in inside[segment.number] if section in notes]
            loads[segment.number], end = _load(file, segment, fresh, end)
            notes = [section for section in notes if section not in fresh]
    end = place_in_order(file, notes, end)
    segments = [
        loads.get(segment.number) or _other(segment, inside[segment.number], loads.values(), table)
        for segment in file.segments
    ]
    start = bytearray(end)
    for section in sections:
        if _has_bytes(section):
            start[section.offset : section.offset + section.size] = section.data
        elif section.flags & c.SHF_ALLOC:
            section.offset = _home(section.address, loads.values())
    movable = [
        section for section in in_order_of_places(sections) if not section.flags & c.SHF_ALLOC
    ]
    return Layout(segments, table, start, place_in_order(file, movable, end))


def _has_bytes(section: NewSection) -> bool:
    return bool(section.flags & c.SHF_ALLOC) and section.type != c.SHT_NOBITS


def _load(
    file: File, segment: Segment, notes: Sequence[NewSection], end: int
) -> tuple[Segment, int]:
    """A PT_LOAD with as much of its bytes as its NOTES reach, and where what follows may begin."""
    in_file(file, segment)
    page = max(segment.alignment & -segment.alignment, 1)
    if not notes:
        return segment._replace(offset=segment.virtual_address % page, file_size=0), end
    first = min(section.offset for section in notes)
    size = max(section.offset + section.size for section in notes) - segment.offset
    offset = 0
    if segment.offset or first < end:
        offset = end + (segment.virtual_address - end) % page
    if offset - end > file.size:
        raise ElfError(file.path, f"segment {segment.number} wants an alignment of {page}")
    for section in notes:
        section.offset += offset - segment.offset
    return segment._replace(offset=offset, file_size=size), offset + size


def _other(
    segment: Segment, notes: Sequence[NewSection], loads: Iterable[Segment], table: int
) -> Segment:
    """A segment that describes a part of others; NOTES, which lie in it, have their places."""
    if segment.type == c.PT_PHDR:
        return segment._replace(offset=table)
    if not segment.file_size:
        return segment
    if not notes:
        return segment._replace(offset=_home(segment.virtual_address, loads), file_size=0)
    first = min(section.offset for section in notes)
    last = max(section.offset + section.size for section in notes)
    return segment._replace(offset=first, file_size=last - first)


def _home(address: int, loads: Iterable[Segment]) -> int:
    """Where the bytes end that the segment of ADDRESS still has."""
    for segment in loads:
        if 0 <= address - segment.virtual_address < segment.memory_size:
            return segment.offset + segment.file_size
    return 0
