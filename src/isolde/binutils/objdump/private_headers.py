"""-p: what only ELF files have: program headers, the dynamic section, versions."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.objdump.private_flags import private_flags_text
from isolde.binutils.objdump.view import View
from isolde.elf import DynamicEntry, Section, Segment, StringTable, names
from isolde.elf import constants as c

_SEGMENTS = {
    c.PT_NULL: "NULL",
    c.PT_LOAD: "LOAD",
    c.PT_DYNAMIC: "DYNAMIC",
    c.PT_INTERP: "INTERP",
    c.PT_NOTE: "NOTE",
    c.PT_SHLIB: "SHLIB",
    c.PT_PHDR: "PHDR",
    c.PT_TLS: "TLS",
    c.PT_GNU_EH_FRAME: "EH_FRAME",
    c.PT_GNU_STACK: "STACK",
    c.PT_GNU_RELRO: "RELRO",
    0x6474E554: "SFRAME",
}
_STRINGS = (
    *(c.DT_NEEDED, c.DT_SONAME, c.DT_RPATH, c.DT_RUNPATH, c.DT_AUXILIARY, c.DT_FILTER),
    *(c.DT_AUDIT, c.DT_DEPAUDIT, 0x6FFFFEFA),
)
# Tags that have a name with readelf, but a number here; and the other way round.
_UNNAMED = (c.DT_SYMTAB_SHNDX, c.DT_TLSDESC_PLT, c.DT_TLSDESC_GOT, c.DT_GNU_PRELINKED)
_FIRST_OF_MACHINE = 0x70000000
# DT_AUXILIARY and DT_FILTER, DT_USED: their numbers are in the processors' range.
_OF_EVERY_MACHINE = (c.DT_AUXILIARY, c.DT_FILTER)


def private_headers_text(view: View) -> Iterator[str]:
    """The lines of the display."""
    file = view.file
    segments = view.attempt(lambda: file.segments, ())
    if segments:
        yield "\nProgram Header:"
    for segment in segments:
        yield from _segment_lines(view, segment)
    yield from _dynamic_text(view)
    yield from _definitions_text(view)
    yield from _needs_text(view)
    yield from private_flags_text(view)


def private_headers_facts(view: View) -> dict[str, object]:
    """The program headers, the dynamic section and the versions."""
    file = view.file
    return {
        "segments": [
            {"type_name": _segment_name(segment), **segment._asdict()}
            for segment in view.attempt(lambda: file.segments, ())
        ],
        "dynamic": [
            {
                "tag": entry.tag,
                "tag_name": tag_name(view, entry.tag),
                "value": entry.value,
                "text": text,
            }
            for entry, text in _dynamic_entries(view)
        ],
        **_version_facts(view),
        "flags": view.header.flags,
    }


def _version_facts(view: View) -> dict[str, object]:
    file = view.file
    return {
        "version_definitions": [
            {"number": each.number, "flags": each.flags, "hash": each.hash, "names": each.names}
            for each in view.attempt(lambda: file.version_definitions, ())
        ],
        "version_needs": [
            {
                "file": need.file,
                "versions": [
                    {"name": it.name, "number": it.number, "flags": it.flags, "hash": it.hash}
                    for it in need.versions
                ],
            }
            for need in view.attempt(lambda: file.version_needs, ())
        ],
    }


def _segment_name(segment: Segment) -> str:
    return _SEGMENTS.get(segment.type, f"0x{segment.type:x}")


def _segment_lines(view: View, segment: Segment) -> Iterator[str]:
    alignment = max((segment.alignment - 1).bit_length(), 0) if segment.alignment else 0
    yield (
        f"{_segment_name(segment):>8} off    0x{view.address(segment.offset)}"
        f" vaddr 0x{view.address(segment.virtual_address)}"
        f" paddr 0x{view.address(segment.physical_address)} align 2**{alignment}"
    )
    bits = ((c.PF_R, "r"), (c.PF_W, "w"), (c.PF_X, "x"))
    letters = "".join(letter if segment.flags & bit else "-" for bit, letter in bits)
    more = segment.flags & ~(c.PF_R | c.PF_W | c.PF_X)
    yield (
        f"         filesz 0x{view.address(segment.file_size)}"
        f" memsz 0x{view.address(segment.memory_size)} flags {letters}"
        + (f" {more:x}" if more else "")
    )


def _dynamic_text(view: View) -> Iterator[str]:
    if view.section_called(".dynamic") is None:
        return
    yield "\nDynamic Section:"
    for entry, text in _dynamic_entries(view):
        shown = f"0x{view.address(entry.value)}" if text is None else text
        yield f"  {tag_name(view, entry.tag):<20} {shown}"


def _dynamic_entries(view: View) -> Iterator[tuple[DynamicEntry, str | None]]:
    """The entries up to the first DT_NULL, and the string that each is about."""
    section = view.section_called(".dynamic")
    if section is None or not section.has_contents:
        return
    strings = _strings_of(view, section.header)
    for entry in view.attempt(lambda: view.file.dynamic, ()):
        if entry.tag == c.DT_NULL:
            return
        yield entry, strings.get(entry.value) if entry.tag in _STRINGS else None


def _strings_of(view: View, section: Section) -> StringTable:
    sections = view.file.sections
    if section.link >= len(sections):
        return StringTable(b"")
    return StringTable(view.bytes_of(sections[section.link]))


def tag_name(view: View, tag: int) -> str:
    """What a tag of the dynamic section is called; BFD knows no processor's but MIPS's."""
    name = names.dynamic_tag_name(view.header.machine, tag)
    of_machine = tag >= _FIRST_OF_MACHINE and tag not in _OF_EVERY_MACHINE
    if of_machine and view.header.machine != c.EM_MIPS:
        return f"{tag:#x}"
    if ":" in name or tag in _UNNAMED:
        return f"{tag:#x}"
    return name


def _definitions_text(view: View) -> Iterator[str]:
    definitions = view.attempt(lambda: view.file.version_definitions, ())
    if definitions:
        yield "\nVersion definitions:"
    for each in definitions:
        yield f"{each.number} 0x{each.flags:02x} 0x{each.hash:08x} {each.name or '<corrupt>'}"
        if each.names[1:]:
            yield "\t" + "".join(f"{name} " for name in each.names[1:])


def _needs_text(view: View) -> Iterator[str]:
    needs = view.attempt(lambda: view.file.version_needs, ())
    if needs:
        yield "\nVersion References:"
    for need in needs:
        yield f"  required from {need.file}:"
        for it in need.versions:
            yield f"    0x{it.hash:08x} 0x{it.flags:02x} {it.number:02d} {it.name}"
