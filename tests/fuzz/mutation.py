"""Malformed files: what is changed in a good one, drawn by a generator that can be seeded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from isolde.elf import File
from isolde.errors import ElfError

_EDGES = (0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_WIDE_EDGES = (*_EDGES, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
_MOST_CHANGES = 4


class Place(NamedTuple):
    """A stretch of a file in which numbers mean something, in bytes."""

    offset: int
    size: int


def places_of(data: bytes) -> list[Place]:
    """The header, both tables and the sections of an ELF file; of another, all of it."""
    try:
        file = File.from_bytes(data)
        header = file.header
        segments = header.program_header_count * header.program_header_size
        sections = header.section_header_count * header.section_header_size
        return [
            Place(0, header.header_size),
            Place(header.program_header_offset, segments),
            Place(header.section_header_offset, sections),
            Place(header.section_header_offset, sections),
            *(Place(part.offset, len(file.section_data(part))) for part in file.sections),
        ]
    except ElfError:
        return [Place(0, len(data))]


def mutated(data: bytes, places: Sequence[Place], random: Random) -> bytes:
    """DATA with one change or a few."""
    changed = bytearray(data)
    for _ in range(random.randint(1, _MOST_CHANGES)):
        random.choices(_CHANGES, _WEIGHTS)[0](changed, places, random)
    return bytes(changed)


def _set_number(data: bytearray, places: Sequence[Place], random: Random) -> None:
    """A number of 1 to 8 bytes: at the edge of its range, near the file's size, or any."""
    width = random.choice((1, 2, 4, 4, 8))
    offset = _offset(data, places, random, width)
    kind = random.randrange(4)
    if kind == 0:
        value = random.choice(_WIDE_EDGES)
    elif kind == 1:
        value = len(data) + random.randint(-64, 64)
    elif kind == 2:
        value = int.from_bytes(data[offset : offset + width], "little") + random.choice(
            (-8, -1, 1, 8)
        )
    else:
        value = random.getrandbits(width * 8)
    order = random.choice(("little", "little", "big"))
    number = (value % (1 << width * 8)).to_bytes(width, "little")
    data[offset : offset + width] = number if order == "little" else number[::-1]


def _flip_bit(data: bytearray, places: Sequence[Place], random: Random) -> None:
    if data:
        data[_offset(data, places, random, 1)] ^= 1 << random.randrange(8)


def _copy(data: bytearray, places: Sequence[Place], random: Random) -> None:
    """Bytes from one place over those of another."""
    size = random.choice((4, 8, 16, 24, 40, 64))
    source, target = (_offset(data, places, random, size) for _ in range(2))
    data[target : target + size] = data[source : source + size]


def _truncate(data: bytearray, places: Sequence[Place], random: Random) -> None:
    del data[random.randrange(len(data) + 1) :]


def _insert(data: bytearray, places: Sequence[Place], random: Random) -> None:
    offset = _offset(data, places, random, 0)
    data[offset:offset] = bytes(random.randrange(1, 32))


def _delete(data: bytearray, places: Sequence[Place], random: Random) -> None:
    offset = _offset(data, places, random, 0)
    del data[offset : offset + random.randrange(1, 32)]


_Change = Callable[[bytearray, Sequence[Place], Random], None]
_WEIGHTED: dict[_Change, int] = {
    _set_number: 60,
    _flip_bit: 15,
    _copy: 12,
    _truncate: 5,
    _insert: 4,
    _delete: 4,
}
_CHANGES, _WEIGHTS = tuple(_WEIGHTED), tuple(_WEIGHTED.values())


def _offset(data: bytearray, places: Sequence[Place], random: Random, width: int) -> int:
    place = random.choice(places)
    size = max(place.size - width, 0)
    return max(min(place.offset + random.randint(0, size), len(data) - max(width, 1)), 0)
