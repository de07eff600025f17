"""The auxiliary vector: what the kernel told the program's dynamic linker, getauxval(3)."""

from __future__ import annotations

import struct
from typing import NamedTuple

_AT_PHDR, _AT_PHENT, _AT_PHNUM, _AT_BASE = 3, 4, 5, 7
_HEADER_SIZES = {8: 56, 4: 32}  # of a program header, by the size of an address


class Auxiliary(NamedTuple):
    """Where the kernel put a program.

    Attributes:
        word: size of its addresses in bytes: 4 or 8.
        headers: address of its program headers.
        header_count: how many they are.
        loader: load address of its dynamic linker; 0 where it has none.
    """

    word: int
    headers: int
    header_count: int
    loader: int


def parse_auxiliary(data: bytes) -> Auxiliary | None:
    """The vector in DATA, the contents of `/proc/PID/auxv`; None where it is not there (yet).

    A 32-bit program's has numbers of four bytes.  The size of a program header, which is in it,
    tells.
    """
    for word, header_size in _HEADER_SIZES.items():
        found = _pairs(data, word)
        if found.get(_AT_PHENT) == header_size and _AT_PHDR in found:
            count = min(found.get(_AT_PHNUM, 0), 0xFFFF)
            return Auxiliary(word, found[_AT_PHDR], count, found.get(_AT_BASE, 0))
    return None


def _pairs(data: bytes, word: int) -> dict[int, int]:
    form = "=QQ" if word == 8 else "=II"
    size = 2 * word
    return dict(struct.iter_unpack(form, data[: len(data) // size * size]))
