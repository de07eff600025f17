"""`strings`: runs of printable characters in any file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from isolde.binutils.sections import Kind, listed_sections
from isolde.elf import File
from isolde.errors import ElfError

# One character of each encoding: what stands before and behind its low byte.
_ZEROS = {"s": (0, 0), "S": (0, 0), "b": (1, 0), "l": (0, 1), "B": (3, 0), "L": (0, 3)}
ENCODINGS = tuple(_ZEROS)

_PRINTABLE, _SPACES, _UPPER_HALF = rb"\t\x20-\x7e", rb"\n\x0b\x0c\r", rb"\x80-\xff"


_EVERY = bytes(range(256))
_BLOCK = 1 << 16
LONGEST = 0xFFFFFFFE
"""The highest number of characters that may be asked for."""


class Found(NamedTuple):
    """A string and where it begins, in bytes from the file's start."""

    offset: int
    text: bytes


class Search:
    """What counts as a string.

    shortest: in characters.  encoding: one of `ENCODINGS`: s for 7 and S for 8 bits, b and l for
    16 bits of either byte order, B and L for 32.  white_space: line ends are part of strings.
    """

    def __init__(
        self, *, shortest: int = 4, encoding: str = "s", white_space: bool = False
    ) -> None:
        before, behind = _ZEROS[encoding]
        letters = _PRINTABLE + (_SPACES if white_space else b"")
        letters += _UPPER_HALF if encoding == "S" else b""
        character = b"\0" * before + b"[" + letters + b"]" + b"\0" * behind
        self._parts = _EVERY.translate(None, re.sub(b"[%b]" % letters, b"", _EVERY))
        self._parts += b"\0" if before or behind else b""
        self._pattern = re.compile(b"(?:%b){%d,}" % (character, shortest), re.DOTALL)
        self._width = before + 1 + behind
        self._place = before

    def texts(self, data: bytes | memoryview) -> list[bytes]:
        """Every string in DATA, without its place, which costs half the time."""
        found: list[bytes] = self._pattern.findall(data)
        return found if self._width == 1 else [self._narrow(text) for text in found]

    def find(self, data: bytes | memoryview, start: int = 0) -> Iterator[Found]:
        """Every string in DATA, which begins at START in its file."""
        for match in self._pattern.finditer(data):
            yield Found(start + match.start(), self._narrow(match.group()))

    def pieces(self, read: Callable[[int], bytes]) -> Iterator[tuple[int, bytes]]:
        """What READ gives until it gives nothing, with its place: pieces that cut no string.

        A string without end is held until it ends; of anything else no more than is read at once.
        """
        start, held = 0, b""
        while block := read(_BLOCK):
            held += block
            piece = held[: len(held.rstrip(self._parts))]
            if piece:
                yield start, piece
            start += len(piece)
            held = held[len(piece) :]
        yield start, held

    def _narrow(self, text: bytes) -> bytes:
        return bytes(text[self._place :: self._width])


def data_sections(data: memoryview, name: str) -> list[tuple[int, memoryview]]:
    """What -d reads: where each loaded section of an object file begins, and its bytes.

    Everything where DATA is no object file.
    """
    try:
        file = File.from_bytes(data, name)
        return [
            (section.offset, file.section_data(section))
            for section in listed_sections(file)
            if Kind(section).is_allocated and Kind(section).has_contents
        ]
    except ElfError:
        return [(0, data)]
