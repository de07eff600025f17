"""What is displayed of a file, in the order in which readelf does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from isolde.binutils.readelf.dumps import dumped_bytes, hex_text, sections_named, strings_text
from isolde.binutils.readelf.dynamic import dynamic_facts, dynamic_text
from isolde.binutils.readelf.groups import groups_facts, groups_text
from isolde.binutils.readelf.header import header_facts, header_text
from isolde.binutils.readelf.histogram import histogram_facts, histogram_text
from isolde.binutils.readelf.notes import notes_facts, notes_text
from isolde.binutils.readelf.relocations import (
    image_relocations_text,
    relocations_facts,
    relocations_text,
)
from isolde.binutils.readelf.sections import sections_facts, sections_text
from isolde.binutils.readelf.segments import segments_facts, segments_text
from isolde.binutils.readelf.subject import Subject
from isolde.binutils.readelf.symbols import image_symbols_text, symbols_facts, symbols_text
from isolde.binutils.readelf.unwind import unwind_text
from isolde.binutils.readelf.versions import versions_facts, versions_text


@dataclass(frozen=True)
class Displays:
    """Which displays are asked for.

    image: symbols and relocations are found through the dynamic section, not the section headers.
    unpacked: dumps show what compressed sections hold.
    hex_dumps, string_dumps: names or numbers of sections.
    """

    header: bool = False
    segments: bool = False
    sections: bool = False
    details: bool = False
    groups: bool = False
    dynamic: bool = False
    symbols: bool = False
    dynamic_symbols: bool = False
    relocations: bool = False
    unwind: bool = False
    versions: bool = False
    notes: bool = False
    histogram: bool = False
    image: bool = False
    unpacked: bool = False
    hex_dumps: tuple[str, ...] = ()
    string_dumps: tuple[str, ...] = ()

    @property
    def are_none(self) -> bool:
        """Whether nothing is asked for."""
        asked = (
            *(self.header, self.segments, self.sections, self.groups, self.dynamic, self.symbols),
            *(self.dynamic_symbols, self.relocations, self.unwind, self.versions, self.notes),
            *(self.histogram, self.hex_dumps, self.string_dumps),
        )
        return not any(asked)


def text_of(subject: Subject, displays: Displays) -> Iterator[str]:
    """The lines of all DISPLAYS of SUBJECT."""
    if displays.header:
        yield from header_text(subject)
    if displays.sections:
        introduced = displays.header
        yield from sections_text(subject, details=displays.details, introduced=introduced)
    if displays.groups:
        yield from groups_text(subject)
    if displays.segments:
        yield from segments_text(subject, introduced=displays.header)
    if displays.dynamic:
        yield from dynamic_text(subject)
    yield from _linking_text(subject, displays)
    yield from _dumps_text(subject, displays)
    if displays.notes:
        yield from notes_text(subject)


def _linking_text(subject: Subject, displays: Displays) -> Iterator[str]:
    if displays.relocations:
        show = image_relocations_text if displays.image else relocations_text
        yield from show(subject)
    if displays.unwind:
        yield from unwind_text(subject)
    if displays.symbols and displays.image:
        yield from image_symbols_text(subject)
    elif displays.symbols or displays.dynamic_symbols:
        yield from symbols_text(subject, only_dynamic=not displays.symbols)
    if displays.histogram:
        yield from histogram_text(subject)
    if displays.versions:
        yield from versions_text(subject)


def _dumps_text(subject: Subject, displays: Displays) -> Iterator[str]:
    """Dumps come in the order of the sections, whatever the order they were asked for in."""
    as_bytes = _numbers(subject, displays.hex_dumps)
    as_strings = _numbers(subject, displays.string_dumps)
    for number in sorted(as_bytes | as_strings):
        section = subject.sections[number]
        if number in as_bytes:
            yield from hex_text(subject, section, unpacked=displays.unpacked)
        if number in as_strings:
            yield from strings_text(subject, section, unpacked=displays.unpacked)


def _numbers(subject: Subject, wanted: tuple[str, ...]) -> set[int]:
    numbers: set[int] = set()
    for name in wanted:
        found = sections_named(subject, name)
        if not found:
            subject.tell(f"{subject.file.path}: has no section '{name}' to dump")
        numbers.update(section.number for section in found)
    return numbers


def facts_of(subject: Subject, displays: Displays) -> dict[str, object]:
    """What JSON says of SUBJECT: a field for each display, None for those not asked for."""
    only_dynamic = not displays.symbols
    makers: dict[str, tuple[bool, Callable[[Subject], object]]] = {
        "header": (displays.header, header_facts),
        "sections": (displays.sections, sections_facts),
        "groups": (displays.groups, groups_facts),
        "segments": (displays.segments, segments_facts),
        "dynamic": (displays.dynamic, dynamic_facts),
        "relocations": (displays.relocations, relocations_facts),
        "symbols": (
            displays.symbols or displays.dynamic_symbols,
            lambda it: symbols_facts(it, only_dynamic=only_dynamic),
        ),
        "histogram": (displays.histogram, histogram_facts),
        "versions": (displays.versions, versions_facts),
        "dumps": (
            bool(displays.hex_dumps or displays.string_dumps),
            lambda it: list(_dump_facts(it, displays)),
        ),
        "notes": (displays.notes, notes_facts),
    }
    return {name: make(subject) if asked else None for name, (asked, make) in makers.items()}


def _dump_facts(subject: Subject, displays: Displays) -> Iterator[dict[str, object]]:
    for number in sorted(_numbers(subject, (*displays.hex_dumps, *displays.string_dumps))):
        section = subject.sections[number]
        data = dumped_bytes(subject, section, unpacked=displays.unpacked)
        yield {
            "section": section.name,
            "number": number,
            "address": section.address,
            "bytes": None if data is None else data.hex(),
        }
