"""Files and archives, stripped: in place, whole or not at all, or into another file."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from typing import NamedTuple

from isolde.binutils.replacement import replacing
from isolde.binutils.strip.debug_link import NAME, debug_link_to
from isolde.binutils.strip.options import ALL, Options
from isolde.binutils.strip.selection import plan_for
from isolde.elf import File
from isolde.elf._source import map_any
from isolde.elf.archive import Archive, is_archive
from isolde.elf.archive_writer import NewMember, archive_parts
from isolde.elf.rewriter import Plan, left_out, rewritten
from isolde.errors import ElfError


class Stripped(NamedTuple):
    """What has become of a file, or of a member of an archive.

    name: the file, or "ARCHIVE(MEMBER)".
    output: the file that was written.
    size, new_size: bytes, before and after.
    sections: the names of those that were removed.
    symbols: how many were removed.
    """

    name: str
    output: str
    size: int
    new_size: int
    sections: tuple[str, ...]
    symbols: int


class Manner(NamedTuple):
    """How a stripped file is written.

    keep_times: whether it keeps the old one's times.
    deterministic: whether members of an archive lose their times, owners and modes.
    debug_link: a debug file that it is to name, or "".
    """

    keep_times: bool = False
    deterministic: bool = True
    debug_link: str = ""


_USUAL = Manner()


def strip_file(
    path: str, options: Options, manner: Manner = _USUAL, output: str | None = None
) -> list[Stripped]:
    """Strips the file at PATH, or each member of the archive there.

    Args:
        path: an ELF file or an archive of them.
        options: what to remove.
        manner: how to write.
        output: the file to write; by default PATH itself.

    Returns:
        what was removed from the file, or from each member that is an ELF file.

    Raises:
        OSError: a file cannot be read or written.
        ElfError: the file is malformed, or is no ELF file; it is as it was.
    """
    target = path if output is None else output
    data = map_any(path)
    status = os.stat(path)  # noqa: PTH116
    if is_archive(data):
        stripped, parts = _archive(path, target, options, manner)
    else:
        file = File.from_bytes(data, path)
        one, pieces = _file(file, target, options, manner)
        stripped, parts = [one], pieces
    mode = None if output is None else stat.S_IMODE(status.st_mode)
    with replacing(target, mode=mode) as stream:
        stream.writelines(parts)
    if manner.keep_times:
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    return stripped


def _file(
    file: File, target: str, options: Options, manner: Manner
) -> tuple[Stripped, list[bytes | memoryview]]:
    added = [debug_link_to(manner.debug_link, file)] if manner.debug_link else []
    plan = plan_for(file, options, added)
    if added:
        plan = _without_link(file, plan)
    parts = list(rewritten(file, plan))
    return _facts(file, target, plan, sum(map(len, parts))), parts


def _without_link(file: File, plan: Plan) -> Plan:
    """PLAN without the link that FILE had before."""
    old = {section.number for section in file.sections if section.name == NAME}
    return plan._replace(sections={number for number in plan.sections if number not in old})


def _facts(file: File, target: str, plan: Plan, new_size: int) -> Stripped:
    sections, symbols = left_out(file, plan)
    return Stripped(file.path, target, file.size, new_size, tuple(sections), symbols)


def _archive(
    path: str, target: str, options: Options, manner: Manner
) -> tuple[list[Stripped], Iterable[bytes | memoryview]]:
    archive = Archive(path)
    if archive.is_thin:
        raise ElfError(path, "is a thin archive: its members are files, which can be stripped")
    if manner.debug_link:
        raise ElfError(path, "is an archive: debug files belong to executables and libraries")
    stripped, members = [], []
    for member in archive.members:
        data: bytes | memoryview = member.data
        if bytes(data[:4]) == b"\x7fELF":
            one, parts = _file(archive.open(member), target, options, manner)
            stripped.append(one)
            data = b"".join(parts)
        facts = (member.mtime, member.uid, member.gid, member.mode)
        members.append(NewMember(member.name, data, *(() if manner.deterministic else facts)))
    # Without symbols there is nothing to find members by.
    index = archive.has_symbol_index and options.what != ALL
    # An index that is older than its archive counts as outdated to some link editors.
    moment = 0 if manner.deterministic else int(time.time())
    return stripped, archive_parts(members, archive=path, index=index, index_mtime=moment)
