"""The files that a tool is told to look into: each opens by itself, so that one may be broken."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from isolde.elf import File
from isolde.elf.archive import Archive, Member, is_archive
from isolde.record import NamedTuple


class Input(NamedTuple):
    """A file, or the member of an archive.

    path: the file.  member: its name in the archive at `path`; None where it is the file.
    open: gives the ELF file, or raises OSError or ElfError.
    archived: what the archive says of the member.
    """

    path: str
    member: str | None
    open: Callable[[], File]
    archived: Member | None = None

    @property
    def name(self) -> str:
        """What the tools call it: "libshapes.a(circle.o)"."""
        return self.path if self.member is None else f"{self.path}({self.member})"


@contextmanager
def inputs_in(path: str) -> Iterator[list[Input]]:
    """The inputs in the file at PATH, which stays open as long as the ``with`` lasts.

    Raises:
        OSError: it cannot be opened.
        ElfError: it is an archive that cannot be read.
    """
    if not begins_as_archive(path):
        yield [Input(path, None, lambda: File(path))]
        return
    with Archive(path) as archive:
        yield [_member(archive, path, member) for member in archive.members]


def _member(archive: Archive, path: str, member: Member) -> Input:
    return Input(path, member.name, lambda: archive.open(member), member)


def begins_as_archive(path: str) -> bool:
    """Whether the file at PATH is an archive.

    Raises:
        OSError: it cannot be opened.
    """
    # The open of a FIFO would wait; what it is, File says.
    if not os.path.isfile(path):  # noqa: PTH113 (the import of pathlib takes longer than the work)
        return False
    with open(path, "rb") as stream:  # noqa: PTH123 (errors name the path as it was given)
        return is_archive(stream.read(8))
