"""Object attributes: what a file says about the processor and the ABI that it was built for.

"Addenda to, and Errata in, the ABI for the Arm Architecture", chapter 3 ("aeabi"); the psABI of
RISC-V ("riscv"); the "gnu" vendor has the same form.
"""

from __future__ import annotations

from collections.abc import Iterator

from isolde.elf import ElfError
from isolde.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


_FORMAT = ord("A")
_COMPATIBILITY = 32
_WHOLE_FILE = 1
# Tags below 32 whose values are strings, and above it those that break the rule of odd and even.
_ARM_STRINGS = frozenset({4, 5, 65, 67})
_ARM_NUMBERS_BELOW = 32


class Attribute(NamedTuple):
    """One attribute: a number, a text, or (the compatibility tag) both."""

    tag: int
    number: int | None
    text: str | None


class Attributes(NamedTuple):
    """The attributes that one vendor has given to the file, a section or a symbol.

    scope: 1 for the file, 2 for sections, 3 for symbols, which `numbers` lists.
    """

    vendor: str
    scope: int
    numbers: tuple[int, ...]
    attributes: tuple[Attribute, ...]

    def number(self, tag: int) -> int | None:
        """The number of the attribute TAG; None where there is none."""
        return next((each.number for each in self.attributes if each.tag == tag), None)

    def text(self, tag: int) -> str | None:
        """The text of the attribute TAG; None where there is none."""
        return next((each.text for each in self.attributes if each.tag == tag), None)


class _Reader:
    """A place in the section; every read is checked against the end of what it is in."""

    def __init__(self, path: str, data: bytes, start: int, end: int) -> None:
        self.path, self.data, self.place, self.end = path, data, start, end

    def fail(self) -> ElfError:
        return ElfError(self.path, "the object attributes are cut short", None)

    def uleb(self) -> int:
        value = shift = 0
        while self.place < self.end and shift < 64:
            byte = self.data[self.place]
            self.place += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
        raise self.fail()

    def text(self) -> str:
        stop = self.data.find(b"\0", self.place, self.end)
        if stop < 0:
            raise self.fail()
        found = self.data[self.place : stop]
        self.place = stop + 1
        return found.decode("utf-8", "surrogateescape")

    def block(self, start: int, byte_order: Literal["little", "big"]) -> _Reader:
        """What the length here measures, from START on; this place moves behind it."""
        length = int.from_bytes(self.data[self.place : self.place + 4], byte_order)
        inside = _Reader(self.path, self.data, self.place + 4, start + length)
        if self.place + 4 > self.end or not inside.place <= inside.end <= self.end:
            raise self.fail()
        self.place = inside.end
        return inside


def read_attributes(
    data: bytes, path: str, byte_order: Literal["little", "big"]
) -> list[Attributes]:
    """All attributes in DATA, the bytes of an attributes section of the file PATH.

    Raises:
        ElfError: they are cut short.
    """
    if not data or data[0] != _FORMAT:
        return []
    whole = _Reader(path, data, 1, len(data))
    found: list[Attributes] = []
    while whole.place < whole.end:
        vendor = whole.block(whole.place, byte_order)
        found += _of_vendor(vendor, vendor.text(), byte_order)
    return found


def _of_vendor(
    reader: _Reader, vendor: str, byte_order: Literal["little", "big"]
) -> Iterator[Attributes]:
    while reader.place < reader.end:
        start = reader.place
        scope = reader.uleb()
        inside = reader.block(start, byte_order)
        numbers = [] if scope == _WHOLE_FILE else [*iter(inside.uleb, 0)]
        attributes = []
        while inside.place < inside.end:
            attributes.append(_attribute(inside, vendor))
        yield Attributes(vendor, scope, tuple(numbers), tuple(attributes))


def _attribute(reader: _Reader, vendor: str) -> Attribute:
    tag = reader.uleb()
    if tag == _COMPATIBILITY:
        return Attribute(tag, reader.uleb(), reader.text())
    if _is_text(vendor, tag):
        return Attribute(tag, None, reader.text())
    return Attribute(tag, reader.uleb(), None)


def _is_text(vendor: str, tag: int) -> bool:
    if vendor == "aeabi":
        return tag in _ARM_STRINGS or (tag > _ARM_NUMBERS_BELOW and bool(tag & 1))
    return bool(tag & 1)
