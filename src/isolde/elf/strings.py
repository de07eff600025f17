"""String tables: names that end with a NUL, found by their offset (gABI chapter 4)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate


class StringTable:
    """The strings of one SHT_STRTAB section or of DT_STRTAB.

    Names are UTF-8; bytes that are not come back as surrogate escapes (PEP 383).
    """

    __slots__ = ("_data", "_known")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known: dict[int, str] | None = None

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, offset: int) -> str:
        """The string at OFFSET.

        Raises:
            IndexError: OFFSET is outside the table, or the string has no end in it.
        """
        data = self._data
        if not 0 <= offset < len(data):
            raise IndexError(f"string {offset:#x} lies outside its table of {len(data):#x} bytes")
        end = data.find(b"\0", offset)
        if end < 0:
            raise IndexError(f"string {offset:#x} does not end in its table")
        return data[offset:end].decode("utf-8", "surrogateescape")

    def get(self, offset: int, otherwise: str = "") -> str:
        """The string at OFFSET, or OTHERWISE where there is none."""
        try:
            return self[offset]
        except IndexError:
            return otherwise

    def names(self, offsets: Iterable[int]) -> list[str]:
        """The strings at many OFFSETS; "" stands for one that is not there.

        The table is cut up once: some fifty times faster than to look for each end.  Names that
        are the tail of another (a linker shares them) are looked up one by one.
        """
        known = self._known
        if known is None:
            known = self._known = self._cut()
        try:
            return [known[offset] for offset in offsets]
        except (KeyError, TypeError):
            pass
        found = []
        for offset in offsets:
            name = known.get(offset)
            if name is None:
                name = known[offset] = self.get(offset)
            found.append(name)
        return found

    def _cut(self) -> dict[int, str]:
        data = self._data[: self._data.rfind(b"\0") + 1]
        if data.isascii():
            names = data.decode("ascii").split("\0")
            lengths = map(len, names)
        else:
            parts = data.split(b"\0")
            lengths = map(len, parts)
            names = [part.decode("utf-8", "surrogateescape") for part in parts]
        starts = accumulate((length + 1 for length in lengths), initial=0)
        known = dict(zip(starts, names, strict=False))
        known.pop(len(data), None)  # what is behind the last NUL is no string
        return known
