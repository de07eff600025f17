"""-g: section groups, of which a link keeps one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from isolde.binutils.readelf.subject import Subject, printable_section
from isolde.elf import Section
from isolde.elf.constants import SHT_GROUP, SHT_SYMTAB, STT_SECTION

_COMDAT, _SYSTEM, _PROCESSOR = 1, 0x0FF00000, 0xF0000000


class Group(NamedTuple):
    """One group: its section's number and name, its signature, GRP_* flags, its sections."""

    section: int
    name: str
    signature: str
    flags: int
    members: tuple[int, ...]


def groups_of(subject: Subject) -> list[Group]:
    """The groups, in the file's order; one that cannot be read is told as a fault."""
    found = []
    for section in subject.sections_of((SHT_GROUP,)):
        signature = _signature(subject, section)
        words = _words(subject, section)
        if signature is None or not words:
            subject.tell(f"{subject.file.path}: group section {section.number} is malformed")
        else:
            name = printable_section(section.name)
            found.append(Group(section.number, name, signature, words[0], words[1:]))
    return found


def groups_text(subject: Subject) -> Iterator[str]:
    """The lines of the display."""
    groups = groups_of(subject)
    if not groups and not subject.faults:
        yield "\nThere are no section groups in this file."
    for group in groups:
        yield (
            f"\n{_flags(group.flags)}group section [{group.section:5}] `{group.name}'"
            f" [{group.signature}] contains {len(group.members)} sections:"
        )
        yield "   [Index]    Name"
        for member in group.members:
            if member < len(subject.sections):
                yield f"   [{member:5}]   {subject.section_name(member)}"


def groups_facts(subject: Subject) -> list[dict[str, object]]:
    """Each group."""
    return [{**group._asdict(), "members": list(group.members)} for group in groups_of(subject)]


def _signature(subject: Subject, section: Section) -> str | None:
    table = subject.section_at(section.link)
    if table is None or table.type != SHT_SYMTAB:
        return None
    symbols = subject.attempt(lambda: subject.file.symbols_of(table), None)
    if symbols is None or section.info >= len(symbols):
        return None
    symbol = symbols[section.info]
    if symbol.type == STT_SECTION:
        named = subject.section_at(symbol.section)
        return named.name if named and named.number else None
    return symbol.name


def _words(subject: Subject, section: Section) -> tuple[int, ...]:
    data = subject.data_of(section)
    return tuple(subject.number(data[place : place + 4]) for place in range(0, len(data) & ~3, 4))


def _flags(flags: int) -> str:
    if flags in (0, _COMDAT):
        return "COMDAT " if flags else ""
    known = ((_SYSTEM, "<OS specific>"), (_PROCESSOR, "<PROC specific>"))
    text = "".join(name for mask, name in known if flags & mask)
    rest = flags & ~(_COMDAT | _SYSTEM | _PROCESSOR)
    return f"[0x{flags:x}: {text}{'<unknown>' if rest else ''}]"
