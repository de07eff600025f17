"""Archives, written as GNU `ar` writes them: every byte the same, so that a build can be compared.

First the symbol index, where an object is among the members, then the names that are longer than
15 bytes, then the members, each padded to an even offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from isolde.elf import constants as c
from isolde.elf.archive import HEADER_END, HEADER_SIZE, MAGIC, THIN_MAGIC
from isolde.elf.file import File
from isolde.errors import ElfError

_LONGEST_NAME = 15
_LARGEST_OFFSET = 0xFFFFFFFF
_INDEXED = (c.STB_GLOBAL, c.STB_WEAK, c.STB_GNU_UNIQUE)
_DIGITS = {"mtime": 12, "uid": 6, "gid": 6}


class NewMember(NamedTuple):
    """A member to be written.

    The defaults of mtime, uid, gid (seconds since 1970, numbers) and mode (st_mode) are those of
    archives that come out the same every time.

    name: in a thin archive, the file's path from the archive's folder.
    data: its bytes; a thin archive takes only the symbols and the size from them.
    origin: for a thin archive, where the member's header begins in the archive called `name`.
    """

    name: str
    data: bytes | memoryview
    mtime: int = 0
    uid: int = 0
    gid: int = 0
    mode: int = 0o644
    origin: int | None = None


def archive_parts(
    members: Sequence[NewMember],
    *,
    archive: str = "<archive>",
    index: bool = True,
    index_mtime: int = 0,
    thin: bool = False,
    wide: bool | None = None,
) -> Iterator[bytes | memoryview]:
    """The bytes of an archive of MEMBERS, in pieces.

    Args:
        members: in their order.
        archive: the archive's name, for errors.
        index: whether to write a symbol index; it is left out where no member is an ELF file.
        index_mtime: the time that stands on it, in seconds since 1970.
        thin: whether to write a thin archive, which only names its members.
        wide: whether offsets in the index have 64 bits; by default where one needs it.

    Raises:
        ElfError: a member has a name or a size that no archive can hold.
    """
    names, table = _names(members, archive, thin)
    sizes = [0 if thin else len(member.data) for member in members]
    symbols = [defined_symbols(member.data) for member in members] if index else []
    yield THIN_MAGIC if thin else MAGIC
    if any(of_member is not None for of_member in symbols):
        yield from _index([found or [] for found in symbols], sizes, len(table), index_mtime, wide)
    if table:
        yield _header("//", "", "", "", "", len(table))
        yield table
    for member, name in zip(members, names, strict=True):
        yield _member_header(member, name, archive)
        if not thin:
            yield member.data
            yield b"\n" * (len(member.data) & 1)


def defined_symbols(data: bytes | memoryview) -> list[str] | None:
    """What the object in DATA defines for others, in its order; None where it is no ELF file.

    A malformed object defines nothing, as for GNU `ar`: the link editor will say what is wrong.
    """
    try:
        file = File.from_bytes(data)
        table = file.symbols
        names, infos, sections = table.names, table.infos, table.sections
    except ElfError:
        return None
    return [
        name
        for name, info, section in zip(names, infos, sections, strict=True)
        if section != c.SHN_UNDEF and (info >> 4 in _INDEXED or section == c.SHN_COMMON)
    ]


def _names(members: Iterable[NewMember], archive: str, thin: bool) -> tuple[list[str], bytes]:
    """What stands in each header as the name, and the table of long names."""
    names, table = [], bytearray()
    known: dict[bytes, int] = {}
    for member in members:
        name = member.name.encode("utf-8", "surrogateescape")
        if not name or b"\n" in name:
            raise ElfError(archive, f"no member can be called {member.name!r}")
        if not thin and len(name) <= _LONGEST_NAME and b"/" not in name:
            names.append(member.name + "/")
            continue
        # Members of one nested archive share its name.
        place = known.get(name) if member.origin is not None else None
        if place is None:
            place = known[name] = len(table)
            table += name + b"/\n"
        names.append(f"/{place}" if member.origin is None else f"/{place}:{member.origin}")
    return names, bytes(table) + b"\n" * (len(table) & 1)


def _index(
    symbols: Sequence[Sequence[str]],
    sizes: Sequence[int],
    table_size: int,
    mtime: int,
    wide: bool | None,
) -> Iterator[bytes]:
    count = sum(map(len, symbols))
    text = b"".join(
        name.encode("utf-8", "surrogateescape") + b"\0" for found in symbols for name in found
    )
    before = len(MAGIC) + (HEADER_SIZE + table_size if table_size else 0)

    def size_with(width: int) -> int:
        size = width * (count + 1) + len(text)
        return size + -size % (8 if width == 8 else 2)

    width = 8 if wide else 4
    offsets = list(_offsets(sizes, before + HEADER_SIZE + size_with(width)))
    if wide is None and offsets and offsets[-1] > _LARGEST_OFFSET:
        width = 8
        offsets = list(_offsets(sizes, before + HEADER_SIZE + size_with(width)))
    size = size_with(width)
    yield _header("/" if width == 4 else "/SYM64/", str(mtime), "0", "0", "0", size)
    numbers = (
        offset.to_bytes(width, "big") * len(found)
        for offset, found in zip(offsets, symbols, strict=True)
    )
    yield (count.to_bytes(width, "big") + b"".join(numbers) + text).ljust(size, b"\0")


def _offsets(sizes: Iterable[int], offset: int) -> Iterator[int]:
    """Where the header of each member begins, the first one's at OFFSET."""
    for size in sizes:
        yield offset
        offset += HEADER_SIZE + size + (size & 1)


def _member_header(member: NewMember, name: str, archive: str) -> bytes:
    facts = {field: str(getattr(member, field)) for field in _DIGITS}
    # What does not fit is unknown, which is what 0 says.
    mtime, uid, gid = (
        text if len(text) <= _DIGITS[field] else "0" for field, text in facts.items()
    )
    size = len(member.data)
    if len(str(size)) > 10 or len(name.encode("utf-8", "surrogateescape")) > 16:
        raise ElfError(archive, f"member '{member.name}' is too large for an archive")
    return _header(name, mtime, uid, gid, f"{member.mode & 0o77777777:o}", size)


def _header(name: str, mtime: str, uid: str, gid: str, mode: str, size: int) -> bytes:
    start = name.encode("utf-8", "surrogateescape").ljust(16)
    rest = f"{mtime:<12}{uid:<6}{gid:<6}{mode:<8}{size:<10}"
    return start + rest.encode("ascii") + HEADER_END
