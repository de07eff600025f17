"""-h: the sections."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.objdump.sections import ShownSection
from isolde.binutils.objdump.view import View, without_controls

_NAME_WIDTH = 13


def section_headers_text(view: View) -> Iterator[str]:
    """The lines of the display."""
    sections = view.wanted_sections
    longest = max(
        (len(section.name.encode("utf-8", "surrogateescape")) for section in sections), default=0
    )
    name_width = max(_NAME_WIDTH, longest) if view.is_wide else _NAME_WIDTH
    width = view.digits + 2
    title = f"Idx {'Name':<{name_width}} Size      {'VMA':<{width}}{'LMA':<{width}}File off  Algn"
    yield "Sections:"
    yield f"{title}  Flags" if view.is_wide else title
    for section in sections:
        yield from _lines(view, section, name_width)


def _lines(view: View, section: ShownSection, name_width: int) -> Iterator[str]:
    places = f"{view.address(section.address)}  {view.address(section.load_address)}"
    line = (
        f"{section.place:3} {without_controls(section.name):<{name_width}} {section.size:08x}"
        f"  {places}  {section.header.offset:08x}  2**{section.alignment_power}"
    )
    flags = ", ".join(section.flags)
    if view.is_wide:
        yield f"{line}  {flags}"
    else:
        yield line
        yield f"                  {flags}"


def section_headers_facts(view: View) -> list[dict[str, object]]:
    """Each section."""
    return [
        {
            "index": section.place,
            "number": section.header.number,
            "name": section.name,
            "size": section.size,
            "address": section.address,
            "load_address": section.load_address,
            "offset": section.header.offset,
            "alignment": 1 << section.alignment_power,
            "flags": list(section.flags),
        }
        for section in view.wanted_sections
    ]
