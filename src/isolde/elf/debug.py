"""Separate debug files: where distributions put what `strip` took.

The rules are those of gdb's manual, "Separate Debug Files".
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from isolde.elf.file import File
from isolde.errors import ElfError

ROOTS = ("/usr/lib/debug",)
_CHUNK = 1 << 20


def debug_file(file: File, roots: Sequence[str] = ROOTS) -> str | None:
    """The path of FILE's debug file, or None: by build-id first, then by .gnu_debuglink.

    A file found by build-id has the same build-id, one found by its name the right checksum.
    """
    found = next((path for path in _by_build_id(file, roots)), None)
    return found or next((path for path in _by_link(file, roots)), None)


def debug_link(file: File) -> tuple[str, int] | None:
    """The name and the CRC-32 that .gnu_debuglink gives; None where there is no such section."""
    section = file.section(".gnu_debuglink")
    if section is None:
        return None
    data = bytes(file.section_data(section))
    name, end, _ = data.partition(b"\0")
    place = (len(name) + 4) & ~3
    if not end or place + 4 > len(data):
        raise ElfError(file.path, ".gnu_debuglink has no name or no checksum", section.offset)
    checksum = int.from_bytes(data[place : place + 4], _order(file))
    return name.decode("utf-8", "surrogateescape"), checksum


def checksum(path: Path) -> int:
    """The CRC-32 of a file's bytes, as .gnu_debuglink has it."""
    value = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            value = zlib.crc32(chunk, value)
    return value


def _by_build_id(file: File, roots: Sequence[str]) -> Iterator[str]:
    build_id = file.build_id
    if build_id is None or len(build_id) < 4:
        return
    for root in roots:
        path = f"{root}/.build-id/{build_id[:2]}/{build_id[2:]}.debug"
        if build_id_at(path) == build_id:
            yield path


def _by_link(file: File, roots: Sequence[str]) -> Iterator[str]:
    link = debug_link(file)
    if link is None or "/" in link[0] or not link[0]:
        return
    name, wanted = link
    own = Path(file.path).resolve()
    folders = [str(own.parent), f"{own.parent}/.debug", *(f"{root}{own.parent}" for root in roots)]
    for path in (Path(folder, name) for folder in folders):
        if _is_linked(path, own, wanted):
            yield str(path)


def _is_linked(path: Path, own: Path, wanted: int) -> bool:
    """Whether the file at PATH can be read, is another one than OWN, and has the right checksum."""
    try:
        return path.is_file() and not path.samefile(own) and checksum(path) == wanted
    except OSError:
        return False


def build_id_at(path: str) -> str | None:
    """The build-id of the file at PATH; None where it has none, or cannot be read."""
    try:
        with File(path) as file:
            return file.build_id
    except (OSError, ElfError):
        return None


def _order(file: File) -> Literal["little", "big"]:
    return "little" if file.header.byte_order == "little" else "big"
