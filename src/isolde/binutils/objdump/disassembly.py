"""-d and -D: the code of sections, between the symbols in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from isolde.binutils.objdump.decoder import Decoder, Instruction
from isolde.binutils.objdump.labels import Label, Labels
from isolde.binutils.objdump.layout import layout_of
from isolde.binutils.objdump.sections import ShownSection
from isolde.binutils.objdump.view import View
from isolde.elf import constants as c
from isolde.record import NamedTuple

# So many zeros are not shown one by one; at the end of a block, fewer than three are not, either.
_MANY_ZEROS, _FEW_ZEROS = 8, 3
_EIGHT = bytes(_MANY_ZEROS)
_DATA_BYTES = 16
_DOTTED = bytes(byte if 32 <= byte < 127 else ord(".") for byte in range(256))
_WITH_MAPPINGS = (c.EM_ARM, c.EM_AARCH64)
_WORDS = {1: ".byte", 2: ".short", 4: ".word"}


class Line(NamedTuple):
    """What is shown of SIZE bytes at ADDRESS.

    kind: "instruction", "word" (data among code), "data" (of an object) or "zeros" (left out).
    chunk: bytes that are shown as one number.
    """

    kind: str
    address: int
    size: int
    text: str
    chunk: int


class Block(NamedTuple):
    """The bytes from one symbol up to the next.

    start, stop: offsets in the section.  label: how the block is called.
    is_data: it is no code.  is_thumb: its symbol says that it has Thumb instructions.
    """

    start: int
    stop: int
    label: str
    is_data: bool
    is_thumb: bool


class Disassembly:
    """The code of one file.

    all_sections: those without code, too.  syntax: "att" or "intel".
    function: the symbol whose code alone is wanted; "": all code is.

    Raises:
        MissingDisassemblerError: capstone is not installed.
        UnknownMachineError: it does not know the machine.
    """

    def __init__(self, view: View, *, all_sections: bool, syntax: str, function: str = "") -> None:
        self._view = view
        self._function = function
        self._has_function = False
        self._all = all_sections
        self._decoder = Decoder(view.header, syntax=syntax)
        self._labels = Labels(view)
        self._layout = layout_of(view.header)

    def sections(self) -> Iterator[tuple[ShownSection, bytes]]:
        """The sections that are disassembled, and their bytes."""
        view = self._view
        for section in view.wanted_sections:
            start, stop = view.range_in(section)
            if start >= stop or not (self._all or view.only or section.is_code):
                continue
            data = bytes(section.size)
            if section.has_contents:
                data = view.contents(section)
            if len(data) >= stop:
                self._labels.use(section)
                yield section, data
        if self._function and not self._has_function:
            view.tell(f"{view.name}: no code has the symbol {self._function} (--disassemble)")

    def blocks(self, section: ShownSection) -> Iterator[Block]:
        """The parts of SECTION, which `sections` has just given, between its symbols."""
        if not self._function:
            yield from self._all_blocks(section)
            return
        wanted = self._labels.extents(self._function, section)
        for block in self._all_blocks(section):
            address = section.address + block.start
            if any(address in extent for extent in wanted):
                self._has_function = True
                yield block

    def _all_blocks(self, section: ShownSection) -> Iterator[Block]:
        labels = self._labels
        start, stop = self._view.range_in(section)
        here = labels.find(section.address + start, section, own=True)
        while start < stop:
            label = None if here is None else labels.at(here)
            is_later = label is not None and label.address > section.address + start
            following = here if here is None or is_later else labels.next_in(here, section)
            end = stop
            if following is not None:
                end = min(labels.at(following).address - section.address, stop)
            end = stop if end <= start else end
            text = labels.text_for(section.address + start, section, here)
            is_data = not is_later and self._is_data(section, label)
            is_thumb = label is not None and label.is_thumb and not is_later
            yield Block(start, end, text, is_data, is_thumb)
            start, here = end, following

    def _is_data(self, section: ShownSection, label: Label | None) -> bool:
        if self._all or label is None:
            return False
        return label.is_data and label.section_number == section.header.number

    def lines(self, section: ShownSection, data: bytes, block: Block) -> Iterator[Line]:
        """The lines of BLOCK of SECTION, whose bytes are DATA."""
        for start, stop, kind in self._parts(section, block):
            yield from self._part(section, data, start, stop, kind, block.stop)

    def _parts(self, section: ShownSection, block: Block) -> Iterator[tuple[int, int, str]]:
        """The parts of BLOCK: "code", "thumb", "words" (by mapping symbols) or "data"."""
        if block.is_data:
            yield block.start, block.stop, "data"
            return
        default = "thumb" if block.is_thumb else "code"
        marks = self._marks(section)
        places = [place for place, _ in marks]
        start = block.start
        while start < block.stop:
            index = bisect_right(places, start)
            kind = marks[index - 1][1] if index else default
            end = min(places[index] if index < len(places) else block.stop, block.stop)
            yield start, end, kind
            start = end

    def _marks(self, section: ShownSection) -> list[tuple[int, str]]:
        if self._view.header.machine not in _WITH_MAPPINGS:
            return []
        kinds = {"d": "words", "t": "thumb"}
        return [
            (label.address - section.address, kinds.get(label.text[1], "code"))
            for label in self._labels.mappings
            if label.section_number == section.header.number
        ]

    def _part(
        self, section: ShownSection, data: bytes, start: int, stop: int, kind: str, end: int
    ) -> Iterator[Line]:
        """The lines from START up to STOP; END: of the block, where zeros end."""
        in_delay_slot = False
        while start < stop:
            for line in self._of_kind(section, data, start, stop, kind):
                zeros = 0 if data[start] or in_delay_slot else _zeros(data, start, end)
                if zeros:
                    yield Line("zeros", section.address + start, zeros, "...", 1)
                    start += zeros
                    break
                yield line
                start += line.size
                in_delay_slot = self._has_delay_slot(line)

    def _has_delay_slot(self, line: Line) -> bool:
        return self._view.header.machine == c.EM_MIPS and line.text[0] in "bj"

    def _of_kind(
        self, section: ShownSection, data: bytes, start: int, stop: int, kind: str
    ) -> Iterator[Line]:
        if kind == "data":
            return _data_lines(section, data, start, stop)
        if kind == "words":
            return self._words(section, data, start, stop)
        return self._instructions(section, data, start, stop, is_thumb=kind == "thumb")

    def _instructions(
        self, section: ShownSection, data: bytes, start: int, stop: int, *, is_thumb: bool
    ) -> Iterator[Line]:
        chunk = 2 if is_thumb else self._layout.chunk
        found = self._decoder.decode(data, section.address, start, stop, thumb=is_thumb)
        for each in found:
            text = each.text if each.target is None else self._named(section, each)
            yield Line("instruction", each.address, each.size, text, chunk or each.size)

    def _named(self, section: ShownSection, each: Instruction) -> str:
        name = self._labels.named(each.target or 0, section)
        return f"{each.text}{name}" if each.is_branch else f"{each.text}        # {name}"

    def _words(self, section: ShownSection, data: bytes, start: int, stop: int) -> Iterator[Line]:
        while start < stop:
            address = section.address + start
            size = min(4 - (address & 3), stop - start)
            if size == 3:
                size = 1 if address & 1 else 2
            piece = data[start : start + size]
            number = piece[::-1].hex() if self._layout.is_little else piece.hex()
            yield Line("word", address, size, f"{_WORDS[size]}\t0x{number}", size)
            start += size


def _data_lines(section: ShownSection, data: bytes, start: int, stop: int) -> Iterator[Line]:
    for place in range(start, stop, _DATA_BYTES):
        piece = data[place : min(place + _DATA_BYTES, stop)]
        text = piece.translate(_DOTTED).decode("ascii")
        yield Line("data", section.address + place, len(piece), text, 1)


def _zeros(data: bytes, start: int, end: int) -> int:
    """How many zeros from START on are left out."""
    if end - start >= _MANY_ZEROS and not data.startswith(_EIGHT, start):
        return 0
    count = end - start - len(data[start:end].lstrip(b"\0"))
    reaches_end = start + count == end
    if count >= _MANY_ZEROS:
        return count if reaches_end else count & ~3
    return count if reaches_end and count < _FEW_ZEROS else 0
