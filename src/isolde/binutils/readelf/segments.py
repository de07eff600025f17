"""-l: the program headers, and which section is in which segment."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.readelf.header import type_name
from isolde.binutils.readelf.subject import Subject, c_hex, plural, printable_section
from isolde.elf import ElfError, Section, Segment, names
from isolde.elf import constants as c

_ALLOCATED_ONLY = (
    *(c.PT_LOAD, c.PT_DYNAMIC, c.PT_GNU_EH_FRAME, c.PT_GNU_STACK, c.PT_GNU_RELRO),
    *(0x6474E554, *range(0x6474E555, 0x6474E555 + 4096)),
)
_WITH_TLS = (c.PT_TLS, c.PT_GNU_RELRO, c.PT_LOAD)
_HEADINGS = {
    (32, False): ("  Type           Offset   VirtAddr   PhysAddr   FileSiz MemSiz  Flg Align",),
    (64, True): (
        "  Type           Offset   VirtAddr           PhysAddr           FileSiz  MemSiz   Flg"
        " Align",
    ),
    (64, False): (
        "  Type           Offset             VirtAddr           PhysAddr",
        "                 FileSiz            MemSiz              Flags  Align",
    ),
}


def segments_text(subject: Subject, *, introduced: bool) -> Iterator[str]:
    """The lines of the display; INTRODUCED: the header's display has told what file this is."""
    header = subject.header
    count = header.program_header_count
    if count == 0:
        if header.program_header_offset == 0:
            yield "\nThere are no program headers in this file."
        return
    if not introduced:
        yield f"\nElf file type is {type_name(subject)}"
        yield f"Entry point 0x{header.entry:x}"
        there = plural(count, "There is 1 program header", f"There are {count} program headers")
        yield f"{there}, starting at offset {header.program_header_offset}"
    if not subject.segments:
        return
    yield "\nProgram Headers:"
    yield from _HEADINGS[header.elf_class, subject.is_wide and subject.is_64]
    for segment in subject.segments:
        yield from _lines(subject, segment)
    if subject.sections and subject.sections[0].name != "<no-strings>":
        yield "\n Section to Segment mapping:"
        yield "  Segment Sections..."
        for number, segment in enumerate(subject.segments):
            inside = (printable_section(s.name) for s in sections_in(subject, segment))
            yield f"   {number:02}     " + "".join(f"{name} " for name in inside)


def segments_facts(subject: Subject) -> list[dict[str, object]]:
    """Each program header, the names of its type and flags, and the sections in it."""
    header = subject.header
    return [
        {
            **segment._asdict(),
            "type_name": names.segment_type_name(header.machine, header.os_abi, segment.type),
            "flag_letters": _flags(segment).replace(" ", ""),
            "sections": [section.name for section in sections_in(subject, segment)],
        }
        for segment in subject.segments
    ]


def sections_in(subject: Subject, segment: Segment) -> list[Section]:
    """The sections that lie in SEGMENT."""
    return [section for section in subject.sections[1:] if is_inside(section, segment)]


def is_inside(section: Section, segment: Segment) -> bool:
    """Whether SECTION belongs to SEGMENT: by what it is, where in the file, and by address."""
    if _is_shadow(section, segment) or not _kinds_agree(section, segment):
        return False
    in_file = section.type == c.SHT_NOBITS or _covers(
        segment.offset, segment.file_size, section.offset, section.size
    )
    in_memory = not section.flags & c.SHF_ALLOC or _covers(
        segment.virtual_address, segment.memory_size, section.address, section.size
    )
    return in_file and in_memory and not _is_empty_at_edge(section, segment)


def _is_shadow(section: Section, segment: Segment) -> bool:
    """.tbss takes no room in any segment but PT_TLS."""
    thread_local = section.flags & c.SHF_TLS and section.type == c.SHT_NOBITS
    return bool(thread_local) and segment.type != c.PT_TLS


def _kinds_agree(section: Section, segment: Segment) -> bool:
    if section.flags & c.SHF_TLS:
        if segment.type not in _WITH_TLS:
            return False
    elif segment.type in (c.PT_TLS, c.PT_PHDR):
        return False
    return bool(section.flags & c.SHF_ALLOC) or segment.type not in _ALLOCATED_ONLY


def _covers(start: int, size: int, first: int, length: int) -> bool:
    """Whether the range holds the other; an empty one at the very end is not held."""
    distance = first - start
    return distance >= 0 and (size == 0 or distance < size) and distance + length <= size


def _is_empty_at_edge(section: Section, segment: Segment) -> bool:
    if segment.type not in (c.PT_DYNAMIC, c.PT_NOTE) or section.size or not segment.memory_size:
        return False
    in_file = section.type == c.SHT_NOBITS or 0 < section.offset - segment.offset < (
        segment.file_size
    )
    in_memory = not section.flags & c.SHF_ALLOC or 0 < (
        section.address - segment.virtual_address
    ) < (segment.memory_size)
    return not (in_file and in_memory)


def _flags(segment: Segment) -> str:
    bits = ((c.PF_R, "R"), (c.PF_W, "W"), (c.PF_X, "E"))
    return "".join(letter if segment.flags & bit else " " for bit, letter in bits)


def _lines(subject: Subject, segment: Segment) -> Iterator[str]:
    header = subject.header
    kind = names.segment_type_name(header.machine, header.os_abi, segment.type)
    start, flags = f"  {kind:<14.14} ", _flags(segment)
    places = (segment.virtual_address, segment.physical_address)
    if not subject.is_64:
        addresses = " ".join(f"0x{place:08x}" for place in places)
        yield (
            f"{start}0x{segment.offset:06x} {addresses} 0x{segment.file_size:05x}"
            f" 0x{segment.memory_size:05x} {flags} {c_hex(segment.alignment)}"
        )
    elif subject.is_wide:
        addresses = " ".join(f"0x{place:016x}" for place in places)
        yield (
            f"{start}0x{segment.offset:06x} {addresses} 0x{segment.file_size:06x}"
            f" 0x{segment.memory_size:06x} {flags} {c_hex(segment.alignment)}"
        )
    else:
        addresses = " ".join(f"0x{place:016x}" for place in places)
        yield f"{start}0x{segment.offset:016x} {addresses}"
        sizes = f"0x{segment.file_size:016x} 0x{segment.memory_size:016x}"
        yield f"                 {sizes}  {flags}    0x{segment.alignment:x}"
    if segment.type == c.PT_INTERP:
        yield from _interpreter(subject, segment)


def _interpreter(subject: Subject, segment: Segment) -> Iterator[str]:
    data = subject.file.data
    end = segment.offset + segment.file_size
    if not segment.file_size or end > len(data):
        error = ElfError(subject.file.path, "PT_INTERP lies beyond the file", segment.offset)
        subject.tell(error)
        return
    name = bytes(data[segment.offset : end]).split(b"\0", 1)[0]
    yield f"      [Requesting program interpreter: {name.decode('utf-8', 'surrogateescape')}]"
