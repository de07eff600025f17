"""Edits of a finished ELF file, for layouts that linkers do not write but other tools do."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

# Offsets in Elf64_Ehdr (gABI chapter 4).
_EI_CLASS = 4
_E_MACHINE = 18
_E_PHOFF = 32
_E_SHOFF = 40
_E_PHENTSIZE = 54
_E_SHENTSIZE, _E_SHNUM, _E_SHSTRNDX = 58, 60, 62

_ELFCLASS32 = 1
_EM_AARCH64 = 183
_PT_LOAD, _PT_PHDR = 1, 6
_PAGE = 4096
_SHT_DYNAMIC = 6
_SHT_DYNSYM = 11
_SHT_GNU_VERNEED = 0x6FFFFFFE
_SYMBOL_SIZE = 24
_STV_HIDDEN = 2
_DT_NEEDED, _DT_DEBUG = 1, 21
_VER_FLG_WEAK = 2


def apply(edit: str, file: Path) -> None:
    """Rewrite ``file`` by the edit of that name.

    Raises:
        KeyError: there is no such edit.
    """
    data = bytearray(file.read_bytes())
    _EDITS[edit](data)
    file.write_bytes(data)


def _drop_section_headers(data: bytearray) -> None:
    struct.pack_into("<Q", data, _E_SHOFF, 0)
    struct.pack_into("<HHH", data, _E_SHENTSIZE, 0, 0, 0)


def _move_program_headers_to_end(data: bytearray) -> None:
    """Do what patchelf does when it needs room: a new table, in a new PT_LOAD, at the end."""
    offset, size, count = _program_headers(data)
    headers = [struct.unpack_from("<IIQQQQQQ", data, offset + i * size) for i in range(count)]
    top = max(h[3] + h[6] for h in headers if h[0] == _PT_LOAD)
    data.extend(b"\0" * (-len(data) % _PAGE))
    start, address = len(data), top + (-top % _PAGE)
    length = size * (count + 1)
    own = (_PT_LOAD, 4, start, address, address, length, length, _PAGE)
    moved = [
        (h[0], 4, start, address, address, length, length, 8) if h[0] == _PT_PHDR else h
        for h in headers
    ]
    loads = [i for i, h in enumerate(moved) if h[0] == _PT_LOAD]
    moved.insert(loads[-1] + 1, own)
    for header in moved:
        data.extend(struct.pack("<IIQQQQQQ", *header))
    struct.pack_into("<Q", data, _E_PHOFF, start)
    struct.pack_into("<H", data, _E_PHENTSIZE + 2, count + 1)


def _become_32_bit(data: bytearray) -> None:
    data[_EI_CLASS] = _ELFCLASS32


def _become_aarch64(data: bytearray) -> None:
    struct.pack_into("<H", data, _E_MACHINE, _EM_AARCH64)


def _cut_in_half(data: bytearray) -> None:
    del data[len(data) // 2 :]


def _become_text(data: bytearray) -> None:
    data[:] = b"this is not an ELF file\n" * 40


def _forget_needed(data: bytearray) -> None:
    """Turn every DT_NEEDED into a DT_DEBUG, which says nothing in a library."""
    start, size, _ = _section_of_type(data, _SHT_DYNAMIC)
    for entry in range(start, start + size, 16):
        if struct.unpack_from("<Q", data, entry)[0] == _DT_NEEDED:
            struct.pack_into("<Q", data, entry, _DT_DEBUG)


def _mark_needed_versions_weak(data: bytearray) -> None:
    """Set VER_FLG_WEAK on every Vernaux, as Solaris' linker does for weak references."""
    table, _, count = _section_of_type(data, _SHT_GNU_VERNEED)
    for _ in range(count):
        _, auxiliaries, _, first, following = struct.unpack_from("<HHIII", data, table)
        entry = table + first
        for _ in range(auxiliaries):
            struct.pack_into("<H", data, entry + 4, _VER_FLG_WEAK)
            entry += struct.unpack_from("<I", data, entry + 12)[0]
        table += following


def _hide_definitions(data: bytearray) -> None:
    """Mark every global definition of .dynsym STV_HIDDEN, as some protectors of binaries do."""
    table, size, first_global = _section_of_type(data, _SHT_DYNSYM)
    for symbol in range(table + first_global * _SYMBOL_SIZE, table + size, _SYMBOL_SIZE):
        if struct.unpack_from("<H", data, symbol + 6)[0] != 0:
            data[symbol + 5] = _STV_HIDDEN


def _section_of_type(data: bytearray, wanted: int) -> tuple[int, int, int]:
    """Return the offset, size and sh_info of the first section of that type."""
    (offset,) = struct.unpack_from("<Q", data, _E_SHOFF)
    size, count = struct.unpack_from("<HH", data, _E_SHENTSIZE)
    for header in range(offset, offset + size * count, size):
        if struct.unpack_from("<I", data, header + 4)[0] == wanted:
            start, length, _, info = struct.unpack_from("<QQII", data, header + 24)
            return start, length, info
    raise ValueError(f"no section of type {wanted:#x}")


def _program_headers(data: bytearray) -> tuple[int, int, int]:
    (offset,) = struct.unpack_from("<Q", data, _E_PHOFF)
    size, count = struct.unpack_from("<HH", data, _E_PHENTSIZE)
    return offset, size, count


_EDITS: dict[str, Callable[[bytearray], None]] = {
    "drop section headers": _drop_section_headers,
    "move program headers to the end": _move_program_headers_to_end,
    "become 32 bit": _become_32_bit,
    "become aarch64": _become_aarch64,
    "mark needed versions weak": _mark_needed_versions_weak,
    "hide definitions": _hide_definitions,
    "cut in half": _cut_in_half,
    "forget needed": _forget_needed,
    "become text": _become_text,
}
