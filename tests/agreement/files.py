"""The files of the machine on which tools are compared, each inode once."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.toolchain import REPOSITORY

SYSTEM = ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec", "/lib64")
WHEELS = REPOSITORY / "build" / "packages"
FOLDERS = (*SYSTEM, str(WHEELS))

_KINDS = {b"\x7fELF": "elf", b"!<ar": "archive", b"!<th": "archive"}


class Sample(NamedTuple):
    """One file: its kind is "elf" or "archive", its size in bytes."""

    path: str
    kind: str
    size: int


def object_files(folders: Iterable[str]) -> list[Sample]:
    """Every ELF file and archive below FOLDERS, in the order of their paths."""
    seen: set[tuple[int, int]] = set()
    found = [each for folder in folders for each in _below(folder, seen)]
    return sorted(found)


def _below(folder: str, seen: set[tuple[int, int]]) -> Iterator[Sample]:
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)  # noqa: PTH118 (a million of them)
            try:
                status = os.stat(path)  # noqa: PTH116
            except OSError:
                continue  # a link that leads nowhere
            inode = (status.st_dev, status.st_ino)
            if stat.S_ISREG(status.st_mode) and inode not in seen:
                seen.add(inode)
                kind = _kind(path)
                if kind:
                    yield Sample(path, kind, status.st_size)


def _kind(path: str) -> str | None:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123
            return _KINDS.get(stream.read(4))
    except OSError:
        return None


def spread(files: list[Sample], count: int) -> list[Sample]:
    """COUNT of FILES, evenly from first to last; all where there are fewer."""
    if count >= len(files):
        return files
    return [files[number * len(files) // count] for number in range(count)]
