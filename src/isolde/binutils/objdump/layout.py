"""How a machine's code is written in lines."""

from __future__ import annotations

from isolde.elf import Header
from isolde.elf import constants as c
from isolde.record import NamedTuple


class Layout(NamedTuple):
    """line: bytes in a line.  chunk: bytes that are written as one number; 0: a whole instruction.

    is_little: whether such numbers are little-endian in the file.
    """

    line: int
    chunk: int
    is_little: bool


_LAYOUTS = {
    c.EM_386: (7, 1),
    c.EM_X86_64: (7, 1),
    c.EM_IAMCU: (7, 1),
    c.EM_S390: (6, 1),
    c.EM_PPC64: (4, 1),
    c.EM_PPC: (4, 1),
    c.EM_SPARC: (4, 1),
    c.EM_SPARCV9: (4, 1),
    c.EM_RISCV: (8, 0),
    c.EM_68K: (6, 2),
}


def layout_of(header: Header) -> Layout:
    """The layout of code of HEADER's machine."""
    line, chunk = _LAYOUTS.get(header.machine, (4, 4))
    return Layout(line, chunk, header.byte_order == "little")


def raw_bytes(data: bytes, chunk: int, *, is_little: bool) -> str:
    """DATA in hexadecimal, in numbers of CHUNK bytes, a space behind each."""
    if chunk <= 1:
        return data.hex(" ") + " " if data else ""
    pieces = (data[place : place + chunk] for place in range(0, len(data), chunk))
    return "".join(f"{(piece[::-1] if is_little else piece).hex()} " for piece in pieces)
