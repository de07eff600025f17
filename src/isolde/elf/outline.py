"""What the dynamic linker reads of a file before it maps it, read with a few `pread`s.

A tree of dependencies asks a hundred files for ten facts each.  Mapping every file, and importing
what reads all of its parts, takes several times as long as that.  So the ELF header, the program
headers, the dynamic section and its few strings are read here; whatever is unusual is left to
`isolde.elf.file.File`, which knows all there is to know about malformed files: `read_outline`
returns None then, and `outline_of` answers the same questions.
"""

from __future__ import annotations

import os
import struct

from isolde.elf import constants as c
from isolde.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from isolde.elf.file import File

START = 4096
"""How many bytes from its beginning `read_outline` wants: all headers of a usual file."""

_NAMING = (c.DT_NEEDED, c.DT_FILTER, c.DT_AUXILIARY)
_TEXTS = frozenset((*_NAMING, c.DT_SONAME, c.DT_RPATH, c.DT_RUNPATH))
_NUMBERS = frozenset((c.DT_STRTAB, c.DT_STRSZ, c.DT_FLAGS_1))
_LONGEST = 1024  # bytes of one string; a longer one is unusual
_SPAN = 8192  # strings that lie closer together are read at once
_NOTE_OWNER = b"FDO\0"


class Outline(NamedTuple):
    """A file as the dynamic linker sees it first.

    elf_class: 32 or 64.
    byte_order: "little" or "big".
    type, machine, flags: `e_type`, `e_machine`, `e_flags`.
    interpreter: PT_INTERP, or None.
    entries: (tag, name) of each DT_NEEDED, DT_FILTER and DT_AUXILIARY, in the file's order.
    soname, rpath, runpath: as they stand in the dynamic section, or None.
    flags_1: DT_FLAGS_1.
    is_dynamic: whether there is a dynamic section.
    has_dlopen_notes: whether it may have a `.note.dlopen`.
    """

    elf_class: int
    byte_order: str
    type: int
    machine: int
    flags: int
    interpreter: str | None
    entries: tuple[tuple[int, str], ...]
    soname: str | None
    rpath: str | None
    runpath: str | None
    flags_1: int
    is_dynamic: bool
    has_dlopen_notes: bool

    @property
    def is_executable(self) -> bool:
        """Whether this is a program; as `File.is_executable`."""
        if self.type != c.ET_DYN:
            return self.type == c.ET_EXEC
        if self.flags_1 & c.DF_1_PIE:
            return True
        return self.interpreter is not None and self.soname is None


def outline_of(file: File) -> Outline:
    """Return the outline of an open FILE.

    Raises:
        ElfError: its headers or its dynamic section are malformed.
    """
    header = file.header
    names = {
        c.DT_NEEDED: iter(file.needed),
        c.DT_FILTER: iter(file.filters),
        c.DT_AUXILIARY: iter(file.auxiliary),
    }
    return Outline(
        header.elf_class,
        header.byte_order,
        header.type,
        header.machine,
        header.flags,
        file.interpreter,
        tuple((tag, next(names[tag])) for tag, _ in file.dynamic if tag in names),
        file.soname,
        file.rpath,
        file.runpath,
        file.flags_1,
        bool(file.dynamic),
        True,
    )


def read_outline(descriptor: int, start: bytes, size: int) -> Outline | None:
    """Return the outline of an open file, or None where `outline_of` has to be asked.

    Args:
        descriptor: the file, open for reading.
        start: its first `START` bytes, or all.
        size: how many bytes it has.
    """
    layout = _LAYOUTS.get(start[4:6]) if start[:4] == c.ELF_MAGIC else None
    if layout is None:
        return None
    try:
        return _Reader(descriptor, start, size, layout).outline()
    except (_UnusualError, OSError, struct.error, OverflowError):
        return None


class _UnusualError(Exception):
    """The file is malformed, or its parts are where they are not expected."""


class _Layout:
    """The structures of a class and byte order; of program headers only what is used."""

    def __init__(self, elf_class: int, byte_order: str) -> None:
        order = "<" if byte_order == "little" else ">"
        wide = elf_class == 64
        self.elf_class, self.byte_order = elf_class, byte_order
        self.header = struct.Struct(order + ("HHIQQQIHHH" if wide else "HHIIIIIHHH"))
        self.segment = struct.Struct(order + ("I4xQQ8xQ16x" if wide else "III4xI12x"))
        self.dynamic = struct.Struct(order + ("QQ" if wide else "II"))


_LAYOUTS = {
    bytes((number, order)): _Layout(32 * number, name)
    for number in (1, 2)
    for order, name in ((1, "little"), (2, "big"))
}


class _Reader:
    def __init__(self, descriptor: int, start: bytes, size: int, layout: _Layout) -> None:
        self.descriptor, self.start, self.size, self.layout = descriptor, start, size, layout
        self.loads: list[tuple[int, int, int]] = []
        self.dynamic: tuple[int, int] | None = None
        self.interpreter: str | None = None
        self.has_notes = False

    def outline(self) -> Outline:
        header = self.layout.header.unpack_from(self.start, 16)
        kind, machine, _, _, table, _, flags, _, step, count = header
        self._read_segments(table, step, count)
        if self.dynamic is None:
            raise _UnusualError  # statically linked, an object file: sections are to be looked at
        wanted, numbers = self._read_tags(*self.dynamic)
        named = self._named(wanted, numbers)
        texts = dict(named)
        return Outline(
            self.layout.elf_class,
            self.layout.byte_order,
            kind,
            machine,
            flags,
            self.interpreter,
            tuple(each for each in named if each[0] in _NAMING),
            texts.get(c.DT_SONAME),
            texts.get(c.DT_RPATH),
            texts.get(c.DT_RUNPATH),
            numbers.get(c.DT_FLAGS_1, 0),
            True,
            self.has_notes,
        )

    def _bytes(self, offset: int, size: int) -> bytes:
        end = offset + size
        if end <= len(self.start):
            return self.start[offset:end]
        data = os.pread(self.descriptor, size, offset) if end <= self.size else b""
        if len(data) < size:
            raise _UnusualError
        return data

    def _read_segments(self, table: int, step: int, count: int) -> None:
        form = self.layout.segment
        if step != form.size or count == c.PN_XNUM:
            raise _UnusualError
        for kind, offset, address, size in form.iter_unpack(self._bytes(table, count * step)):
            if kind == c.PT_LOAD:
                self.loads.append((address, offset, size))
            elif kind == c.PT_DYNAMIC:
                self.dynamic = self.dynamic or (offset, size)
            elif kind == c.PT_NOTE:
                self.has_notes = self.has_notes or _NOTE_OWNER in self._bytes(offset, size)
            elif kind == c.PT_INTERP and size and self.interpreter is None:
                self.interpreter = _text(self._bytes(offset, size).split(b"\0", 1)[0])

    def _read_tags(self, offset: int, size: int) -> tuple[list[tuple[int, int]], dict[int, int]]:
        """The tags with a string's offset, in the file's order, and the last of each number."""
        form = self.layout.dynamic
        wanted, numbers = [], {}
        for tag, value in form.iter_unpack(self._bytes(offset, size - size % form.size)):
            if tag in _TEXTS:
                wanted.append((tag, value))
            elif tag in _NUMBERS:
                numbers[tag] = value
            elif tag == c.DT_NULL:
                break
        return wanted, numbers

    def _named(
        self, wanted: Sequence[tuple[int, int]], numbers: dict[int, int]
    ) -> list[tuple[int, str]]:
        """The tags with their strings."""
        if not wanted:
            return []
        strings = self._strings(numbers, [value for _, value in wanted])
        return [(tag, strings[value]) for tag, value in wanted]

    def _strings(self, numbers: dict[int, int], offsets: Sequence[int]) -> dict[int, str]:
        size = numbers.get(c.DT_STRSZ, 0)
        table = self._offset_of(numbers.get(c.DT_STRTAB, -1))
        first, last = min(offsets), max(offsets)
        if last >= size or table + size > self.size or last - first > _SPAN:
            return self._scattered_strings(table, size, offsets)
        data = self._bytes(table + first, min(last + _LONGEST, size) - first)
        return {offset: _string(data, offset - first) for offset in offsets}

    def _scattered_strings(self, table: int, size: int, offsets: Sequence[int]) -> dict[int, str]:
        if max(offsets) >= size or table + size > self.size:
            raise _UnusualError
        return {
            offset: _string(self._bytes(table + offset, min(_LONGEST, size - offset)), 0)
            for offset in offsets
        }

    def _offset_of(self, address: int) -> int:
        for start, offset, size in self.loads:
            if 0 <= address - start < size:
                return offset + address - start
        raise _UnusualError


def _string(data: bytes, at: int) -> str:
    end = data.find(b"\0", at)
    if end < 0:
        raise _UnusualError
    return _text(data[at:end])


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
