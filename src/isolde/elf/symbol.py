"""Symbol tables, read by columns (gABI chapter 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import repeat
from typing import NamedTuple, overload

from isolde.elf._bytes import Bytes
from isolde.elf._columns import SymbolColumns
from isolde.elf.constants import SHN_UNDEF, SHN_XINDEX
from isolde.elf.strings import StringTable
from isolde.elf.version import Versions

# For bytes.translate: one call for a whole column.
_LOW_FOUR_BITS = bytes(byte & 15 for byte in range(256))
_HIGH_FOUR_BITS = bytes(byte >> 4 for byte in range(256))
_LOW_TWO_BITS = bytes(byte & 3 for byte in range(256))


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

    The columns (`names`, `values`, …) are sequences as long as the table; each is made on first
    use, and they are the quick way through a large table.  Iterating makes a `Symbol` of each.
    """

    def __init__(
        self,
        columns: SymbolColumns,
        strings: StringTable,
        *,
        versions: Versions | None = None,
        extended: Sequence[int] = (),
    ) -> None:
        self._columns = columns
        self._strings = strings
        self._versions = versions
        self._extended = extended

    @cached_property
    def names(self) -> list[str]:
        """The name of each symbol; "" for one whose name does not lie in the string table."""
        return self._strings.names(self._columns.names)

    @property
    def name_offsets(self) -> Sequence[int]:
        """st_name of each: where its name begins in `strings`."""
        return self._columns.names

    @property
    def strings(self) -> StringTable:
        """The string table that the names are in."""
        return self._strings

    @property
    def values(self) -> Sequence[int]:
        """The value of each."""
        return self._columns.values

    @property
    def sizes(self) -> Sequence[int]:
        """The size of each, in bytes."""
        return self._columns.sizes

    @property
    def infos(self) -> bytes:
        """st_info of each: the binding in the upper four bits, the type in the lower."""
        return self._columns.infos

    @property
    def others(self) -> bytes:
        """st_other of each: the visibility in the lower two bits."""
        return self._columns.others

    def name_of(self, number: int) -> str:
        """The name of symbol NUMBER, without the others' being read; "" where it is not there.

        Raises:
            IndexError: the table has no such symbol.
        """
        return self._strings.get(self._columns.names[number])

    @cached_property
    def types(self) -> bytes:
        """STT_* of each."""
        return self.infos.translate(_LOW_FOUR_BITS)

    @cached_property
    def bindings(self) -> bytes:
        """STB_* of each."""
        return self.infos.translate(_HIGH_FOUR_BITS)

    @cached_property
    def visibilities(self) -> bytes:
        """STV_* of each."""
        return self.others.translate(_LOW_TWO_BITS)

    @property
    def raw_sections(self) -> Sequence[int]:
        """st_shndx of each as it stands there: beside SHN_ABS a section 65,521 is SHN_XINDEX."""
        return self._columns.sections

    @cached_property
    def sections(self) -> Sequence[int]:
        """The section index of each, SHN_XINDEX resolved where the file says how."""
        extended, sections = self._extended, self._columns.sections
        if not extended:
            return sections
        return [
            extended[number] if section == SHN_XINDEX and number < len(extended) else section
            for number, section in enumerate(sections)
        ]

    @cached_property
    def versions(self) -> Sequence[str | None]:
        """The version of each symbol, or None."""
        return self._version_columns[0]

    @cached_property
    def defaults(self) -> Sequence[bool]:
        """Whether a reference without a version may mean each."""
        return self._version_columns[1]

    @cached_property
    def _version_columns(self) -> tuple[Sequence[str | None], Sequence[bool]]:
        if self._versions is None:
            return [None] * len(self), [True] * len(self)
        return self._versions.of_symbols(self.sections)

    def __len__(self) -> int:
        return self._columns.count

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
        return self._symbol(place)

    def _symbol(self, place: int) -> Symbol:
        info, other = self.infos[place], self.others[place]
        return Symbol(
            self._strings.get(self._columns.names[place]),
            self.values[place],
            self.sizes[place],
            info & 15,
            info >> 4,
            other & 3,
            other,
            self.sections[place],
            place,
            self.versions[place],
            self.defaults[place],
        )

    def __iter__(self) -> Iterator[Symbol]:
        rows = zip(
            self.names,
            self.values,
            self.sizes,
            self.types,
            self.bindings,
            self.visibilities,
            self.others,
            self.sections,
            range(len(self)),
            self.versions,
            self.defaults,
            strict=True,
        )
        # Symbol._make does the same with a check of the length, at three times the price.
        return map(tuple.__new__, repeat(Symbol), rows)


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
    columns = SymbolColumns(raw, offset, count, step or size)
    return SymbolTable(columns, strings, versions=versions, extended=extended)
