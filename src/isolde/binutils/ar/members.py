"""The members that a command line names, and writing one as a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence

from isolde.binutils.ar.options import Options
from isolde.binutils.replacement import replacing
from isolde.elf.archive import Archive, Member
from isolde.errors import ElfError


def selected(archive: Archive, names: Sequence[str], options: Options) -> Iterator[Member | str]:
    """The members that NAMES mean, all without any; a name that means none comes as itself.

    A name that is said twice means the next member of that name.
    """
    if not names:
        yield from archive.members
        return
    normal: Callable[[str], str] = str if options.full_names else os.path.basename
    taken: set[int] = set()
    for name in names:
        matching = [member for member in archive.members if normal(member.name) == normal(name)]
        if options.instance:
            matching = matching[options.instance - 1 : options.instance]
        fresh = [member for member in matching if member.offset not in taken]
        if fresh:
            taken.add(fresh[0].offset)
        yield fresh[0] if fresh else name


def extract(member: Member, archive: Archive, folder: str, *, keep_times: bool) -> str:
    """Writes MEMBER as a file of its name into FOLDER, and gives the path.

    Raises:
        ElfError: its name is that of no file.
        OSError: it cannot be written.
    """
    name = os.path.basename(member.name)  # noqa: PTH119 (never out of the folder)
    if name in ("", ".", ".."):
        raise ElfError(
            archive.path, f"its member '{member.name}' has no name for a file", member.offset
        )
    path = os.path.join(folder, name)  # noqa: PTH118
    with replacing(path, mode=stat.S_IMODE(member.mode), follow=False) as stream:
        stream.write(member.data)
    if keep_times:
        os.utime(path, (member.mtime, member.mtime))
    return path
