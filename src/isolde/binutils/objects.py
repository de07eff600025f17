"""The object files that a tool is pointed at: a file itself, or each member of an archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from isolde.elf import File
from isolde.elf.archive import Archive, is_archive


class Object(NamedTuple):
    """An object file; `member` is its name in the archive at `path`, None where it is the file."""

    path: str
    member: str | None
    file: File


@contextmanager
def objects_in(path: str) -> Iterator[Iterator[Object]]:
    """The objects of the file at PATH, which is open as long as the ``with`` lasts.

    Raises:
        OSError: it cannot be opened.
        ElfError: it is neither an ELF file nor an archive; so may be each member, when it comes.
    """
    if not _is_archive(path):
        with File(path) as file:
            yield iter([Object(path, None, file)])
        return
    with Archive(path) as archive:
        yield (Object(path, each.name, archive.open(each)) for each in archive.members)


def _is_archive(path: str) -> bool:
    if not Path(path).is_file():  # the open of a FIFO would wait; what it is, File says
        return False
    with open(path, "rb") as stream:  # noqa: PTH123 (errors name the path as it was given)
        return is_archive(stream.read(8))
