"""What is displayed of a file, in the order in which readelf does it."""

from __future__ import annotations

from importlib import import_module

from isolde.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isolde.binutils.readelf.subject import Subject


class Displays(NamedTuple):
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


# What is not asked for is not imported: that would take longer than showing a header.
def text_of(subject: Subject, displays: Displays) -> Iterator[str]:
    """The lines of all DISPLAYS of SUBJECT."""
    yield from _headers_text(subject, displays)
    if displays.dynamic:
        from isolde.binutils.readelf.dynamic import dynamic_text

        yield from dynamic_text(subject)
    yield from _linking_text(subject, displays)
    yield from _dumps_text(subject, displays)
    if displays.notes:
        from isolde.binutils.readelf.notes import notes_text

        yield from notes_text(subject)


def _headers_text(subject: Subject, displays: Displays) -> Iterator[str]:
    introduced = displays.header
    if displays.header:
        from isolde.binutils.readelf.header import header_text

        yield from header_text(subject)
    if displays.sections:
        from isolde.binutils.readelf.sections import sections_text

        yield from sections_text(subject, details=displays.details, introduced=introduced)
    if displays.groups:
        from isolde.binutils.readelf.groups import groups_text

        yield from groups_text(subject)
    if displays.segments:
        from isolde.binutils.readelf.segments import segments_text

        yield from segments_text(subject, introduced=introduced)


def _linking_text(subject: Subject, displays: Displays) -> Iterator[str]:
    if displays.relocations:
        from isolde.binutils.readelf import relocations

        image = displays.image
        show = relocations.image_relocations_text if image else relocations.relocations_text
        yield from show(subject)
    if displays.unwind:
        from isolde.binutils.readelf.unwind import unwind_text

        yield from unwind_text(subject)
    yield from _symbols_text(subject, displays)
    if displays.histogram:
        from isolde.binutils.readelf.histogram import histogram_text

        yield from histogram_text(subject)
    if displays.versions:
        from isolde.binutils.readelf.versions import versions_text

        yield from versions_text(subject)


def _symbols_text(subject: Subject, displays: Displays) -> Iterator[str]:
    if not (displays.symbols or displays.dynamic_symbols):
        return
    from isolde.binutils.readelf.symbols import image_symbols_text, symbols_text

    if displays.symbols and displays.image:
        yield from image_symbols_text(subject)
    else:
        yield from symbols_text(subject, only_dynamic=not displays.symbols)


def _dumps_text(subject: Subject, displays: Displays) -> Iterator[str]:
    """Dumps come in the order of the sections, whatever the order they were asked for in."""
    if not (displays.hex_dumps or displays.string_dumps):
        return
    from isolde.binutils.readelf.dumps import hex_text, strings_text

    as_bytes = _numbers(subject, displays.hex_dumps)
    as_strings = _numbers(subject, displays.string_dumps)
    for number in sorted(as_bytes | as_strings):
        section = subject.sections[number]
        if number in as_bytes:
            yield from hex_text(subject, section, unpacked=displays.unpacked)
        if number in as_strings:
            yield from strings_text(subject, section, unpacked=displays.unpacked)


def _numbers(subject: Subject, wanted: tuple[str, ...]) -> set[int]:
    from isolde.binutils.readelf.dumps import sections_named

    numbers: set[int] = set()
    for name in wanted:
        found = sections_named(subject, name)
        if not found:
            subject.tell(f"{subject.file.path}: has no section '{name}' to dump")
        numbers.update(section.number for section in found)
    return numbers


def facts_of(subject: Subject, displays: Displays) -> dict[str, object]:
    """What JSON says of SUBJECT: a field for each display, None for those not asked for."""
    dumped = bool(displays.hex_dumps or displays.string_dumps)
    return {
        "header": _facts_if(displays.header, "header", subject),
        "sections": _facts_if(displays.sections, "sections", subject),
        "groups": _facts_if(displays.groups, "groups", subject),
        "segments": _facts_if(displays.segments, "segments", subject),
        "dynamic": _facts_if(displays.dynamic, "dynamic", subject),
        "relocations": _facts_if(displays.relocations, "relocations", subject),
        "symbols": _symbols_facts(subject, displays),
        "histogram": _facts_if(displays.histogram, "histogram", subject),
        "versions": _facts_if(displays.versions, "versions", subject),
        "dumps": list(_dump_facts(subject, displays)) if dumped else None,
        "notes": _facts_if(displays.notes, "notes", subject),
    }


def _facts_if(is_asked: bool, name: str, subject: Subject) -> object:
    """The facts of the display NAME, which the module of that name makes."""
    if not is_asked:
        return None
    module = import_module(f"isolde.binutils.readelf.{name}")
    make: Callable[[Subject], object] = getattr(module, f"{name}_facts")
    return make(subject)


def _symbols_facts(subject: Subject, displays: Displays) -> object:
    if not (displays.symbols or displays.dynamic_symbols):
        return None
    from isolde.binutils.readelf.symbols import symbols_facts

    return symbols_facts(subject, only_dynamic=not displays.symbols)


def _dump_facts(subject: Subject, displays: Displays) -> Iterator[dict[str, object]]:
    from isolde.binutils.readelf.dumps import dumped_bytes

    for number in sorted(_numbers(subject, (*displays.hex_dumps, *displays.string_dumps))):
        section = subject.sections[number]
        data = dumped_bytes(subject, section, unpacked=displays.unpacked)
        yield {
            "section": section.name,
            "number": number,
            "address": section.address,
            "bytes": None if data is None else data.hex(),
        }
