"""A library that a party gets from another, because its soname is in the process already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isolde.diagnose.collide.symbols import all_looked_up, defined

if TYPE_CHECKING:
    from isolde.diagnose.collide.crossing import Owners
    from isolde.diagnose.collide.member import Member
    from isolde.diagnose.collide.process import Process
    from isolde.elf import File
    from isolde.resolve import LoadedObject


@dataclass(frozen=True)
class Share:
    """One soname that two files answer to.

    name: what is needed.
    party: who needs it.
    owner: whose copy it gets; "the host" where it is the program's.
    wanted: path of the copy that it would have alone.
    got: path of the copy that it gets.
    lost_versions: symbol versions that it asks for, and the copy does not have: the file that
        needs them is refused.
    lost_symbols: names that it looks up, and only its own copy defines.
    same_build: whether both are the same build, by build-id.
    """

    name: str
    party: str
    owner: str
    wanted: str
    got: str
    lost_versions: tuple[str, ...]
    lost_symbols: tuple[str, ...]
    same_build: bool

    @property
    def parties(self) -> tuple[str, str]:
        """Both sides."""
        return self.party, self.owner


def shares(member: Member, process: Process, owners: Owners) -> tuple[Share, ...]:
    """What MEMBER gets in PROCESS instead of its own copies.

    Raises:
        ElfError: a file is malformed.
    """
    there = {item.file: item for item in process.objects}
    found: dict[tuple[File, File], Share] = {}
    for item in member.objects:
        other = there.get(item.file)
        for name, wanted, got in _differing(item, other) if other else ():
            key = (wanted.file, got.file)
            if key not in found:
                found[key] = _share(name, member, wanted, got, owners)
    return tuple(found.values())


def _differing(
    alone: LoadedObject, together: LoadedObject
) -> Iterator[tuple[str, LoadedObject, LoadedObject]]:
    rows = zip(alone.file.needed, alone.needs, together.needs, strict=False)
    for name, wanted, got in rows:
        if wanted is not None and got is not None and wanted.file is not got.file:
            yield name, wanted, got


def _share(
    name: str, member: Member, wanted: LoadedObject, got: LoadedObject, owners: Owners
) -> Share:
    holders = owners.get(got.file, ())
    versions = {each.name for each in got.file.version_definitions}
    asked = _versions_asked(name, member.files)
    lost = defined(wanted.file).keys() - defined(got.file).keys()
    return Share(
        name,
        member.name,
        holders[0].name if holders else "the host",
        wanted.path,
        got.path,
        tuple(sorted(asked - versions)) if versions else (),
        tuple(sorted(lost & all_looked_up(member.files))),
        wanted.file.build_id is not None and wanted.file.build_id == got.file.build_id,
    )


def _versions_asked(name: str, files: Iterable[File]) -> set[str]:
    return {
        version.name
        for file in files
        for need in file.version_needs
        if need.file == name
        for version in need.versions
    }
