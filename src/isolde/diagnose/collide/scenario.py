"""One way in which the parties come into the process: in which order, and with which mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from isolde.diagnose.collide.crossing import Crossing, Doubt, crossings, owners_of
from isolde.diagnose.collide.process import MODES, Process
from isolde.diagnose.collide.rank import RANKS
from isolde.diagnose.collide.share import Share, shares
from isolde.resolve import System

if TYPE_CHECKING:
    from isolde.diagnose.collide.host import Host
    from isolde.diagnose.collide.member import Member


@dataclass(frozen=True)
class Scenario:
    """What happens when the parties are opened in this order with this mode.

    mode: "RTLD_LOCAL", as Python opens modules, or "RTLD_GLOBAL".
    order: names of the parties, the first first.
    crossings: bindings that leave their party, by rank, then by symbol.
    shares: libraries that one gets from another.
    """

    mode: str
    order: tuple[str, ...]
    crossings: tuple[Crossing, ...]
    shares: tuple[Share, ...]

    def counts(self) -> dict[str, int]:
        """How many crossings there are of each rank."""
        counted = Counter(each.rank for each in self.crossings)
        return {rank: counted[rank] for rank in RANKS}

    @property
    def serious(self) -> tuple[Crossing, ...]:
        """The crossings that are no business of C++'s standard library."""
        return tuple(each for each in self.crossings if not each.standard)

    @property
    def refused(self) -> tuple[Share, ...]:
        """The shares that cannot work: something that is needed is not in the other's copy."""
        return tuple(each for each in self.shares if each.lost_versions or each.lost_symbols)


def orders(members: Sequence[Member]) -> Iterator[tuple[Member, ...]]:
    """Each pair in both orders, and of more than two all of them in the order given.

    A program is there before anything is opened.
    """
    for pair in combinations(members, 2):
        yield from (each for each in permutations(pair) if not each[1].is_program)
    if len(members) > 2:
        yield tuple(sorted(members, key=lambda member: not member.is_program))


def scenarios(
    members: Sequence[Member],
    helpers: Sequence[Member],
    system: System,
    host: Host,
    modes: Sequence[str] = MODES,
) -> Iterator[Scenario]:
    """What happens in each order, with each of the MODES; HELPERS come with those that import them.

    Raises:
        OSError: a file cannot be opened.
        ElfError: a file is malformed.
    """
    for order in orders(members):
        brought = {name for member in order for name in member.party.others.values()}
        here = [helper for helper in helpers if helper.name in brought]
        for mode in modes:
            yield _played(order, here, mode, Process(system, host.program, host.files))


def _played(
    order: Sequence[Member], helpers: Sequence[Member], mode: str, process: Process
) -> Scenario:
    met: list[Crossing] = []
    present = owners_of((*order, *helpers))
    doubt = Doubt(process, present)
    for member in order:
        for path in member.party.paths:
            for item in process.open(path, mode):
                bindings = process.bindings(item, doubt.names(item))
                met += crossings(bindings, process, present)
    shared = tuple(
        share for member in (*order, *helpers) for share in shares(member, process, present)
    )
    return Scenario(mode, tuple(member.name for member in order), tuple(_ranked(met)), shared)


def _ranked(met: Iterable[Crossing]) -> list[Crossing]:
    """Each once: a symbol that is both called and pointed to is one that crosses."""
    return sorted(
        dict.fromkeys(met),
        key=lambda each: (
            RANKS.index(each.rank),
            each.symbol,
            each.asker,
            each.definer,
            each.party,
        ),
    )
