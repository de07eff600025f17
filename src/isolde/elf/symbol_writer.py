"""Symbol tables to be written: some symbols of a table that was read, in the order ELF asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from isolde.elf._bytes import Bytes
from isolde.elf.constants import (
    SHN_COMMON,
    SHN_LORESERVE,
    SHN_UNDEF,
    SHN_XINDEX,
    STB_LOCAL,
)
from isolde.elf.string_pool import StringPool
from isolde.elf.symbol import SymbolTable


class WrittenSymbols(NamedTuple):
    """A symbol table's bytes.

    extended: the section index of each symbol where that does not fit into it, or 0
        (SHT_SYMTAB_SHNDX).
    strings: the names.
    local_count: how many symbols come before the first that is not local (sh_info).
    numbers: the new number of each symbol that was kept, by its old one.
    """

    data: bytes
    extended: bytes
    strings: bytes
    local_count: int
    numbers: Mapping[int, int]


def write_symbols(
    raw: Bytes, table: SymbolTable, kept: Sequence[int], sections: Mapping[int, int]
) -> WrittenSymbols:
    """The symbols of TABLE whose numbers are KEPT, local ones first.

    Args:
        raw: the file of TABLE.
        table: the symbols.
        kept: their numbers, ascending; symbol 0 is always there.
        sections: the new number of each section, by its old one.
    """
    order, local_count = _ordered(table, kept)
    names = [table.names[number].encode("utf-8", "surrogateescape") for number in order]
    pool = StringPool()
    for name in names:
        pool.add(name)
    strings = pool.finish()
    form = raw.layouts["symbol"]
    places = [_section(table, number, sections) for number in order]
    rows = (
        _row(raw, table, number, pool.offset(name), place)
        for number, name, place in zip(order, names, places, strict=True)
    )
    data = bytes(form.size) + b"".join(form.pack(*row) for row in rows)
    return WrittenSymbols(
        data,
        _extended(raw, places),
        strings,
        local_count + 1,
        {0: 0, **{old: new for new, old in enumerate(order, 1)}},
    )


def _ordered(table: SymbolTable, kept: Sequence[int]) -> tuple[list[int], int]:
    """The KEPT numbers, local symbols first, and how many of these there are."""
    bindings, places = table.bindings, table.raw_sections
    is_local = {
        number: bindings[number] == STB_LOCAL and places[number] not in (SHN_UNDEF, SHN_COMMON)
        for number in kept
    }
    local = [number for number in kept if is_local[number] and number]
    return local + [number for number in kept if not is_local[number] and number], len(local)


def _section(table: SymbolTable, number: int, sections: Mapping[int, int]) -> tuple[int, int]:
    """What st_shndx and, where that is SHN_XINDEX, its extension are to be."""
    raw = table.raw_sections[number]
    if SHN_LORESERVE <= raw != SHN_XINDEX:
        return raw, 0
    new = sections.get(table.sections[number], SHN_UNDEF)
    return (new, 0) if new < SHN_LORESERVE else (SHN_XINDEX, new)


def _row(
    raw: Bytes, table: SymbolTable, number: int, name: int, place: tuple[int, int]
) -> tuple[int, ...]:
    value, size = table.values[number], table.sizes[number]
    rest = (table.infos[number], table.others[number], place[0])
    return (name, *rest, value, size) if raw.elf_class == 64 else (name, value, size, *rest)


def _extended(raw: Bytes, places: Sequence[tuple[int, int]]) -> bytes:
    form = raw.layouts["u32"]
    return bytes(form.size) + b"".join(form.pack(extension) for _, extension in places)
