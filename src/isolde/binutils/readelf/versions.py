"""-V: the version sections."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.readelf.subject import Subject, plural, printable_section
from isolde.elf import NeededVersion, Section, VersionDefinition, VersionNeed
from isolde.elf import constants as c

_FLAGS = ((1, "BASE"), (2, "WEAK"), (4, "INFO"))
_IN_A_ROW = 4
_CELL = 18
_TYPES = (c.SHT_GNU_VERDEF, c.SHT_GNU_VERNEED, c.SHT_GNU_VERSYM)


def versions_text(subject: Subject) -> Iterator[str]:
    """The lines of the display."""
    sections = subject.sections_of(_TYPES)
    if not sections:
        yield "\nNo version information found in this file."
    for section in sections:
        if section.type == c.SHT_GNU_VERSYM:
            yield from _symbols(subject, section)
        elif section.type == c.SHT_GNU_VERDEF:
            yield from _heading(subject, section, "Version definition", section.info)
            yield from _definitions(subject, section)
        else:
            yield from _heading(subject, section, "Version needs", section.info)
            yield from _needs(subject, section)


def versions_facts(subject: Subject) -> dict[str, object]:
    """What the file defines, what it needs, and the version's number for each symbol."""
    file = subject.file
    versions = subject.attempt(lambda: file.versions, None)
    return {
        "definitions": [
            {
                "number": definition.number,
                "flags": definition.flags,
                "hash": definition.hash,
                "names": list(definition.names),
            }
            for definition in subject.attempt(lambda: file.version_definitions, ())
        ],
        "needs": [
            {"file": need.file, "versions": [_needed_facts(version) for version in need.versions]}
            for need in subject.attempt(lambda: file.version_needs, ())
        ],
        "symbols": list(versions.indexes) if versions else [],
    }


def _needed_facts(version: NeededVersion) -> dict[str, object]:
    names = ("name", "number", "flags", "hash")
    return {name: getattr(version, name) for name in names}


def _heading(subject: Subject, section: Section, what: str, count: int) -> Iterator[str]:
    name = printable_section(section.name)
    entries = plural(count, "1 entry", f"{count} entries")
    yield f"\n{what} section '{name}' contains {entries}:"
    yield (
        f" Addr: 0x{section.address:016x}  Offset: 0x{section.offset:08x}"
        f"  Link: {section.link} ({subject.section_name(section.link)})"
    )


def version_flags(flags: int) -> str:
    """The names of a version's FLAGS (VER_FLG_*)."""
    names = [name for bit, name in _FLAGS if flags & bit]
    if flags & ~7:
        names.append("<unknown>")
    return " | ".join(names) or "none"


def _definitions(subject: Subject, section: Section) -> Iterator[str]:
    definitions = subject.attempt(lambda: subject.file.version_definitions_of(section), ())
    for definition in definitions:
        yield from _definition(definition, definition.offset - section.offset)
    if len(definitions) < section.info:
        yield "  Version definition past end of section"


def _definition(definition: VersionDefinition, place: int) -> Iterator[str]:
    yield (
        f"  {_place(place)}: Rev: {definition.revision}  Flags: {version_flags(definition.flags)}"
        f"  Index: {definition.number}  Cnt: {len(definition.names)}  Name: {definition.name}"
    )
    base = definition.offset - place
    for number, name in enumerate(definition.names[1:], 1):
        yield f"  {_place(definition.name_offsets[number] - base)}: Parent {number}: {name}"


def _needs(subject: Subject, section: Section) -> Iterator[str]:
    needs = subject.attempt(lambda: subject.file.version_needs_of(section), ())
    for need in needs:
        yield from _need(need, section.offset)


def _need(need: VersionNeed, base: int) -> Iterator[str]:
    yield (
        f"  {_place(need.offset - base)}: Version: {need.revision}  File: {need.file}"
        f"  Cnt: {len(need.versions)}"
    )
    for version in need.versions:
        yield (
            f"  {_place(version.offset - base)}:   Name: {version.name}"
            f"  Flags: {version_flags(version.flags)}  Version: {version.number}"
        )


def _place(offset: int) -> str:
    """As C's %#06x: 0 has no prefix, but all digits."""
    return f"{offset:#06x}" if offset else "000000"


def _symbols(subject: Subject, section: Section) -> Iterator[str]:
    linked = subject.section_at(section.link)
    if linked is None or subject.section_at(linked.link) is None:
        return
    count = section.size // 2
    yield from _heading(subject, section, "Version symbols", count)
    versions = subject.attempt(lambda: subject.file.versions, None)
    if versions is None:
        return
    cells = _Cells(subject)
    indexes = versions.indexes[:count]
    for first in range(0, len(indexes), _IN_A_ROW):
        row = indexes[first : first + _IN_A_ROW]
        yield f"  {first:03x}:" + "".join(cells.of_index(index) for index in row)


class _Cells:
    """What stands for a version's number: the number, and the version's name."""

    def __init__(self, subject: Subject) -> None:
        file = subject.file
        self._needed = {
            version.number: version.name
            for need in subject.attempt(lambda: file.version_needs, ())
            for version in need.versions
        }
        definitions = subject.attempt(lambda: file.version_definitions, ())
        self._defined = {definition.number: definition.name for definition in definitions}
        self._known = {0: "   0 (*local*)    ", 1: "   1 (*global*)   "}

    def of_index(self, index: int) -> str:
        cell = self._known.get(index)
        if cell is None:
            cell = self._known[index] = self._cell(index)
        return cell

    def _cell(self, index: int) -> str:
        hidden = "h" if index & c.VERSYM_HIDDEN else " "
        plain = index & c.VERSYM_VERSION
        text = f"{plain:4x}{hidden}"
        name = self._needed.get(index)
        if index != (c.VERSYM_HIDDEN | 1) and plain in self._defined:
            name = self._defined[plain] if name is None else "*both*"
        if name is not None:
            # C's %-*s with what is left of twelve columns, or the same number to the left.
            text += f"({name}" + ")".ljust(max(abs(12 - len(name)), 1))
        return text if len(text) >= _CELL else text + " " * (_CELL - len(text))
