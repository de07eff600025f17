"""Segments: what of a file is mapped where (gABI chapter 5, "Program Header")."""

from __future__ import annotations

from typing import NamedTuple

from isolde.elf._bytes import Bytes
from isolde.elf.header import Header


class Segment(NamedTuple):
    """One program header; offsets, addresses and sizes in bytes."""

    type: int
    flags: int
    offset: int
    virtual_address: int
    physical_address: int
    file_size: int
    memory_size: int
    alignment: int
    number: int


def read_segments(raw: Bytes, header: Header) -> tuple[Segment, ...]:
    """The program headers, in the file's order.

    Raises:
        ElfError: the table does not lie in the file.
    """
    rows = raw.table(
        "segment",
        header.program_header_offset,
        header.program_header_count,
        header.program_header_size,
        "the program header table",
    )
    if raw.elf_class == 64:
        return tuple(Segment._make((*row, number)) for number, row in enumerate(rows))
    # Elf32_Phdr has its flags behind the sizes.
    return tuple(
        Segment(kind, flags, offset, address, physical, file_size, memory_size, align, index)
        for index, (
            kind,
            offset,
            address,
            physical,
            file_size,
            memory_size,
            flags,
            align,
        ) in enumerate(rows)
    )
