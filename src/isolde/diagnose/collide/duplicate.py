"""What two parties both define."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from isolde.diagnose.collide.rank import RANKS, rank_of
from isolde.diagnose.collide.symbols import all_defined, defined
from isolde.elf.constants import STB_GNU_UNIQUE, STB_WEAK

if TYPE_CHECKING:
    from isolde.diagnose.collide.member import Member
    from isolde.elf import File

_BINDINGS = {STB_WEAK: "weak", STB_GNU_UNIQUE: "unique"}


class Duplicate(NamedTuple):
    """One name that both define.

    name: mangled.
    rank: "data", "rtti" or "function".
    files: the first file of each party that defines it.
    bindings: "strong", "weak" or "unique", for each.
    """

    name: str
    rank: str
    files: tuple[str, str]
    bindings: tuple[str, str]


@dataclass(frozen=True)
class Duplicates:
    """All names that two parties both define, in files that only one of them brings.

    parties: the two.
    counts: by rank.
    strong: how many are strong on both sides.
    unique: how many are STB_GNU_UNIQUE on both sides.
    symbols: by rank, then by name.
    """

    parties: tuple[str, str]
    counts: Mapping[str, int]
    strong: int
    unique: int
    symbols: tuple[Duplicate, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.symbols)


def duplicates(first: Member, second: Member) -> Duplicates:
    """The names that both define; a file that both bring is no clash.

    Raises:
        ElfError: a file is malformed.
    """
    mine, theirs = first.files - second.files, second.files - first.files
    common = all_defined(mine) & all_defined(theirs)
    places = (dict(_places(first, mine, common)), dict(_places(second, theirs, common)))
    rows = [_duplicate(name, places[0][name], places[1][name]) for name in common]
    rows.sort(key=lambda row: (RANKS.index(row.rank), row.name))
    return Duplicates(
        (first.name, second.name),
        dict(_counts(rows)),
        sum(row.bindings == ("strong", "strong") for row in rows),
        sum(row.bindings == ("unique", "unique") for row in rows),
        tuple(rows),
    )


def _counts(rows: list[Duplicate]) -> Iterator[tuple[str, int]]:
    counted = Counter(row.rank for row in rows)
    return ((rank, counted[rank]) for rank in RANKS)


def _places(
    member: Member, files: frozenset[File], names: set[str]
) -> Iterator[tuple[str, tuple[str, File, int]]]:
    """Who defines each of the NAMES; of several the one that is loaded first comes last."""
    for item in reversed(member.objects):
        if item.file in files:
            known = defined(item.file)
            for name in names & known.keys():
                yield name, (item.path, item.file, known[name])


def _duplicate(name: str, first: tuple[str, File, int], second: tuple[str, File, int]) -> Duplicate:
    kinds, bindings = zip(
        *(_info(file, number) for _, file, number in (first, second)), strict=True
    )
    return Duplicate(name, rank_of(name, kinds[0]), (first[0], second[0]), bindings)


def _info(file: File, number: int) -> tuple[int, str]:
    info = file.dynamic_symbols.infos[number]
    return info & 15, _BINDINGS.get(info >> 4, "strong")
