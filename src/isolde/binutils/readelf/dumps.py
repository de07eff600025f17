"""-x and -p: the bytes of a section, in hexadecimal or as the strings in them."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.readelf.subject import Subject, printable, printable_section
from isolde.elf import Section
from isolde.elf import constants as c

_UNAPPLIED = (
    "This section has relocations against it, but these have NOT been applied to this dump."
)
_BYTES_IN_A_LINE = 16
_DOTTED = bytes(byte if 32 <= byte < 127 else ord(".") for byte in range(256))
_PRINTABLE = frozenset(range(32, 127))


def sections_named(subject: Subject, wanted: str) -> list[Section]:
    """The sections that WANTED means: a number, or a name, which several may have."""
    if wanted.isdecimal():
        section = subject.section_at(int(wanted))
        return [] if section is None else [section]
    return [section for section in subject.sections if section.name == wanted]


def hex_text(subject: Subject, section: Section, *, unpacked: bool) -> Iterator[str]:
    """SECTION's bytes in hexadecimal; UNPACKED: as they are before compression."""
    data = dumped_bytes(subject, section, unpacked=unpacked)
    if data is None:
        yield from _nothing(section)
        return
    yield f"\nHex dump of section '{printable_section(section.name)}':"
    if _has_relocations(subject, section):
        yield f" NOTE: {_UNAPPLIED}"
    address = section.address
    for place in range(0, len(data), _BYTES_IN_A_LINE):
        line = data[place : place + _BYTES_IN_A_LINE]
        columns = line.hex().ljust(32)
        groups = " ".join(columns[start : start + 8] for start in range(0, 32, 8))
        shown = line.translate(_DOTTED).decode("ascii")
        yield f"  0x{address + place & 0xFFFFFFFFFFFFFFFF:08x} {groups} {shown}"
    yield ""


def strings_text(subject: Subject, section: Section, *, unpacked: bool) -> Iterator[str]:
    """The strings in SECTION, each with its offset; a newline ends one, too."""
    data = dumped_bytes(subject, section, unpacked=unpacked)
    if data is None:
        yield from _nothing(section)
        return
    yield f"\nString dump of section '{printable_section(section.name)}':"
    if _has_relocations(subject, section):
        yield f"  Note: {_UNAPPLIED}"
    lines = list(_strings(data))
    # Without strings the last line is not ended before the empty one that ends every dump.
    yield from lines or ["  No strings found in this section."]
    if lines:
        yield ""


def dumped_bytes(subject: Subject, section: Section, *, unpacked: bool) -> bytes | None:
    """What a dump of SECTION shows; None where there is nothing, or it cannot be read."""
    if _is_empty(section):
        return None
    if unpacked:
        return subject.attempt(lambda: subject.file.section_contents(section), None)
    found = subject.attempt(lambda: subject.file.section_data(section), None)
    return None if found is None else bytes(found)


def _is_empty(section: Section) -> bool:
    return section.size == 0 or section.type == c.SHT_NOBITS


def _nothing(section: Section) -> Iterator[str]:
    if _is_empty(section):
        yield f"Section '{printable_section(section.name)}' has no data to dump."


def _has_relocations(subject: Subject, section: Section) -> bool:
    return any(
        table.info == section.number and table.size and table.link < len(subject.sections)
        for table in subject.sections_of((c.SHT_REL, c.SHT_RELA))
    )


def _strings(data: bytes) -> Iterator[str]:
    place, end, goes_on = 0, len(data), False
    while place < end:
        while place < end and data[place] not in _PRINTABLE:
            place += 1
        if place >= end:
            return
        start = place
        while place < end and data[place] not in (0, 10):
            place += 1
        text = _shown(data[start:place])
        is_line = place < end and data[place] == 10
        yield ("            " if goes_on else f"  [{start:6x}]  ") + text + "\\n" * is_line
        place += 1
        goes_on = is_line and place < end and data[place] != 0


def _shown(raw: bytes) -> str:
    text = raw.decode("utf-8", "surrogateescape")
    if text.isprintable():
        return text
    return printable(text)
