"""What `ar` prints about members: GNU's lines, or facts for JSON."""

from __future__ import annotations

import stat
from collections.abc import Sequence

from isolde.binutils.ar.contents import Change
from isolde.elf.archive import Archive, Member

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIGNS = {"added": "a", "replaced": "r", "moved": "m", "deleted": "d", "extracted": "x"}


def change_line(change: Change) -> str:
    """CHANGE as `ar v` tells it."""
    if change.action == "missing":
        return f"No member named `{change.name}'\n"
    return f"{_SIGNS[change.action]} - {change.name}\n"


def listing(members: Sequence[Member], *, verbose: bool, offsets: bool) -> str:
    """The lines of `ar t`, `ar tv` and `ar tO`."""
    lines = []
    for member in members:
        line = f"{_permissions(member.mode)} {member.uid}/{member.gid} {member.size:6} "
        line = f"{line}{_date(member.mtime)} " if verbose else ""
        is_here = offsets and member.data_offset is not None
        lines.append(line + _shown_name(member) + (f" {member.data_offset:#x}" if is_here else ""))
    return "".join(f"{line}\n" for line in lines)


def _shown_name(member: Member) -> str:
    """A file that a thin archive names is shown as it is found from here."""
    return member.name if member.path is None or member.origin is not None else member.path


def facts_of(
    archive: Archive, members: Sequence[Member], changes: Sequence[Change]
) -> dict[str, object]:
    """What --json prints about ARCHIVE: MEMBERS of it, its symbol index, and CHANGES."""
    names = {member.offset: member.name for member in archive.members}
    fields = ("name", "size", "mtime", "uid", "gid", "mode", "offset", "data_offset", "path")
    return {
        "archive": archive.path,
        "thin": archive.is_thin,
        "members": [{field: getattr(member, field) for field in fields} for member in members],
        "symbols": [
            {"name": name, "member": names.get(offset), "offset": offset}
            for name, offset in archive.symbol_index
        ],
        "changes": [change._asdict() for change in changes],
    }


def _permissions(mode: int) -> str:
    """The nine letters of `ls -l`, without the one for the kind of file."""
    return stat.filemode(mode & 0o7777)[1:]


def _date(seconds: int) -> str:
    """The time in the machine's zone, as `ar tv` has it: "Nov 22 14:12 2026"."""
    import time

    try:
        moment = time.localtime(seconds)
    except (OverflowError, ValueError, OSError):
        return "<time data corrupt>"
    clock = f"{moment.tm_hour:02}:{moment.tm_min:02}"
    return f"{_MONTHS[moment.tm_mon - 1]} {moment.tm_mday:2} {clock} {moment.tm_year}"
