"""Symbol tables, read by columns (gABI chapter 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, overload

from isolde.elf._bytes import Bytes
from isolde.elf.constants import SHN_UNDEF, SHN_XINDEX
from isolde.elf.strings import StringTable
from isolde.elf.version import Versions


class Symbol(NamedTuple):
    """One symbol.

    value: an address, an offset in its section (ET_REL), or an alignment (SHN_COMMON).
    size: bytes, 0 where unknown.
    type, binding, visibility: STT_*, STB_*, STV_*.
    other: the whole st_other, whose upper bits some processors use.
    section: st_shndx; where that is SHN_XINDEX, the index it stands for.
    number: position in its table.
    version: "GLIBC_2.2.5", or None; only dynamic symbols have one.
    is_default: whether a reference without a version may mean it: "name@@version" in tools.
    """

    name: str
    value: int
    size: int
    type: int
    binding: int
    visibility: int
    other: int
    section: int
    number: int
    version: str | None
    is_default: bool

    @property
    def is_defined(self) -> bool:
        """Whether this file has it, rather than asks for it."""
        return self.section != SHN_UNDEF


class SymbolTable(Sequence[Symbol]):
    """The symbols of one table, in the file's order; symbol 0 is the reserved one.

    Columns (`names`, `values`, …) are tuples or lists as long as the table; they are made on first
    use, and are the quick way through a large table.  Iterating makes a `Symbol` of each.
    """

    def __init__(
        self,
        rows: Iterator[tuple[int, ...]],
        strings: StringTable,
        *,
        wide: bool,
        versions: Versions | None = None,
        extended: Sequence[int] = (),
    ) -> None:
        columns = tuple(zip(*rows, strict=True)) or ((),) * 6
        if wide:
            self._name_offsets, self.infos, self.others, self._sections, self.values, self.sizes = (
                columns
            )
        else:
            self._name_offsets, self.values, self.sizes, self.infos, self.others, self._sections = (
                columns
            )
        self._strings = strings
        self._versions = versions
        self._extended = extended

    infos: tuple[int, ...]
    """st_info of each: the binding in the upper four bits, the type in the lower."""
    others: tuple[int, ...]
    """st_other of each: the visibility in the lower two bits."""
    values: tuple[int, ...]
    sizes: tuple[int, ...]
    """Bytes."""

    @cached_property
    def names(self) -> list[str]:
        """The name of each symbol; "" for one whose name does not lie in the string table."""
        return self._strings.names(self._name_offsets)

    @cached_property
    def sections(self) -> tuple[int, ...]:
        """The section index of each, SHN_XINDEX resolved where the file says how."""
        extended = self._extended
        if not extended:
            return self._sections
        return tuple(
            extended[index] if section == SHN_XINDEX and index < len(extended) else section
            for index, section in enumerate(self._sections)
        )

    @cached_property
    def versions(self) -> list[str | None]:
        """The version of each symbol, or None."""
        return [version for version, _ in self._version_pairs]

    @cached_property
    def _version_pairs(self) -> Sequence[tuple[str | None, bool]]:
        if self._versions is None:
            return [(None, True)] * len(self)
        return self._versions.of_symbols(self.sections)

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, index: int) -> Symbol: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Symbol]: ...

    def __getitem__(self, index: int | slice) -> Symbol | Sequence[Symbol]:
        """The symbol at INDEX.

        Raises:
            IndexError: the table has no such symbol.
        """
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        name = self._strings.get(self._name_offsets[place])
        return self._symbol(place, name, *self._version_pairs[place])

    def _symbol(self, place: int, name: str, version: str | None, default: bool) -> Symbol:
        info, other = self.infos[place], self.others[place]
        return Symbol(
            name,
            self.values[place],
            self.sizes[place],
            info & 15,
            info >> 4,
            other & 3,
            other,
            self.sections[place],
            place,
            version,
            default,
        )

    def __iter__(self) -> Iterator[Symbol]:
        versions, defaults = zip(*self._version_pairs, strict=True) if len(self) else ((), ())
        return map(
            Symbol._make,
            zip(
                self.names,
                self.values,
                self.sizes,
                [info & 15 for info in self.infos],
                [info >> 4 for info in self.infos],
                [other & 3 for other in self.others],
                self.others,
                self.sections,
                range(len(self)),
                versions,
                defaults,
                strict=True,
            ),
        )


def read_symbols(
    raw: Bytes,
    offset: int,
    count: int,
    strings: StringTable,
    *,
    step: int = 0,
    versions: Versions | None = None,
    extended: Sequence[int] = (),
) -> SymbolTable:
    """The COUNT symbols from OFFSET on, STEP bytes (by default their size) from one to the next.

    Raises:
        ElfError: they do not lie in the file.
    """
    size = raw.layouts["symbol"].size
    rows = raw.table("symbol", offset, count, step or size, "the symbol table")
    return SymbolTable(
        rows, strings, wide=raw.elf_class == 64, versions=versions, extended=extended
    )
