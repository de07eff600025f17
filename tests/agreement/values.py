"""Forms in which two texts tell the same, although their bytes differ."""

from __future__ import annotations

import re
from collections.abc import Callable

_ADDRESS = re.compile(rb"\(0x[0-9a-f]+\)")


def words(text: bytes) -> list[bytes]:
    """The lines of TEXT with single spaces between words."""
    return [b" ".join(line.split()) for line in text.split(b"\n")]


def lines(text: bytes) -> list[bytes]:
    """The lines of TEXT in an order that does not depend on that of the text."""
    return sorted(words(text))


def addresses(text: bytes) -> list[bytes]:
    """The lines of TEXT without the addresses that a loader has chosen."""
    return words(_ADDRESS.sub(b"(0x...)", text))


FORMS: dict[str, Callable[[bytes], list[bytes]]] = {
    "words": words,
    "lines": lines,
    "addresses": addresses,
}
