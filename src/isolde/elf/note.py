"""Notes: what a file's makers wrote about it.

gABI chapter 5, "Note Section"; GNU's in the Linux Extensions to gABI; .note.dlopen in the UAPI
group's "ELF dlopen metadata".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from isolde.elf._bytes import Bytes
from isolde.elf.constants import (
    NT_FDO_DLOPEN,
    NT_GNU_BUILD_ID,
    NT_GNU_PROPERTY_TYPE_0,
)


class Note(NamedTuple):
    """One note.

    owner: whose types these are, "GNU" say.  type: NT_*.  description: its bytes.
    offset: where it begins in the file.  place: the name of its section, or "" for a segment's.
    name: the owner's bytes as they stand there; `owner` is what is before the first NUL.
    """

    owner: str
    type: int
    description: bytes
    offset: int
    place: str
    name: bytes = b""


class DlopenNote(NamedTuple):
    """A dependency that the file opens by itself, and declares so that tools may know.

    priority: "required", "recommended" or "suggested".  sonames: any one of them will do.
    """

    feature: str
    description: str
    priority: str
    sonames: tuple[str, ...]


class Property(NamedTuple):
    """One GNU property: its type (GNU_PROPERTY_*) and its bytes."""

    type: int
    data: bytes


def read_notes(raw: Bytes, offset: int, size: int, alignment: int, place: str) -> Iterator[Note]:
    """The notes in SIZE bytes from OFFSET on, each part rounded up to ALIGNMENT (4 or 8).

    Raises:
        ElfError: a note ends beyond its place.
    """
    align = 8 if alignment == 8 else 4
    end = offset + len(raw.slice(offset, size, f"notes {place}".rstrip()))
    form = raw.layouts["note"]
    while offset + form.size <= end:
        name_size, size, kind = form.unpack_from(raw.data, offset)
        name_end = offset + form.size + name_size
        start = offset + _rounded(form.size + name_size, align)
        if name_end > end or start + size > end:
            raise raw.error(f"a note of {name_size} and {size} bytes ends beyond its place", offset)
        name = bytes(raw.data[offset + form.size : name_end])
        description = bytes(raw.data[start : start + size])
        owner = name.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        yield Note(owner, kind, description, offset, place, name)
        offset = start + _rounded(size, align)


def build_id_of(notes: tuple[Note, ...]) -> str | None:
    """The build-id among NOTES, in hexadecimal."""
    for note in notes:
        if note.owner == "GNU" and note.type == NT_GNU_BUILD_ID and note.description:
            return note.description.hex()
    return None


def dlopen_notes_of(notes: tuple[Note, ...]) -> tuple[DlopenNote, ...]:
    """What NOTES declare as opened at run time; entries that are no such JSON are passed over."""
    import json

    found: list[DlopenNote] = []
    for note in notes:
        if note.owner != "FDO" or note.type != NT_FDO_DLOPEN:
            continue
        try:
            entries = json.loads(note.description.rstrip(b"\0").decode("utf-8"))
        except (ValueError, RecursionError):
            continue
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                found.append(_dlopen_note(entry))
    return tuple(found)


def properties_of(notes: tuple[Note, ...], raw: Bytes) -> tuple[Property, ...]:
    """The GNU properties among NOTES, in the file's order; what is cut short ends them."""
    order = "<" if raw.byte_order == "little" else ">"
    align = 8 if raw.elf_class == 64 else 4
    found = []
    for note in notes:
        if note.owner != "GNU" or note.type != NT_GNU_PROPERTY_TYPE_0:
            continue
        data, place = note.description, 0
        while place + 8 <= len(data):
            kind, size = struct.unpack_from(order + "II", data, place)
            if place + 8 + size > len(data):
                break
            found.append(Property(kind, data[place + 8 : place + 8 + size]))
            place += 8 + _rounded(size, align)
    return tuple(found)


def _dlopen_note(entry: dict[object, object]) -> DlopenNote:
    sonames = entry.get("soname")
    return DlopenNote(
        str(entry.get("feature", "")),
        str(entry.get("description", "")),
        str(entry.get("priority", "recommended")),
        tuple(str(name) for name in sonames) if isinstance(sonames, list) else (),
    )


def _rounded(size: int, alignment: int) -> int:
    return (size + alignment - 1) // alignment * alignment
