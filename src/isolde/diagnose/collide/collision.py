"""Everything that is known about parties that are to live in one process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import combinations

from isolde.diagnose.collide import symbols
from isolde.diagnose.collide.advice import Advice, advise
from isolde.diagnose.collide.duplicate import Duplicates, duplicates
from isolde.diagnose.collide.environment import Environment
from isolde.diagnose.collide.gather import party_of
from isolde.diagnose.collide.habit import Habit, habits
from isolde.diagnose.collide.host import check_loadable, host_of
from isolde.diagnose.collide.member import Member
from isolde.diagnose.collide.party import Party, required
from isolde.diagnose.collide.process import MODES
from isolde.diagnose.collide.scenario import Scenario, scenarios
from isolde.diagnose.collide.static_tls import StaticTls, static_tls
from isolde.resolve import System


@dataclass(frozen=True)
class Missing:
    """A library that was not found, so that what it brings is not counted.

    name: as it is needed.
    needed_by: path of the file that needs it.
    party: whose file that is.
    """

    name: str
    needed_by: str | None
    party: str


@dataclass(frozen=True)
class Collision:
    """What happens when the parties live in one process.

    host: path of its program; None where nothing but libc is known of it.
    parties: in the order asked for, then the packages that they import.
    duplicates: what each pair both define.
    scenarios: for each order and mode, which bindings cross.
    static_tls: initial-exec TLS.
    habits: what is done to the whole process.
    missing: libraries that were not found.
    advice: what to do.
    """

    host: str | None
    parties: tuple[Party, ...]
    duplicates: tuple[Duplicates, ...]
    scenarios: tuple[Scenario, ...]
    static_tls: StaticTls
    habits: tuple[Habit, ...]
    missing: tuple[Missing, ...]
    advice: Advice

    def place(self, path: str) -> str:
        """PATH; of what is inside a wheel the wheel's own, and the path inside it."""
        for party in self.parties:
            if party.unpacked is not None and path.startswith(f"{party.unpacked}/"):
                return party.name + path[len(party.unpacked) :]
        return path


def collide(
    names: Sequence[str],
    environment: Environment,
    *,
    modes: Sequence[str] = MODES,
    host: str | None = None,
    system: System | None = None,
) -> Collision:
    """What clashes if all that NAMES stand for live in one process; nothing of it is run.

    Args:
        names: files, folders, wheels, packages of the environment, sonames; two or more.
        environment: the Python that packages belong to.
        modes: of dlopen: "RTLD_LOCAL", "RTLD_GLOBAL".
        host: the program of the process; None: the one among NAMES, or the environment's
            interpreter where extension modules are among the files, else nothing but libc.
        system: where libraries are looked for; None: this machine.

    Raises:
        OSError: a file cannot be read.
        ElfError: a file is malformed.
        TwoProgramsError: there is more than one program.
        TwoMachinesError: their files are for several kinds of machines.
        NotFoundError: a name stands for nothing.
        WheelError: a wheel cannot be read.
    """
    system = system or System()
    with ExitStack() as scratch:
        scratch.callback(symbols.forget)
        parties = tuple(party_of(name, environment, system, scratch) for name in names)
        check_loadable(parties, system)
        place = host_of(parties, environment, system, host)
        members = [Member.alone(party, system, place) for party in parties]
        helpers = [Member.alone(party, system, place) for party in required(parties)]
        played = scenarios(members, helpers, system, place, modes)
        return _collision(members, helpers, played, place.name)


def _collision(
    members: Sequence[Member],
    helpers: Sequence[Member],
    played: Iterator[Scenario],
    host: str | None,
) -> Collision:
    parties = tuple(member.party for member in members)
    everybody = (*members, *helpers)
    told = tuple(played)
    tls = static_tls(everybody)
    return Collision(
        host,
        (*parties, *(helper.party for helper in helpers)),
        tuple(duplicates(*pair) for pair in combinations(members, 2)),
        told,
        tls,
        habits(members),
        tuple(_missing(everybody)),
        advise(parties, told, tls),
    )


def _missing(members: Sequence[Member]) -> Iterator[Missing]:
    for member in members:
        for each in member.process.closure.missing:
            needed_by = each.needed_by.path if each.needed_by else None
            yield Missing(each.found.name, needed_by, member.name)
