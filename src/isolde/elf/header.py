"""The ELF header: what a file is, and where its two tables are (gABI chapter 4)."""

from __future__ import annotations

from typing import NamedTuple

from isolde.elf._bytes import Bytes
from isolde.elf.constants import ELF_MAGIC, PN_XNUM, SHN_XINDEX
from isolde.errors import ElfError

_CLASSES = {1: 32, 2: 64}
_ORDERS = {1: "little", 2: "big"}
# What distributions install as libc.so and libncurses.so begins so.
_LINKER_SCRIPTS = (b"/* GNU l", b"INPUT(", b"GROUP(")


class Header(NamedTuple):
    """Elf32_Ehdr or Elf64_Ehdr; offsets and sizes in bytes.

    The three counts are the true ones: where a file has more than fits, they stand in the first
    section header.
    """

    elf_class: int
    byte_order: str
    os_abi: int
    abi_version: int
    type: int
    machine: int
    version: int
    entry: int
    program_header_offset: int
    section_header_offset: int
    flags: int
    header_size: int
    program_header_size: int
    program_header_count: int
    section_header_size: int
    section_header_count: int
    section_names_index: int


def open_bytes(name: str, data: memoryview) -> Bytes:
    """The bytes of an ELF file of any class and byte order.

    Raises:
        ElfError: it does not begin like an ELF file.
    """
    if len(data) < 16 or data[:4] != ELF_MAGIC:
        raise ElfError(name, _not_elf(data), 0)
    elf_class, byte_order = _CLASSES.get(data[4]), _ORDERS.get(data[5])
    if elf_class is None:
        raise ElfError(name, f"class {data[4]} is neither ELFCLASS32 nor ELFCLASS64", 4)
    if byte_order is None:
        raise ElfError(name, f"byte order {data[5]} is neither ELFDATA2LSB nor ELFDATA2MSB", 5)
    return Bytes(name, data, elf_class, byte_order)


def read_header(raw: Bytes) -> Header:
    """The header of the file.

    Raises:
        ElfError: it is cut short.
    """
    fields = raw.read("header", 0, "the ELF header")
    header = Header(raw.elf_class, raw.byte_order, raw.data[7], raw.data[8], *fields)
    return _extended(raw, header) if header.section_header_offset else header


def _extended(raw: Bytes, header: Header) -> Header:
    """Takes counts that do not fit into 16 bits from section header 0."""
    more_segments = header.program_header_count == PN_XNUM
    more_sections = header.section_header_count == 0
    far_names = header.section_names_index == SHN_XINDEX
    if not (more_segments or more_sections or far_names):
        return header
    if not (more_segments or far_names) and header.section_header_offset >= raw.size:
        return header  # no sections, as `sections` will say; a loader does not look there
    first = raw.read("section", header.section_header_offset, "section header 0")
    return header._replace(
        program_header_count=first[7] if more_segments else header.program_header_count,
        section_header_count=first[5] if more_sections else header.section_header_count,
        section_names_index=first[6] if far_names else header.section_names_index,
    )


def _not_elf(data: memoryview) -> str:
    start = bytes(data[:8])
    if not start:
        return "is empty, no ELF file"
    if start.startswith((b"!<arch>\n", b"!<thin>\n")):
        return "is an archive, no ELF file"
    if start.startswith(b"#!"):
        return "is a script, no ELF file"
    if start.startswith(_LINKER_SCRIPTS):
        return "is a linker script, no ELF file: the library's own name is in it"
    if ELF_MAGIC.startswith(start[:4]) or start.startswith(ELF_MAGIC):
        return f"is cut short: {len(data)} bytes, no whole ELF header"
    return f"is no ELF file: it begins with {start[:4].hex(' ')}, not with 7f 45 4c 46"
