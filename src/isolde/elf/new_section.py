"""Sections of a file that is to be written."""

from __future__ import annotations

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


class NewSection:
    """A section header that is to be written, and the bytes that it is for.

    name, type, flags, address, offset, size, link, info, alignment, entry_size: as in `Section`.
    data: the bytes; none of SHT_NOBITS.
    is_attached: whether it holds the relocations of another section.
    position: the number of the section it comes from; of relocations, that of their section.
    """

    __slots__ = (
        "address",
        "alignment",
        "data",
        "entry_size",
        "flags",
        "info",
        "is_attached",
        "link",
        "name",
        "offset",
        "position",
        "size",
        "type",
    )

    def __init__(
        self,
        name: str,
        type: int,
        data: bytes | memoryview = b"",
        *,
        link: int = 0,
        info: int = 0,
        alignment: int = 1,
        entry_size: int = 0,
    ) -> None:
        self.name = name
        self.type = type
        self.data = data
        self.flags = 0
        self.address = 0
        self.offset = 0
        self.size = len(data)
        self.link = link
        self.info = info
        self.alignment = alignment
        self.entry_size = entry_size
        self.is_attached = False
        self.position = _NEW

    @property
    def is_new(self) -> bool:
        """Whether its bytes come from no section of the file that is read."""
        return self.position == _NEW


def copy_of(section: Section) -> NewSection:
    """SECTION, without its bytes."""
    copy = NewSection(section.name, section.type)
    copy.flags = section.flags
    copy.address = section.address
    copy.offset = section.offset
    copy.size = section.size
    copy.link = section.link
    copy.info = section.info
    copy.alignment = section.alignment
    copy.entry_size = section.entry_size
    copy.position = section.number
    return copy
