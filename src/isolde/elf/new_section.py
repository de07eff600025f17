"""Sections of a file that is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from isolde.elf.section import Section

_NEW = 1 << 32  # behind every number a section can have


class AddedSection(NamedTuple):
    """A section that the file that is read does not have: its type is SHT_PROGBITS.

    alignment: bytes.
    """

    name: str
    data: bytes
    alignment: int = 1


@dataclass
class NewSection:
    """A section header that is to be written, and the bytes that it is for.

    name, type, flags, address, offset, size, link, info, alignment, entry_size: as in `Section`.
    data: the bytes; none of SHT_NOBITS.
    is_attached: whether it holds the relocations of another section.
    position: the number of the section it comes from; of relocations, that of their section.
    """

    name: str
    type: int
    data: bytes | memoryview = b""
    flags: int = 0
    address: int = 0
    offset: int = 0
    size: int = 0
    link: int = 0
    info: int = 0
    alignment: int = 1
    entry_size: int = 0
    is_attached: bool = False
    position: int = _NEW


def copy_of(section: Section) -> NewSection:
    """SECTION, without its bytes."""
    return NewSection(
        name=section.name,
        type=section.type,
        flags=section.flags,
        address=section.address,
        offset=section.offset,
        size=section.size,
        link=section.link,
        info=section.info,
        alignment=section.alignment,
        entry_size=section.entry_size,
        position=section.number,
    )
