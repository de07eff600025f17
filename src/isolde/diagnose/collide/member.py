"""The files of a party in the process: which are its own, which it shares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from isolde.diagnose.collide.party import PROGRAM
from isolde.diagnose.collide.process import LOCAL, Process
from isolde.resolve import System

if TYPE_CHECKING:
    from isolde.diagnose.collide.host import Host
    from isolde.diagnose.collide.party import Party
    from isolde.elf import File
    from isolde.resolve import LoadedObject


@dataclass(frozen=True, eq=False)
class Member:
    """A party, and the process as it is with that party alone.

    party: who.
    process: everything of it opened, and of nobody else.
    """

    party: Party
    process: Process

    @classmethod
    def alone(cls, party: Party, system: System, host: Host) -> Member:
        """PARTY in a process of its own: a program's own, or that of HOST.

        Raises:
            OSError: a file cannot be opened.
            ElfError: a file is malformed.
        """
        if party.kind == PROGRAM:
            return cls(party, Process(system, party.paths[0], host.files))
        process = Process(system, host.base, host.files)
        for path in party.own:
            process.open(path, LOCAL)
        return cls(party, process)

    @property
    def is_program(self) -> bool:
        """Whether it is the process's program."""
        return self.party.kind == PROGRAM

    @property
    def name(self) -> str:
        """What it was asked for by."""
        return self.party.name

    @cached_property
    def files(self) -> frozenset[File]:
        """What it brings into the process, whoever else brings it too."""
        return self.process.files

    @cached_property
    def objects(self) -> tuple[LoadedObject, ...]:
        """The same, as objects of its own process."""
        return tuple(item for item in self.process.objects if item.file in self.files)
