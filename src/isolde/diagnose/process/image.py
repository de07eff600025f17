"""An ELF object in the memory of a process: read from its own program headers and tables.

What is on disk by now may be another file, so nothing of it is asked here.  Every number may be
garbage: of an object that is being closed, or of a mapping that only looks like one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from isolde.diagnose.process.memory import Memory, UnreadableError
from isolde.elf.constants import (
    DT_DEBUG,
    DT_GNU_HASH,
    DT_HASH,
    DT_SONAME,
    DT_STRTAB,
    DT_SYMTAB,
    NT_GNU_BUILD_ID,
    PT_DYNAMIC,
    PT_LOAD,
    PT_NOTE,
    PT_PHDR,
)
from isolde.elf.hash import gnu_hash, sysv_hash

_MOST_HEADERS = 4096
_MOST_ENTRIES = 4096
_MOST_NOTES = 1 << 16
_MOST_STEPS = 1 << 16


class Header(NamedTuple):
    """What of a program header counts in memory."""

    type: int
    offset: int
    address: int
    memory_size: int


class Image:
    """One ELF object of a process.

    Args:
        memory: the process's.
        bias: what is added to addresses in the file.
        headers: its program headers.
    """

    def __init__(self, memory: Memory, bias: int, headers: tuple[Header, ...]) -> None:
        self._memory = memory
        self.bias = bias
        self.headers = headers
        self._dynamic: dict[int, int] | None = None

    # ---- finding one -----------------------------------------------------------------------------

    @classmethod
    def of_program(cls, memory: Memory, address: int, count: int) -> Image:
        """The program whose headers are at ADDRESS, by the auxiliary vector.

        Raises:
            UnreadableError: they are not there.
        """
        headers = _read_headers(memory, address, count)
        own = next((each for each in headers if each.type == PT_PHDR), None)
        first = next((each for each in headers if each.type == PT_LOAD), None)
        if own is not None:
            bias = address - own.address
        elif first is not None and first.address < 0x1000:  # position-independent
            bias = address - address % 0x1000
        else:
            bias = 0
        return cls(memory, bias, headers)

    @classmethod
    def at(cls, memory: Memory, start: int) -> Image:
        """The object whose ELF header is at START.

        Raises:
            UnreadableError: there is none.
        """
        head = memory.read(start, 64)  # of 32 bits it has 52, but a segment is never that short
        if head[:4] != b"\x7fELF" or head[4] != memory.word // 4:
            raise UnreadableError(f"{start:#x}")
        wide = memory.word == 8
        (offset,) = (
            struct.unpack_from("=Q", head, 32) if wide else struct.unpack_from("=I", head, 28)
        )
        (count,) = struct.unpack_from("=H", head, 56 if wide else 44)
        headers = _read_headers(memory, start + offset, count)
        first = next((each for each in headers if each.type == PT_LOAD), None)
        if first is None:
            raise UnreadableError(f"{start:#x}")
        return cls(memory, start - first.address + first.offset, headers)

    # ---- its addresses ---------------------------------------------------------------------------

    @property
    def span(self) -> tuple[int, int]:
        """The addresses that its segments occupy, [start, end), in whole pages."""
        loads = [each for each in self.headers if each.type == PT_LOAD]
        start = min((each.address for each in loads), default=0)
        end = max((each.address + each.memory_size for each in loads), default=0)
        return self.bias + (start & -0x1000), self.bias + ((end + 0xFFF) & -0x1000)

    @property
    def dynamic_address(self) -> int | None:
        """Where its dynamic section is; None: it has none, so it is linked statically."""
        for each in self.headers:
            if each.type == PT_DYNAMIC:
                return self.bias + each.address
        return None

    # ---- its dynamic section ---------------------------------------------------------------------

    @property
    def debug(self) -> int:
        """DT_DEBUG: where the dynamic linker keeps its lists for debuggers; 0 if it has not said.

        Raises:
            UnreadableError: the dynamic section cannot be read.
        """
        return self._entries().get(DT_DEBUG, 0)

    @property
    def soname(self) -> str | None:
        """DT_SONAME; None where it has none, or none that can be read."""
        try:
            entries = self._entries()
            if DT_SONAME not in entries or DT_STRTAB not in entries:
                return None
            return self._memory.text(self._placed(entries[DT_STRTAB]) + entries[DT_SONAME])
        except UnreadableError:
            return None

    def _entries(self) -> dict[int, int]:
        if self._dynamic is None:
            self._dynamic = dict(self._read_entries())
        return self._dynamic

    def _read_entries(self) -> Iterator[tuple[int, int]]:
        place = next((each for each in self.headers if each.type == PT_DYNAMIC), None)
        if place is None:
            return
        pair = 2 * self._memory.word
        count = min(place.memory_size // pair, _MOST_ENTRIES)
        words = self._memory.words(self.bias + place.address, 2 * count)
        for tag, value in zip(words[::2], words[1::2], strict=True):
            if tag == 0:
                return
            yield tag, value

    def _placed(self, address: int) -> int:
        """With or without the bias: glibc adds it to dynamic entries, musl and Isolde do not."""
        start, end = self.span
        return address if start <= address < end else address + self.bias

    # ---- its notes -------------------------------------------------------------------------------

    @property
    def build_id(self) -> str | None:
        """The build-id in hexadecimal digits; None where it has none that is mapped."""
        for each in self.headers:
            if each.type == PT_NOTE:
                try:
                    size = min(each.memory_size, _MOST_NOTES)
                    data = self._memory.read(self.bias + each.address, size)
                except UnreadableError:
                    continue
                if found := _build_id(data):
                    return found
        return None

    # ---- its symbols -----------------------------------------------------------------------------

    def symbol(self, name: bytes) -> int | None:
        """The address of the dynamic symbol NAME that it defines; None where it has none."""
        try:
            entries = self._entries()
            if DT_SYMTAB not in entries or DT_STRTAB not in entries:
                return None
            for index in self._candidates(entries, name):
                if value := self._defined(entries, index, name):
                    return self.bias + value
        except UnreadableError:
            pass
        return None

    def _candidates(self, entries: dict[int, int], name: bytes) -> Iterator[int]:
        """Indexes of symbols that may have that NAME, by either hash table."""
        if DT_GNU_HASH in entries:
            yield from self._by_gnu_hash(self._placed(entries[DT_GNU_HASH]), name)
        elif DT_HASH in entries:
            yield from self._by_sysv_hash(self._placed(entries[DT_HASH]), name)

    def _by_gnu_hash(self, table: int, name: bytes) -> Iterator[int]:
        """See "GNU Hash ELF Sections" of binutils' and glibc's elf/dl-lookup.c."""
        buckets, first, bloom, _ = self._memory.numbers(table, 4)
        wanted = gnu_hash(name)
        at = table + 16 + bloom * self._memory.word
        index = self._memory.numbers(at + 4 * (wanted % (buckets or 1)), 1)[0]
        chains = at + 4 * buckets
        for _ in range(_MOST_STEPS if index >= first and index else 0):
            found = self._memory.numbers(chains + 4 * (index - first), 1)[0]
            if found | 1 == wanted | 1:
                yield index
            if found & 1:
                return
            index += 1

    def _by_sysv_hash(self, table: int, name: bytes) -> Iterator[int]:
        """See "Hash Table" of the System V ABI, chapter 5."""
        buckets, _ = self._memory.numbers(table, 2)
        place = table + 8 + 4 * (sysv_hash(name) % (buckets or 1))
        for _ in range(_MOST_STEPS):
            index = self._memory.numbers(place, 1)[0]
            if index == 0:
                return
            yield index
            place = table + 8 + 4 * (buckets + index)

    def _defined(self, entries: dict[int, int], index: int, name: bytes) -> int:
        """The value of symbol INDEX if it has that NAME and is defined here, else 0."""
        size, form = (24, "=IBBHQQ") if self._memory.word == 8 else (16, "=IIIBBH")
        place = self._placed(entries[DT_SYMTAB]) + index * size
        fields = struct.unpack(form, self._memory.read(place, size))
        section, value = (fields[3], fields[4]) if size == 24 else (fields[5], fields[1])
        text = self._placed(entries[DT_STRTAB]) + fields[0]
        same = self._memory.some(text, len(name) + 1) == name + b"\0"
        return value if same and section != 0 else 0


def _read_headers(memory: Memory, address: int, count: int) -> tuple[Header, ...]:
    size = 56 if memory.word == 8 else 32
    data = memory.read(address, size * min(count, _MOST_HEADERS))
    if memory.word == 8:
        found = struct.iter_unpack("=IIQQQQQQ", data)
        return tuple(Header(each[0], each[2], each[3], each[6]) for each in found)
    found = struct.iter_unpack("=IIIIIIII", data)
    return tuple(Header(each[0], each[1], each[2], each[5]) for each in found)


def _build_id(notes: bytes) -> str | None:
    """The build-id among NOTES: "Note Section" of the System V ABI, chapter 5."""
    place = 0
    while place + 12 <= len(notes):
        name_size, size, kind = struct.unpack_from("=3I", notes, place)
        name = place + 12
        text = name + (name_size + 3 & -4)
        if kind == NT_GNU_BUILD_ID and notes[name : name + name_size] == b"GNU\0":
            return notes[text : text + size].hex() or None
        place = text + (size + 3 & -4)
    return None
