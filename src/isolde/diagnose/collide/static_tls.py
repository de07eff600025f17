"""Thread-local storage of the initial-exec model, and what glibc keeps for it.

Such variables lie at a fixed distance from the thread pointer, in room that is set aside when the
process starts.  What is opened later shares a surplus, and is refused when it is used up.
docs/how-to/libraries-with-initial-exec-tls.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isolde.elf.constants import DF_STATIC_TLS, PT_TLS

if TYPE_CHECKING:
    from isolde.diagnose.collide.member import Member
    from isolde.elf import File

SURPLUS = 1664
"""Bytes that glibc keeps by default, for everything that is opened after the start."""


@dataclass(frozen=True)
class StaticTlsUser:
    """A file that wants initial-exec access to thread-local storage.

    path: of the file.
    size: bytes of its own, rounded up to their alignment; 0 where it wants another's.
    parties: who brings it.
    """

    path: str
    size: int
    parties: tuple[str, ...]


@dataclass(frozen=True)
class StaticTls:
    """What all parties together take of the surplus.

    users: by path.
    size: bytes.
    surplus: what there is.
    """

    users: tuple[StaticTlsUser, ...]
    size: int
    surplus: int

    @property
    def fits(self) -> bool:
        """Whether it is enough."""
        return self.size <= self.surplus


def static_tls(members: Iterable[Member], surplus: int = SURPLUS) -> StaticTls:
    """What the files of all MEMBERS take."""
    sizes: dict[File, tuple[str, int]] = {}
    parties: dict[File, list[str]] = {}
    for member in members:
        for item in member.objects:
            # A program's own was set aside at its start.
            if item.file not in member.process.started and item.file.flags & DF_STATIC_TLS:
                sizes[item.file] = item.path, _size(item.file)
                parties.setdefault(item.file, []).append(member.name)
    users = [StaticTlsUser(*sizes[file], tuple(parties[file])) for file in sizes]
    users.sort(key=lambda user: user.path)
    return StaticTls(tuple(users), sum(user.size for user in users), surplus)


def _size(file: File) -> int:
    for segment in file.segments:
        if segment.type == PT_TLS:
            step = max(segment.alignment, 1)
            return -(-segment.memory_size // step) * step
    return 0
