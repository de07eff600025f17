"""The members of an archive while they change; it is replaced whole or not at all.

Which of two members of one name is meant, and where a new one goes, are the rules of GNU `ar` 2.40.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

from isolde.binutils.ar.options import Options, Place
from isolde.binutils.replacement import replacing
from isolde.elf._source import map_any
from isolde.elf.archive import Archive, Member, is_archive
from isolde.elf.archive_writer import NewMember, archive_parts
from isolde.errors import ElfError


class Change(NamedTuple):
    """What happened to a member.

    action: "added", "replaced", "moved", "deleted", "extracted" or "missing".
    name: the file or the member, as it was asked for.
    """

    action: str
    name: str


class _Entry(NamedTuple):
    """A member as it stands in the archive, or a file that is to be one, and what it is called."""

    name: str
    member: NewMember
    is_new: bool


class Contents:
    """The members of an archive while they are changed."""

    def __init__(self, path: str, options: Options) -> None:
        self.path = path
        self.options = options
        self.changes: list[Change] = []
        self.is_thin = options.thin
        self.is_created = not os.path.exists(path)  # noqa: PTH110
        self._entries: list[_Entry] = []
        if not self.is_created:
            self._read()

    def _read(self) -> None:
        archive = Archive(self.path)
        if self.options.thin and not archive.is_thin:
            raise ElfError(
                self.path, "is no thin archive and cannot be made one; write a new one instead"
            )
        self.is_thin = archive.is_thin
        self._entries = [
            _Entry(member.name, self._kept(member), False) for member in archive.members
        ]

    def _kept(self, member: Member) -> NewMember:
        facts = (member.mtime, member.uid, member.gid, member.mode)
        if member.origin is None or member.path is None:
            return NewMember(member.name, member.data, *facts)
        return NewMember(self._relative(member.path), member.data, *facts, origin=member.origin)

    # Operations.

    def replace(self, files: Sequence[str]) -> None:
        """Each of FILES takes the place of the member of its name, or is appended ("r")."""
        for file in files:
            position = self._position(file, is_new=False)
            if position is None:
                self._insert(file, "added", self.options.place)
            elif not self.options.newer_only or self._is_newer(file, position):
                old = self._entries[position]
                # GNU's rule: behind the first member of that name, which is the old one as a rule.
                self._insert(file, "replaced", self.options.place or Place(old.name, after=True))
                self._entries = [entry for entry in self._entries if entry is not old]

    def append(self, files: Sequence[str]) -> None:
        """Each of FILES becomes a new member at the end ("q")."""
        for file in files:
            self._insert(file, "added", None)

    def delete(self, names: Sequence[str]) -> None:
        """Takes the members out ("d")."""
        for name in names:
            position = self._position(name, instance=self.options.instance)
            if position is None:
                self.changes.append(Change("missing", name))
            else:
                del self._entries[position]
                self.changes.append(Change("deleted", name))

    def move(self, names: Sequence[str]) -> None:
        """Puts members elsewhere ("m").

        Raises:
            ElfError: the archive has no such member.
        """
        for name in names:
            position = self._position(name)
            if position is None:
                raise ElfError(self.path, f"has no member '{name}' to move; nothing was changed")
            entry = self._entries.pop(position)
            self._entries.insert(self._target(self.options.place), entry)
            self.changes.append(Change("moved", name))

    def write(self) -> None:
        """Replaces the archive.

        Raises:
            OSError: it cannot be written; it is as it was.
        """
        with replacing(self.path) as stream:
            self._write_to(stream)

    def _write_to(self, stream: BinaryIO) -> None:
        import time

        parts = archive_parts(
            [entry.member for entry in self._entries],
            archive=self.path,
            index=self.options.with_index,
            index_mtime=0 if self.options.deterministic else int(time.time()),
            thin=self.is_thin,
        )
        for part in parts:
            stream.write(part)

    # Members.

    def _name_of(self, file: str) -> str:
        return file if self.options.full_names else os.path.basename(file)  # noqa: PTH119

    def _position(self, name: str, *, is_new: bool | None = None, instance: int = 0) -> int | None:
        """Where the member is that NAME means; one that was just added is never replaced."""
        found = [
            position
            for position, entry in enumerate(self._entries)
            if (is_new is None or entry.is_new is is_new)
            and self._name_of(entry.name) == self._name_of(name)
        ]
        wanted = max(instance, 1) - 1
        return found[wanted] if wanted < len(found) else None

    def _target(self, place: Place | None) -> int:
        for position, entry in enumerate(self._entries):
            if place is not None and entry.name == place.name:
                return position + place.after
        return len(self._entries)

    def _insert(self, file: str, action: str, place: Place | None) -> None:
        for entry in self._entries_of(file):
            self._entries.insert(self._target(place), entry)
            self.changes.append(Change(action, file if entry.member.origin is None else entry.name))

    def _entries_of(self, file: str) -> list[_Entry]:
        """What FILE adds: itself, or to a thin archive each member of the archive that it is."""
        data = map_any(file, "member of an archive")
        if not self.is_thin or not is_archive(data):
            return [self._entry(file)]
        archive = Archive.from_bytes(data, file)
        if archive.is_thin:
            return [entry for member in archive.members for entry in self._of_thin(member)]
        return [
            _Entry(
                member.name,
                NewMember(self._relative(file), member.data, origin=member.offset),
                True,
            )
            for member in archive.members
        ]

    def _of_thin(self, member: Member) -> list[_Entry]:
        assert member.path is not None
        if member.origin is None:
            return [self._entry(member.path)]
        name = self._relative(member.path)
        return [_Entry(member.name, NewMember(name, member.data, origin=member.origin), True)]

    def _entry(self, file: str) -> _Entry:
        data = map_any(file, "member of an archive")
        name = self._relative(file) if self.is_thin else self._name_of(file)
        if self.options.deterministic:
            return _Entry(file, NewMember(name, data), True)
        status = os.stat(file)  # noqa: PTH116
        facts = (int(status.st_mtime), status.st_uid, status.st_gid, status.st_mode)
        return _Entry(file, NewMember(name, data, *facts), True)

    def _relative(self, file: str) -> str:
        """How a thin archive names FILE: from the archive's folder."""
        if os.path.isabs(file):  # noqa: PTH117
            return file
        folder = os.path.dirname(self.path)  # noqa: PTH120
        return os.path.relpath(file, folder or ".")

    def _is_newer(self, file: str, position: int) -> bool:
        return os.stat(file).st_mtime > self._entries[position].member.mtime  # noqa: PTH116
