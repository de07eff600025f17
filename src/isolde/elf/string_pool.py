"""String tables to be written: equal strings stand there once, an end of one serves as another.

The order is that of GNU's tools (BFD), so that tables come out byte for byte like theirs.
"""

from __future__ import annotations


class StringPool:
    """Strings that are collected first; once finished, each has an offset."""

    def __init__(self) -> None:
        self._offsets: dict[bytes, int] = {}

    def add(self, text: bytes) -> None:
        """Takes TEXT (without its NUL) into the table."""
        if text:
            self._offsets.setdefault(text, 0)

    def finish(self) -> bytes:
        """The table; no string can be added any more."""
        longer = self._longer_strings()
        data = bytearray(b"\0")
        for text in self._offsets:
            if text not in longer:
                self._offsets[text] = len(data)
                data += text + b"\0"
        for text, whole in longer.items():
            self._offsets[text] = self._offsets[whole] + len(whole) - len(text)
        return bytes(data)

    def offset(self, text: bytes) -> int:
        """Where TEXT, which was added, begins in the finished table."""
        return self._offsets[text] if text else 0

    def _longer_strings(self) -> dict[bytes, bytes]:
        """For each string that ends another one: that other one."""
        longer: dict[bytes, bytes] = {}
        whole = b""
        # Sorted by their ends, a string stands right before those that end with it.
        for text in sorted(self._offsets, key=lambda text: text[::-1], reverse=True):
            if whole.endswith(text):
                longer[text] = whole
            else:
                whole = text
        return longer
