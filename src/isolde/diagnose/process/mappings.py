"""What the kernel says a process has mapped: the lines of `/proc/PID/maps`, proc_pid_maps(5)."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

DELETED = " (deleted)"

_LINE = re.compile(
    rb"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+) *(.*)$",
    re.MULTILINE,
)


class Mapping(NamedTuple):
    """One range of addresses, [start, end).

    Attributes:
        permissions: "r-xp" and the like.
        offset: where in the file it starts, in bytes.
        device, inode: the file's, as st_dev and st_ino have them; 0 and 0 without a file.
        name: as the kernel gives it: a path, perhaps with " (deleted)" behind it, "[vdso]", or "".
    """

    start: int
    end: int
    permissions: str
    offset: int
    device: int
    inode: int
    name: str

    @property
    def is_file(self) -> bool:
        """Whether a file is behind it: on disk, unlinked, or of memory alone (memfd)."""
        return self.name.startswith("/")

    @property
    def is_executable(self) -> bool:
        """Whether it may be executed."""
        return "x" in self.permissions

    @property
    def path(self) -> str:
        """The name without the kernel's remark that it is gone."""
        return self.name.removesuffix(DELETED)

    def same_file(self, other: Mapping) -> bool:
        """Whether both are of one file."""
        return (self.device, self.inode, self.name) == (other.device, other.inode, other.name)


def parse_mappings(text: bytes) -> Mappings:
    """The mappings in TEXT, the contents of `/proc/PID/maps`."""
    return Mappings([_mapping(*found.groups()) for found in _LINE.finditer(text)])


def _mapping(
    start: bytes,
    end: bytes,
    permissions: bytes,
    offset: bytes,
    major: bytes,
    minor: bytes,
    inode: bytes,
    name: bytes,
) -> Mapping:
    return Mapping(
        int(start, 16),
        int(end, 16),
        permissions.decode(),
        int(offset, 16),
        os.makedev(int(major, 16), int(minor, 16)),
        int(inode),
        _name(name),
    )


def _name(name: bytes) -> str:
    """The kernel writes a name's newline as four characters, and nothing else differently."""
    return name.decode(errors="surrogateescape").replace("\\012", "\n")


class Mappings:
    """All mappings of a process, to be asked by address.

    Attributes:
        all: by rising address.
    """

    def __init__(self, mappings: Sequence[Mapping]) -> None:
        self.all = tuple(mappings)
        self._starts = [each.start for each in self.all]

    def position(self, address: int) -> int | None:
        """Index in `all` of the mapping that holds ADDRESS; None where nothing is mapped."""
        index = bisect_right(self._starts, address) - 1
        return index if index >= 0 and address < self.all[index].end else None

    def at(self, address: int) -> Mapping | None:
        """The mapping that holds ADDRESS, if one does."""
        index = self.position(address)
        return None if index is None else self.all[index]
