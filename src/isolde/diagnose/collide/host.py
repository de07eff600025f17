"""The process that the parties come into: its program, and what of it is nobody's.

An interpreter, where extension modules are among the parties: its libraries belong to no party.  A
program that is a party itself: then only libc belongs to none.  Else any program will do, and only
libc is known of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isolde.diagnose.collide.native import is_module
from isolde.diagnose.collide.party import PROGRAM
from isolde.diagnose.collide.process import Process
from isolde.elf.constants import ET_CORE, ET_REL
from isolde.errors import ElfError, IsoldeError
from isolde.resolve import System, search
from isolde.resolve.machine import Machine, machine_of_head

if TYPE_CHECKING:
    from isolde.diagnose.collide.environment import Environment
    from isolde.diagnose.collide.party import Party
    from isolde.elf import File

_UNLOADABLE = {ET_REL: "an object file for the linker", ET_CORE: "a core"}


class TwoProgramsError(IsoldeError, ValueError):
    """A process has one program."""


class TwoMachinesError(IsoldeError, ValueError):
    """A process is of one kind of machine."""


@dataclass(frozen=True)
class Host:
    """What is in the process before anything is opened.

    program: path of the file that it starts with; a libc's where no program is known.
    base: the same without a program that is a party.
    files: those that belong to no party.
    name: path of the program; None where none is known.
    """

    program: str | None
    base: str | None
    files: frozenset[File]
    name: str | None


def host_of(
    parties: Sequence[Party], environment: Environment, system: System, given: str | None
) -> Host:
    """The host of PARTIES; GIVEN: path of the program that the user named, or None.

    Raises:
        OSError: a file cannot be read.
        ElfError: a file is malformed.
        TwoProgramsError: there is more than one program.
    """
    programs = [party.paths[0] for party in parties if party.kind == PROGRAM]
    if len(programs) + (given is not None) > 1:
        names = " and ".join([*programs, *([given] if given else [])])
        raise TwoProgramsError(
            f"{names} cannot be programs of one process; `isolde run` gives each a space"
        )
    if programs:
        base = _libc_for(parties, system)
        return Host(programs[0], base, Process(system, base).started, programs[0])
    name = given or (environment.program if _has_modules(parties, system) else None)
    base = system.inside(name) if name else _libc_for(parties, system)
    return Host(base, base, Process(system, base).started, name)


def check_loadable(parties: Sequence[Party], system: System) -> None:
    """Makes sure that one process can have all that the PARTIES open.

    Raises:
        OSError: a file cannot be read.
        ElfError: a file is none that can be loaded.
        TwoMachinesError: their files are for several kinds of machines.
    """
    kinds: dict[Machine, str] = {}
    for path in (path for party in parties for path in party.own):
        kind = _UNLOADABLE.get(system.outline(path).type)
        if kind is not None:
            raise ElfError(path, f"is {kind}, which no process can open")
        machine = machine_of_head(system.head(path))
        if machine is not None:
            kinds.setdefault(machine, path)
    if len(kinds) > 1:
        told = " and ".join(
            f"{path} for {machine.name} ({machine.elf_class} bits)"
            for machine, path in kinds.items()
        )
        raise TwoMachinesError(f"no process can have files for several machines: {told}")


def _has_modules(parties: Sequence[Party], system: System) -> bool:
    if any(party.kind in ("package", "wheel") for party in parties):
        return True
    return any(is_module(system.real(path)) for party in parties for path in party.paths)


def _libc_for(parties: Sequence[Party], system: System) -> str | None:
    """The libc for the parties' machine; None if there is none."""
    machine = machine_of_head(system.head(parties[0].paths[0]))
    return search(system, "libc.so.6", machine=machine).path
