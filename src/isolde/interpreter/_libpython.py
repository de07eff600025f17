"""What a libpython says of itself, read from its file: nothing is loaded, nothing is run.

The name tells the version that matters for extension modules (3.12) and the ABI flags ("t" for a
build without GIL, "d" for a debug build).  The patch level (3.12.1) stands in the file as the text
that ``sys.version`` begins with; only segments that are mapped are searched, for debug information
can be ten times as large.
"""

# ruff: noqa: PTH119, PTH123
# Paths are text in this room: they come from pyvenv.cfg and sys.prefix and go to C.
from __future__ import annotations

import mmap
import os
import re
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

OLDEST, NEWEST = (3, 9), (3, 14)

_NAME = re.compile(r"libpython3\.(\d+)([a-z]*)\.so(?:\.\d+)*\Z")
_PROGRAM = re.compile(r"python3\.(\d+)[a-z]*\Z")
_HEADER = struct.Struct("<4sBB10xHHIQQQIHHH")  # ELF-64: up to e_phnum
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
_PT_LOAD, _PF_X, _PF_W, _X86_64, _ET_EXEC, _ET_DYN = 1, 1, 2, 62, 2, 3
# What a libpython that was linked to musl needs.
_MUSL = (b"\0libc.musl-x86_64.so.1\0", b"\0libc.so\0")


@dataclass(frozen=True)
class Libpython:
    """A libpython as its file describes it.

    Attributes:
        minor: 12 of Python 3.12.
        abiflags: "", "t", "d" or "td", as in ``sys.abiflags``.
        version: "3.12.1"; "3.12" where the file does not tell more.
    """

    minor: int
    abiflags: str
    version: str

    @property
    def name(self) -> str:
        """What its folders and files are called after: "python3.13t"."""
        return f"python3.{self.minor}{self.abiflags}"

    @property
    def library_folder(self) -> str:
        """The name of the standard library's folder, which debug builds share."""
        return f"python3.{self.minor}{self.abiflags.replace('d', '')}"


def is_libpython_name(name: str) -> bool:
    """Whether NAME is that of a libpython of any version, and not the stub libpython3.so."""
    return _NAME.match(name) is not None


def read_libpython(path: str) -> Libpython | None:
    """What PATH is; None if it is no libpython that a process on this machine could map.

    That leaves out versions before 3.9 and after 3.14, other processors, linker scripts, and
    libraries that were linked to another C library (musl).
    """
    match = _NAME.match(os.path.basename(os.path.realpath(path)))
    if match is None or not OLDEST <= (3, int(match[1])) <= NEWEST:
        return None
    with _mapped(path, (_ET_DYN,)) as parts:
        if not parts or any(part.find(name) for part in parts for name in _MUSL):
            return None
        minor = int(match[1])
        return Libpython(minor, match[2], _version_in(parts, minor))


def needed_libpython(path: str) -> str | None:
    """The name of the libpython that the program PATH was linked to, if to any."""
    pattern = re.compile(rb"\0(libpython3\.\d+[a-z]*\.so(?:\.\d+)*)\0")
    with _mapped(path, (_ET_EXEC, _ET_DYN)) as parts:
        found = next((name for part in parts for name in part.all(pattern)), None)
    return os.fsdecode(found) if found else None


def is_program(path: str) -> bool:
    """Whether PATH is a program of this processor, and no script."""
    with _mapped(path, (_ET_EXEC, _ET_DYN)) as parts:
        return bool(parts)


def version_of_program(path: str) -> str | None:
    """The version of the Python PATH, "3.12.1", if it holds its libpython in itself."""
    match = _PROGRAM.match(os.path.basename(os.path.realpath(path)))
    if match is None:
        return None
    with _mapped(path, (_ET_EXEC, _ET_DYN)) as parts:
        return _version_in(parts, int(match[1]))


def _version_in(parts: list[_Part], minor: int) -> str:
    """The linker may keep it as the end of a longer text, but then of no other that ends alike."""
    pattern = re.compile(rb"(3\.%d\.\d+(?:(?:a|b|rc)\d+)?\+?)\0" % minor)
    for part in parts:
        found = list(part.all(pattern))
        whole = [text for text in found if part.find(b"\0" + text + b"\0")]
        if found:
            return (whole or found)[0].decode()
    return f"3.{minor}"


@dataclass(frozen=True)
class _Part:
    """A segment of a file."""

    view: mmap.mmap
    start: int
    end: int

    def find(self, text: bytes) -> bool:
        return self.view.find(text, self.start, self.end) >= 0

    def all(self, pattern: re.Pattern[bytes]) -> Iterator[bytes]:
        return (match[1] for match in pattern.finditer(self.view, self.start, self.end))


@contextmanager
def _mapped(path: str, kinds: tuple[int, ...]) -> Iterator[list[_Part]]:
    """The segments that nobody writes to, data before code; none if PATH is of no such kind."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open(path, "rb"))
            view = stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            headers = _headers(view, kinds)
        except (OSError, ValueError, struct.error):  # unreadable, empty, cut short
            yield []
            return
        constant = [each for each in headers if each[0] == _PT_LOAD and not each[1] & _PF_W]
        constant.sort(key=lambda each: each[1] & _PF_X)
        yield [_Part(view, each[2], each[2] + each[5]) for each in constant]


def _headers(view: mmap.mmap, kinds: tuple[int, ...]) -> list[tuple[int, ...]]:
    fields = _HEADER.unpack_from(view)
    magic, bits, order, kind, machine = fields[:5]
    if (magic, bits, order, machine) != (b"\x7fELF", 2, 1, _X86_64) or kind not in kinds:
        return []
    table, size, count = fields[7], fields[11], fields[12]
    return [_PROGRAM_HEADER.unpack_from(view, table + number * size) for number in range(count)]
