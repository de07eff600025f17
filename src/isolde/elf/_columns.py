"""The fields of a symbol table as columns, each cut out of the mapped bytes at one go."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from functools import cached_property

from isolde.elf._bytes import Bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Where the fields of Elf32_Sym and Elf64_Sym are, in bytes; the formats are array's and
# memoryview's for numbers of 2, 4 and 8 bytes.
_FIELDS = {
    32: {
        "name": (0, "I"),
        "value": (4, "I"),
        "size": (8, "I"),
        "info": 12,
        "other": 13,
        "section": (14, "H"),
    },
    64: {
        "name": (0, "I"),
        "info": 4,
        "other": 5,
        "section": (6, "H"),
        "value": (8, "Q"),
        "size": (16, "Q"),
    },
}


class SymbolColumns:
    """COUNT symbols from OFFSET on, STEP bytes from one to the next.

    Raises:
        ElfError: they do not lie in the file.
    """

    def __init__(self, raw: Bytes, offset: int, count: int, step: int) -> None:
        size = raw.layouts["symbol"].size
        if count and step < size:
            raise raw.error(
                f"entries of the symbol table have {step} bytes, fewer than {size}", offset
            )
        data = raw.slice(offset, count * step, "the symbol table") if count else raw.data[:0]
        if step != size:  # rare: cut to the usual size, so that one way of reading will do
            pieces = (data[place : place + size] for place in range(0, count * step, step))
            data = memoryview(b"".join(pieces))
        self.count = count
        self._data = data
        self._size = size
        self._fields = _FIELDS[raw.elf_class]
        self._foreign = raw.byte_order != sys.byteorder

    @cached_property
    def names(self) -> Sequence[int]:
        """st_name: offsets in the string table."""
        return self._numbers("name")

    @cached_property
    def values(self) -> Sequence[int]:
        """st_value."""
        return self._numbers("value")

    @cached_property
    def sizes(self) -> Sequence[int]:
        """st_size, in bytes."""
        return self._numbers("size")

    @cached_property
    def sections(self) -> Sequence[int]:
        """st_shndx, as it stands there."""
        return self._numbers("section")

    @cached_property
    def infos(self) -> bytes:
        """st_info."""
        return self._bytes("info")

    @cached_property
    def others(self) -> bytes:
        """st_other."""
        return self._bytes("other")

    def _numbers(self, field: str) -> Sequence[int]:
        place = self._fields[field]
        assert isinstance(place, tuple)
        offset, form = place
        width = array(form).itemsize
        return numbers(self._data.cast(form)[offset // width :: self._size // width], self._foreign)

    def _bytes(self, field: str) -> bytes:
        place = self._fields[field]
        assert isinstance(place, int)
        return self._data[place :: self._size].tobytes()


def numbers(column: memoryview[Any], foreign: bool) -> list[int]:
    """The numbers of COLUMN, which are in this machine's byte order unless FOREIGN."""
    if not foreign:
        return column.tolist()
    swapped = array(column.format, column.tobytes())
    swapped.byteswap()
    return swapped.tolist()
