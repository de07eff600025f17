"""Relocations: what is to be written where once addresses are known.

gABI chapter 4; for RELR, the proposal to gABI of 2017.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from isolde.elf._bytes import Bytes
from isolde.elf.constants import EM_MIPS


class Relocation(NamedTuple):
    """One relocation.

    offset: an address; in ET_REL, an offset in the section it is for.
    type: R_<MACHINE>_*; of RELR's it is 0, for they are all relative.
    symbol: index in the symbol table, 0 for none.
    addend: None where it stands in the place itself (REL, RELR).
    """

    offset: int
    type: int
    symbol: int
    addend: int | None


def read_relocations(
    raw: Bytes, machine: int, offset: int, size: int, kind: str
) -> list[Relocation]:
    """The relocations of KIND "REL", "RELA" or "RELR" in SIZE bytes from OFFSET on.

    Raises:
        ElfError: they do not lie in the file.
    """
    if kind == "RELR":
        # Each place has its addend in it, so that there cannot be more of them than file.
        most = raw.size // raw.layouts["word"].size
        places = list(islice(_packed(raw, offset, size), most + 1))
        if len(places) > most:
            raise raw.error("the RELR relocations are for more places than the file has", offset)
        return [Relocation(address, 0, 0, None) for address in places]
    if machine == EM_MIPS and raw.elf_class == 64:
        return list(_mips(raw, offset, size, kind))
    layout = kind.lower()
    step = raw.layouts[layout].size
    rows = raw.table(layout, offset, size // step, step, f"the {kind} relocations")
    shift, mask = (32, 0xFFFFFFFF) if raw.elf_class == 64 else (8, 0xFF)
    if kind == "RELA":
        return [
            Relocation(place, info & mask, info >> shift, addend) for place, info, addend in rows
        ]
    return [Relocation(place, info & mask, info >> shift, None) for place, info in rows]


def _mips(raw: Bytes, offset: int, size: int, kind: str) -> Iterator[Relocation]:
    """MIPS64 has three types in one entry, and its halves in this order in both byte orders."""
    layout = "mips_rela" if kind == "RELA" else "mips_rel"
    step = raw.layouts[layout].size
    for row in raw.table(layout, offset, size // step, step, f"the {kind} relocations"):
        place, symbol, _, third, second, first = row[:6]
        addend = row[6] if kind == "RELA" else None
        yield Relocation(place, first | second << 8 | third << 16, symbol, addend)


def _packed(raw: Bytes, offset: int, size: int) -> Iterator[int]:
    """The addresses that RELR's words stand for.

    An even word is an address; an odd one is a bitmap of the words behind the last address.
    """
    word = raw.layouts["word"].size
    mask = (1 << word * 8) - 1
    rows = raw.table("word", offset, size // word, word, "the RELR relocations")
    place = 0
    for (entry,) in rows:
        if not entry & 1:
            yield entry
            place = entry + word
            continue
        bits, address = entry >> 1, place
        while bits:
            if bits & 1:
                yield address & mask
            bits >>= 1
            address += word
        place += (word * 8 - 1) * word
