"""What a file asks of others: its references to symbols, as its dynamic relocations state them.

A loader looks a symbol up for a relocation, not for an entry of the symbol table: an undefined
symbol that no relocation names is never asked for.  What the relocation is for decides which
definitions will do (glibc calls that the type class): a function's slot and thread-local storage
take none that is only a stub in a program, a copy takes none of the program's own.

Relocation types are those of the processors' ELF supplements.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from isolde.elf import constants as c
from isolde.resolve.version import NO_VERSION, Wanted, version_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isolde.elf.file import File
    from isolde.elf.tables import RelocationTable

CALL, ADDRESS, COPY, TLS, UNUSED = "call", "address", "copy", "tls", "unused"
"""What a reference is for: a function's slot, an address in data, a copied variable, thread-local
storage; or nothing, an undefined symbol that no relocation names."""


class _Types(NamedTuple):
    """The relocation types of one machine that are not addresses of symbols."""

    copy: int
    jump_slot: int
    tls: frozenset[int]


def _types(copy: int, jump_slot: int, *tls: int) -> _Types:
    return _Types(copy, jump_slot, frozenset(tls))


_TYPES = {
    c.EM_X86_64: _types(5, 7, 16, 17, 18, 21, 23, 36),
    c.EM_386: _types(5, 7, 14, 35, 36, 37, 41),
    c.EM_AARCH64: _types(1024, 1026, 1028, 1029, 1030, 1031),
    c.EM_ARM: _types(20, 22, 13, 17, 18, 19),
    c.EM_S390: _types(9, 11, 54, 55, 56),
    c.EM_PPC: _types(19, 21, 68, 73, 78),
    c.EM_PPC64: _types(19, 21, 68, 73, 78),
    c.EM_RISCV: _types(4, 5, 6, 7, 8, 9, 10, 11, 12),
    c.EM_LOONGARCH: _types(4, 5, 6, 7, 8, 9, 10, 11, 13, 14),
    c.EM_MIPS: _types(126, 127, 38, 39, 40, 41, 47, 48),
    c.EM_SPARC: _types(19, 21, 74, 75, 76, 77, 78, 79),
    c.EM_SPARCV9: _types(19, 21, 74, 75, 76, 77, 78, 79),
    c.EM_68K: _types(19, 21, 40, 41, 42),
    c.EM_SH: _types(162, 164, 149, 150, 151),
    c.EM_ALPHA: _types(24, 26, 31, 33, 38),
}
_UNKNOWN = _types(-1, -1)
_AARCH64_X32 = _types(180, 182, 184, 185, 186, 187)


class Reference(NamedTuple):
    """One symbol that a file refers to, in one way.

    number: its index among the file's dynamic symbols.
    name: of the symbol.
    wanted: the version that is asked for, or none.
    kind: "call", "address", "copy", "tls" or "unused".
    weak: whether it may stay without a definition (it is 0 then).
    visibility: STV_*.
    binding: STB_*.
    defined: whether the file defines the symbol itself.
    """

    number: int
    name: str
    wanted: Wanted
    kind: str
    weak: bool
    visibility: int
    binding: int
    defined: bool

    @property
    def version(self) -> str | None:
        """The version that is asked for, by name."""
        return self.wanted.name

    @property
    def label(self) -> str:
        """The name, and the version behind an "@" where one is asked for."""
        return f"{self.name}@{self.wanted.name}" if self.wanted.name else self.name

    @property
    def is_local(self) -> bool:
        """Whether it means the file's own symbol, whatever others define."""
        return self.binding == c.STB_LOCAL or self.visibility in (c.STV_HIDDEN, c.STV_INTERNAL)


_known: WeakKeyDictionary[File, tuple[Reference, ...]] = WeakKeyDictionary()


def references(file: File) -> tuple[Reference, ...]:
    """What FILE's dynamic relocations refer to, each symbol once for each kind, in their order.

    Raises:
        ElfError: its tables are malformed.
    """
    found = _known.get(file)
    if found is None:
        found = _known[file] = tuple(_made(file, _pairs(file)))
    return found


def unused_references(file: File) -> tuple[Reference, ...]:
    """The undefined dynamic symbols of FILE that no relocation names.

    Raises:
        ElfError: its tables are malformed.
    """
    used = {reference.number for reference in references(file)}
    sections = file.dynamic_symbols.sections
    pairs = (
        (number, UNUSED)
        for number, section in enumerate(sections)
        if section == c.SHN_UNDEF and number and number not in used
    )
    return tuple(_made(file, pairs))


def relocated_symbols(file: File) -> Iterator[tuple[int, str, bool]]:
    """Every relocation of FILE that names a symbol, in the loader's order, repetitions included.

    Yields:
        The symbol's number; what for, as `Reference.kind`; whether it may wait until it is called.

    Raises:
        ElfError: its tables are malformed.
    """
    kinds = _kinds_of(file)
    for table in file.dynamic_relocations:
        may_wait = table.name == "JMPREL"
        for entry in table.entries:
            if entry.symbol:
                yield entry.symbol, kinds.get(entry.type, ADDRESS), may_wait


def _made(file: File, pairs: Iterable[tuple[int, str]]) -> Iterator[Reference]:
    symbols = file.dynamic_symbols
    names, infos, others, sections = symbols.names, symbols.infos, symbols.others, symbols.sections
    indexes = file.versions.indexes if file.versions is not None else ()
    table, count, versioned = version_table(file), len(symbols), len(indexes)
    for number, kind in pairs:
        if not 0 < number < count:
            continue
        wanted = NO_VERSION
        if number < versioned:
            wanted = table.get(indexes[number] & c.VERSYM_VERSION, NO_VERSION)
        binding = infos[number] >> 4
        yield Reference(
            number,
            names[number],
            wanted,
            kind,
            binding == c.STB_WEAK,
            others[number] & 3,
            binding,
            sections[number] != c.SHN_UNDEF,
        )


def _pairs(file: File) -> dict[tuple[int, str], None]:
    """The symbols that relocations name, with what for."""
    kinds = _kinds_of(file)
    found: dict[tuple[int, str], None] = {}
    for table in file.dynamic_relocations:
        for number, type_ in _symbols_and_types(file, table):
            found[number, kinds.get(type_, ADDRESS)] = None
    if file.header.machine == c.EM_MIPS:
        found.update(dict.fromkeys(_mips_slots(file)))
    return found


def _kinds_of(file: File) -> dict[int, str]:
    """What relocation types are for, those of addresses left out."""
    types = _types_of(file)
    kinds = dict.fromkeys(types.tls, TLS)
    kinds[types.copy] = COPY
    kinds[types.jump_slot] = CALL
    return kinds


def _types_of(file: File) -> _Types:
    header = file.header
    if header.machine == c.EM_AARCH64 and header.elf_class == 32:
        return _AARCH64_X32
    return _TYPES.get(header.machine, _UNKNOWN)


def _symbols_and_types(file: File, table: RelocationTable) -> Iterator[tuple[int, int]]:
    """Each (symbol, type) of TABLE once; those without a symbol left out.

    Large files have hundreds of thousands of relative relocations, so that the second word of each
    entry is taken out of the table by a slice, and duplicates go before anything else is done.
    """
    header = file.header
    if table.kind == "RELR":
        return
    if header.machine == c.EM_MIPS and header.elf_class == 64:
        pairs = dict.fromkeys((entry.symbol, entry.type & 0xFF) for entry in table.entries)
        yield from (pair for pair in pairs if pair[0])
        return
    words = array("Q" if header.elf_class == 64 else "I")
    step = words.itemsize * (3 if table.kind == "RELA" else 2)
    whole = table.size - table.size % step
    words.frombytes(file.data[table.offset : table.offset + whole])
    if header.byte_order != sys.byteorder:
        words.byteswap()
    shift, mask = (32, 0xFFFFFFFF) if header.elf_class == 64 else (8, 0xFF)
    for info in dict.fromkeys(words[1 :: step // words.itemsize]):
        if info >> shift:
            yield info >> shift, info & mask


_DT_MIPS_SYMTABNO, _DT_MIPS_GOTSYM = 0x70000011, 0x70000013


def _mips_slots(file: File) -> Iterator[tuple[int, str]]:
    """On MIPS the last symbols have slots in the GOT, without relocations (psABI, "GOT")."""
    first = file.dynamic_value(_DT_MIPS_GOTSYM)
    if first is not None:
        count = file.dynamic_value(_DT_MIPS_SYMTABNO) or len(file.dynamic_symbols)
        for number in range(first, min(count, len(file.dynamic_symbols))):
            yield number, ADDRESS
