"""String tables: names that end with a NUL, found by their offset (gABI chapter 4)."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_OVERLAP, _ALWAYS_ROOM = 64, 1 << 20


class StringTable:
    """The strings of one SHT_STRTAB section or of DT_STRTAB.

    Names are UTF-8; bytes that are not come back as surrogate escapes (PEP 383).

    A linker lets a string begin inside another.  A file that does so at every byte of a long one
    would fill any memory: strings that make more than sixty-four tables are not there.
    """

    __slots__ = ("_data", "_known", "_room")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known: dict[int, str] = {}
        self._room = _MOST_OVERLAP * len(data) + _ALWAYS_ROOM

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, offset: int) -> str:
        """The string at OFFSET.

        Raises:
            IndexError: OFFSET is outside the table, or the string has no end in it.
        """
        known = self._known.get(offset)
        if known is not None:
            return known
        data = self._data
        if not 0 <= offset < len(data):
            raise IndexError(f"string {offset:#x} lies outside its table of {len(data):#x} bytes")
        end = data.find(b"\0", offset)
        if end < 0:
            raise IndexError(f"string {offset:#x} does not end in its table")
        if end - offset > self._room:
            raise IndexError(f"string {offset:#x} is one of too many that share their bytes")
        self._room -= end - offset
        text = self._known[offset] = data[offset:end].decode("utf-8", "surrogateescape")
        return text

    def get(self, offset: int, otherwise: str = "") -> str:
        """The string at OFFSET, or OTHERWISE where there is none."""
        try:
            return self[offset]
        except IndexError:
            return otherwise

    def names(self, offsets: Iterable[int]) -> list[str]:
        """The strings at many OFFSETS; "" stands for one that is not there."""
        offsets = [*offsets]
        if len(offsets) * self._longest() > self._room:
            return [self.get(offset) for offset in offsets]
        # Up to the last NUL every string ends; behind it, find's -1 makes an empty slice.
        data = self._data[: self._data.rfind(b"\0") + 1]
        if data.isascii():
            text = data.decode("ascii")
            find = text.find
            return [text[offset : find("\0", offset)] for offset in offsets]
        return [
            data[offset : data.find(b"\0", offset)].decode("utf-8", "surrogateescape")
            for offset in offsets
        ]

    def _longest(self) -> int:
        return max(map(len, self._data.split(b"\0")))
