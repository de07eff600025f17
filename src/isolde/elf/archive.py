"""Archives of object files (`ar`): libraries for the link editor, and lists of such files.

    with Archive("/usr/lib/x86_64-linux-gnu/libc.a") as archive:
        [member.name for member in archive.members]
        archive.symbol_index[0]                     # IndexEntry(name, offset of the member)

The layout is System V's, as GNU writes it: behind the magic, members with a text header of 60 bytes
each.  A member called "/" (or "/SYM64/", with wider numbers) is the symbol index, "//" holds names
that are too long for a header.  BSD keeps a long name before the member's bytes ("#1/LENGTH").  A
thin archive ("!<thin>") has no bytes of its members: they are files, named from the archive's own
folder; a member may also be one of an archive that is such a file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cached_property
from types import TracebackType
from typing import NamedTuple

from isolde.elf._source import map_any, map_file, unmap
from isolde.elf.file import File
from isolde.errors import ElfError

MAGIC, THIN_MAGIC = b"!<arch>\n", b"!<thin>\n"
HEADER_SIZE = 60
HEADER_END = b"`\n"

_INDEXES = {"/": 4, "/SYM64/": 8}
_BSD_INDEXES = ("__.SYMDEF", "__.SYMDEF SORTED", "__.SYMDEF_64", "__.SYMDEF_64 SORTED")
# Archives name files that are archives; a circle of them must end.
_DEEPEST = 8


def is_archive(data: bytes | memoryview) -> bool:
    """Whether DATA begins like an archive, thin or not."""
    return bytes(data[:8]) in (MAGIC, THIN_MAGIC)


class IndexEntry(NamedTuple):
    """One symbol of the index, and where the header of the member that defines it begins."""

    name: str
    offset: int


class Member:
    """One member of an archive.

    Attributes:
        name: in a thin archive, the file as the archive names it.
        mtime, uid, gid, mode: the file's, when it was archived; seconds since 1970, and st_mode.
            An archive that is made to be the same every time has 0, 0, 0 and 0o644.
        offset: where the member's header begins in the archive.
        size: bytes, when it was archived.
        path: the file that has a thin archive's member; None where the archive has its bytes.
        origin: where the member's header begins in the archive at `path`; None where the file at
            `path` is the member.
        data_offset: where the member's bytes begin in the archive (or the one at `path`); None
            where they are a file of their own.
    """

    __slots__ = (
        "_read",
        "data_offset",
        "gid",
        "mode",
        "mtime",
        "name",
        "offset",
        "origin",
        "path",
        "size",
        "uid",
    )

    def __init__(
        self,
        header: _Header,
        name: str,
        *,
        data_offset: int | None,
        size: int,
        read: Callable[[], memoryview],
        path: str | None = None,
        origin: int | None = None,
    ) -> None:
        self.name = name
        self.mtime, self.uid, self.gid, self.mode = header.facts
        self.offset = header.offset
        self.size = size
        self.path = path
        self.origin = origin
        self.data_offset = data_offset
        self._read = read

    @property
    def data(self) -> memoryview:
        """The member's bytes.

        Raises:
            OSError: a thin archive's member cannot be opened.
            ElfError: it is not what the archive says.
        """
        return self._read()

    def __repr__(self) -> str:
        return f"<isolde.elf.archive.Member {self.name!r}>"


class Archive:
    """An archive, thin or not; its members are read when they are first asked for.

    The file is mapped, not read; close it, or use it in a ``with``, to give the mapping back.

    Raises:
        OSError: the file cannot be opened.
        ElfError: it is no archive.  Every attribute may raise it, too: parts are checked when
            they are read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._begin(os.fspath(path), map_file(os.fspath(path), "archive"))

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview, name: str = "<bytes>") -> Archive:
        """The archive in DATA, called NAME in errors; a thin one's files are beside NAME.

        Raises:
            ElfError: it is no archive.
        """
        archive = cls.__new__(cls)
        archive._begin(name, memoryview(data).cast("B"))
        return archive

    def _begin(self, path: str, data: memoryview) -> None:
        if not is_archive(data):
            start = bytes(data[:8])
            raise ElfError(
                path,
                f"is no archive: it begins with {start.hex(' ')}, not with '!<arch>' or '!<thin>'"
                if start
                else "is empty, no archive",
                0,
            )
        self.path = path
        self.data = data
        self.is_thin = bytes(data[:8]) == THIN_MAGIC
        self._depth = 0
        self._opened: dict[str, Archive] = {}

    def close(self) -> None:
        """Gives the mappings back; archive and members must not be used afterwards."""
        for opened in self._opened.values():
            opened.close()
        unmap(self.data)

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<isolde.elf.archive.Archive {self.path!r}>"

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The members in the archive's order, without indexes and the table of names."""
        return tuple(
            self._member(header)
            for header in self._headers
            if header.name not in (*_INDEXES, "//")
            and self._own_name(header)[0] not in _BSD_INDEXES
        )

    def member(self, name: str) -> Member | None:
        """The first member called NAME."""
        return next((member for member in self.members if member.name == name), None)

    def member_at(self, offset: int) -> Member:
        """The member whose header begins at OFFSET, as the symbol index gives it.

        Raises:
            ElfError: none does.
        """
        try:
            return self._by_offset[offset]
        except KeyError:
            raise self._error("no member begins here", offset) from None

    def open(self, member: Member) -> File:
        """MEMBER as an ELF file, called "ARCHIVE(MEMBER)" in errors.

        Raises:
            OSError: a thin archive's member cannot be opened.
            ElfError: it is no ELF file.
        """
        return File.from_bytes(member.data, f"{self.path}({member.name})")

    @property
    def has_symbol_index(self) -> bool:
        """Whether the link editor finds symbols without opening each member."""
        return self._index_header is not None

    @cached_property
    def symbol_index(self) -> tuple[IndexEntry, ...]:
        """Which member defines which symbol; empty where the archive has no index ("s").

        Raises:
            ElfError: the index is malformed.
        """
        header = self._index_header
        if header is None:
            return ()
        return tuple(self._index(self._inside(header), _INDEXES[header.name], header.data_offset))

    # Reading.

    def _error(self, reason: str, offset: int | None = None) -> ElfError:
        return ElfError(self.path, reason, offset)

    @cached_property
    def _by_offset(self) -> dict[int, Member]:
        return {member.offset: member for member in self.members}

    @cached_property
    def _headers(self) -> tuple[_Header, ...]:
        return tuple(self._walk())

    @cached_property
    def _index_header(self) -> _Header | None:
        # Microsoft's archives have a second "/", in an order of its own.
        first = next(iter(self._headers), None)
        return first if first is not None and first.name in _INDEXES else None

    def _walk(self) -> Iterator[_Header]:
        offset = len(MAGIC)
        while offset < len(self.data):
            header = self._header(offset)
            yield header
            has_bytes = not self.is_thin or header.name in (*_INDEXES, "//")
            end = header.data_offset + (header.size if has_bytes else 0)
            if end > len(self.data):
                raise self._error(
                    f"a member of {header.size} bytes ends beyond the archive's "
                    f"{len(self.data)} bytes",
                    offset,
                )
            offset = end + (end & 1)

    def _header(self, offset: int) -> _Header:
        text = bytes(self.data[offset : offset + HEADER_SIZE])
        if len(text) < HEADER_SIZE:
            raise self._error(
                f"a member's header is cut short: {len(text)} bytes, not {HEADER_SIZE}", offset
            )
        if text[58:] != HEADER_END:
            raise self._error(
                f"a member's header ends with {text[58:].hex(' ')}, not with 60 0a", offset + 58
            )
        size = text[48:58].strip(b" ")
        if not size.isdigit():
            raise self._error(f"the size of a member is no number: {_shown(size)}", offset + 48)
        facts = (
            _number(text[16:28], 10),
            _number(text[28:34], 10),
            _number(text[34:40], 10),
            _number(text[40:48], 8),
        )
        return _Header(_text(text[:16].rstrip(b" ")), facts, offset, int(size))

    @cached_property
    def _long_names(self) -> memoryview:
        for header in self._headers:
            if header.name == "//":
                return self._inside(header)
        return self.data[:0]

    def _inside(self, header: _Header) -> memoryview:
        return self.data[header.data_offset : header.data_offset + header.size]

    def _own_name(self, header: _Header) -> tuple[str, int]:
        """The member's name, and how many of its bytes hold that name (BSD's long ones)."""
        name = header.name
        if name.startswith("#1/") and name[3:].isdecimal() and not self.is_thin:
            length = int(name[3:])
            if length > header.size:
                raise self._error(
                    f"a member of {header.size} bytes begins with a name of {length}", header.offset
                )
            start = header.data_offset
            return _text(bytes(self.data[start : start + length]).split(b"\0")[0]), length
        if name.startswith("/") and name[1:2].isdecimal():
            return self._long_name(header), 0
        for end in "\0/ ":
            if end in name:
                return name.split(end, 1)[0], 0
        return name, 0

    def _long_name(self, header: _Header) -> str:
        place = header.name[1:].partition(":")[0]
        table = self._long_names
        if not place.isdecimal() or int(place) >= len(table):
            raise self._error(
                f"the long name {header.name} is not in the archive's table of {len(table)} bytes",
                header.offset,
            )
        name = bytes(table[int(place) : int(place) + _longest(table)])
        name = name.split(b"\n", 1)[0].split(b"\0", 1)[0]
        return _text(name[:-1] if name.endswith(b"/") else name)

    def _member(self, header: _Header) -> Member:
        name, skipped = self._own_name(header)
        if self.is_thin:
            return self._outside_member(header, name)
        start, end = header.data_offset + skipped, header.data_offset + header.size
        return Member(
            header,
            name,
            data_offset=start,
            size=end - start,
            read=lambda: self.data[start:end],
        )

    # Members of thin archives.

    def _outside_member(self, header: _Header, name: str) -> Member:
        path = os.path.join(os.path.dirname(self.path), name)  # noqa: PTH118, PTH120 (as ar has it)
        origin = header.name.partition(":")[2]
        if not origin:
            # The file may have been made again since: what it is now is what ld takes.
            return Member(
                header,
                name,
                data_offset=None,
                size=header.size,
                read=lambda: map_any(path, "member of an archive"),
                path=path,
            )
        if not origin.isdecimal():
            raise self._error(f"'{header.name}' names no place in another archive", header.offset)
        inner = self._nested(path, header).member_at(int(origin))
        return Member(
            header,
            inner.name,
            data_offset=inner.data_offset,
            size=inner.size,
            read=lambda: inner.data,
            path=path,
            origin=inner.offset,
        )

    def _nested(self, path: str, header: _Header) -> Archive:
        if self._depth == _DEEPEST:
            raise self._error(f"archives lead to archives more than {_DEEPEST} deep", header.offset)
        if path not in self._opened:
            nested = Archive(path)
            nested._depth = self._depth + 1
            self._opened[path] = nested
        return self._opened[path]

    # The index.

    def _index(self, data: memoryview, width: int, offset: int) -> Iterator[IndexEntry]:
        if len(data) < width:
            raise self._error(f"the symbol index has {len(data)} bytes, no whole count", offset)
        count = int.from_bytes(data[:width], "big")
        names = width + count * width
        if names > len(data):
            raise self._error(
                f"the symbol index of {len(data)} bytes cannot hold {count} symbols", offset
            )
        texts = bytes(data[names:]).split(b"\0", count)
        if len(texts) <= count:
            raise self._error(
                f"the symbol index has {count} symbols but {len(texts) - 1} names", offset
            )
        for position in range(count):
            start = width + position * width
            yield IndexEntry(
                _text(texts[position]), int.from_bytes(data[start : start + width], "big")
            )


class _Header(NamedTuple):
    """A member's header: its name as it stands there, and mtime, uid, gid and mode."""

    name: str
    facts: tuple[int, int, int, int]
    offset: int
    size: int

    @property
    def data_offset(self) -> int:
        return self.offset + HEADER_SIZE


def _longest(table: memoryview) -> int:
    # PATH_MAX: a table without line ends must not be copied for every member.
    return min(len(table), 4096)


def _number(field: bytes, base: int) -> int:
    """What strtol reads: Microsoft's archives leave fields blank."""
    text = field.strip(b" \0")
    try:
        return int(text, base)
    except ValueError:
        return 0


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _shown(field: bytes) -> str:
    return f"'{field.decode('ascii', 'backslashreplace')}'"
