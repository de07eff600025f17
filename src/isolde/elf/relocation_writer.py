"""Relocations with other numbers for the symbols that they name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from isolde.elf._bytes import Bytes
from isolde.elf.constants import EM_MIPS

_32_BITS = 0xFFFFFFFF


def write_relocations(
    raw: Bytes,
    machine: int,
    data: memoryview,
    kind: str,
    numbers: Mapping[int, int],
    only: Collection[int] | None = None,
) -> bytes:
    """The relocations in DATA (KIND "REL" or "RELA"), their symbols renumbered.

    Args:
        raw: the file they are from.
        machine: EM_*.
        data: the relocations as they stand in the file.
        kind: how they do.
        numbers: the new number of each symbol, by its old one.
        only: the (old) numbers of symbols whose relocations stay; None: all stay.

    Raises:
        KeyError: a symbol has no new number.
    """
    form = raw.layouts[kind.lower()]
    whole = data[: len(data) - len(data) % form.size]
    shift, mask = _symbol_bits(raw, machine)
    kept = bytearray()
    for place, info, *addend in form.iter_unpack(whole):
        symbol = info >> shift & mask
        if only is None or symbol in only:
            info ^= (symbol ^ numbers[symbol]) << shift
            kept += form.pack(place, info, *addend)
    return bytes(kept)


def _symbol_bits(raw: Bytes, machine: int) -> tuple[int, int]:
    """Where in r_info the symbol is: how far to shift, and the bits that it has then."""
    if raw.elf_class == 32:
        return 8, 0xFFFFFF
    # MIPS64 has the symbol first in either byte order (see relocation.py).
    is_first = machine == EM_MIPS and raw.byte_order == "little"
    return (0 if is_first else 32), _32_BITS
