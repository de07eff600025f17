"""GNU properties, as the display of notes has them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from isolde.binutils.readelf.subject import Subject, c_hex
from isolde.elf import Note, names

_PROCESSOR, _USER = 0xC0000000, 0xE0000000
_AND_FIRST, _AND_LAST, _OR_FIRST, _OR_LAST = 0xB0000000, 0xB0007FFF, 0xB0008000, 0xB000FFFF
_NEEDED_1 = 0xB0008000
_STACK_SIZE, _NO_COPY = 1, 2


def properties_text(subject: Subject, note: Note) -> Iterator[str]:
    """The lines for a NOTE of properties."""
    size, step = len(note.description), 8 if subject.is_64 else 4
    if size < 8 or size % step:
        yield f"      Properties: <corrupt GNU_PROPERTY_TYPE, size = {size:#x}>"
        return
    separator = ", " if subject.is_wide else "\n\t"
    yield "      Properties: " + separator.join(_properties(subject, note.description, step))


def _properties(subject: Subject, data: bytes, step: int) -> Iterator[str]:
    order = "<" if subject.header.byte_order == "little" else ">"
    place = 0
    while place < len(data):
        if len(data) - place < 8:
            yield f"<corrupt descsz: {len(data):#x}>"
            return
        kind, size = struct.unpack_from(order + "II", data, place)
        place += 8
        if size > len(data) - place:
            yield f"<corrupt type ({c_hex(kind)}) datasz: {size:#x}>"
            return
        yield _property(subject, kind, data[place : place + size])
        place += (size + step - 1) & ~(step - 1)


def _property(subject: Subject, kind: int, data: bytes) -> str:
    value = subject.number(data)
    corrupt = f"<corrupt length: {c_hex(len(data))}> "
    if _PROCESSOR <= kind < _USER:
        known = names.property_bits(subject.header.machine, kind)
        if known is not None:
            title, words, nothing = known
            bits = ", ".join(names.bit_names(value, words)) or nothing
            return f"{title}: {bits if len(data) == 4 else corrupt}"
        return _unknown(kind, data)
    return _general(subject, kind, data, value, corrupt) or _unknown(kind, data)


def _general(subject: Subject, kind: int, data: bytes, value: int, corrupt: str) -> str | None:
    if kind == _STACK_SIZE:
        return "stack size: " + (c_hex(value) if len(data) == subject.digits // 2 else corrupt)
    if kind == _NO_COPY:
        return "no copy on protected " + (corrupt if data else "")
    if kind == _NEEDED_1:
        bits = ", ".join(names.bit_names(value, ("indirect external access",)))
        return "1_needed: " + (bits if len(data) == 4 else corrupt)
    if _AND_FIRST <= kind <= _OR_LAST:
        which = "AND" if kind <= _AND_LAST else "OR"
        return f"UINT32_{which} ({kind:#x}): " + (c_hex(value) if len(data) == 4 else corrupt)
    return None


def _unknown(kind: int, data: bytes) -> str:
    whose = "unknown"
    if kind >= _PROCESSOR:
        whose = "processor-specific" if kind < _USER else "application-specific"
    return f"<{whose} type {c_hex(kind)} data: {''.join(f'{byte:02x} ' for byte in data)}>"
