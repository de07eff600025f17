"""String tables: names that end with a NUL, found by their offset (gABI chapter 4)."""

from __future__ import annotations

from collections.abc import Iterable


class StringTable:
    """The strings of one SHT_STRTAB section or of DT_STRTAB.

    Names are UTF-8; bytes that are not come back as surrogate escapes (PEP 383).
    """

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

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
        """The strings at many OFFSETS; "" stands for one that is not there."""
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
