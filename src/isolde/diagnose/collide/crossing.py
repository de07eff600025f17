"""A reference of one party that is bound to a definition of another: where they really meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from isolde.diagnose.collide.rank import is_standard, rank_of
from isolde.diagnose.collide.symbols import all_defined, looked_up, uniques

if TYPE_CHECKING:
    from isolde.diagnose.collide.member import Member
    from isolde.diagnose.collide.process import Process
    from isolde.elf import File
    from isolde.resolve import LoadedObject
    from isolde.resolve.binding import Binding, Definition
    from isolde.resolve.scope import Object

EVERYBODY = "global scope"
"""The definition's object was opened with RTLD_GLOBAL, or is linked to the program."""
UNIQUE = "unique"
"""STB_GNU_UNIQUE: one definition stands for all of its name in the process, RTLD_LOCAL or not."""
SONAME = "soname"
"""A library of that soname was there already, and is what the party's own need got."""
SHARED = "shared library"
"""The asking library serves both, and is bound in the scope of the one that brought it first."""
WHYS = (UNIQUE, SONAME, SHARED, EVERYBODY)


class Crossing(NamedTuple):
    """One reference that leaves its party.

    symbol: its name, mangled.
    version: the version that is asked for, or None.
    rank: "data", "rtti" or "function", as the definition is.
    asker: path of the file that refers.
    definer: path of the file whose definition it gets.
    party: who the asker belongs to; of several the first that would not have the definer alone.
    owner: who the definer belongs to.
    why: "unique", "soname", "shared library" or "global scope".
    standard: whether it is of C++'s standard library, where any copy will do.
    """

    symbol: str
    version: str | None
    rank: str
    asker: str
    definer: str
    party: str
    owner: str
    why: str
    standard: bool


Owners = Mapping["File", Sequence["Member"]]


def owners_of(members: Iterable[Member]) -> Owners:
    """Who brings each file."""
    found: dict[File, list[Member]] = {}
    for member in members:
        for file in member.files:
            found.setdefault(file, []).append(member)
    return found


class Doubt:
    """The references that may leave their party: only those are worth a look-up."""

    def __init__(self, process: Process, owners: Owners) -> None:
        """PROCESS: where.  OWNERS: who brings each file, of the parties that come into it."""
        self._process = process
        self._owners = owners
        self._uniques = frozenset[str]().union(*(uniques(file) for file in owners))
        self._defined: dict[tuple[File, ...], set[str]] = {}

    def names(self, item: LoadedObject) -> set[str]:
        """The names that ITEM looks up, and somebody else may answer, as things are now.

        Raises:
            ElfError: a file is malformed.
        """
        asked = looked_up(item.file)
        foreign = tuple(self._foreign(item))
        known = self._defined.get(foreign)
        if known is None:
            known = self._defined[foreign] = all_defined(foreign)
        return {name for name in asked if name in known or name in self._uniques}

    def _foreign(self, item: LoadedObject) -> Iterator[File]:
        """The files that ITEM sees, but one of its parties would not have alone."""
        mine = self._owners.get(item.file, ())
        for other in self._process.seen_by(item):
            if any(other.file not in member.files for member in mine):
                yield other.file


def crossings(bindings: Iterable[Binding], process: Process, owners: Owners) -> Iterator[Crossing]:
    """Those of the BINDINGS that leave their party."""
    sides: dict[tuple[Object, Object], _Sides | None] = {}
    for binding in bindings:
        definition = binding.definition
        if definition is None:
            continue
        pair = (binding.asker, definition.object)
        if pair not in sides:  # thousands of bindings are between the same two files
            sides[pair] = _sides(*pair, process, owners)
        between = sides[pair]
        if between is not None:
            yield _crossing(binding, definition, between)


class _Sides(NamedTuple):
    """Whose the asker and the definer are, and why they meet."""

    party: str
    owner: str
    why: str


def _sides(asker: Object, definer: Object, process: Process, owners: Owners) -> _Sides | None:
    """None where nothing that ASKER gets from DEFINER leaves its party."""
    if definer.file is asker.file or definer.file in process.host_files:
        return None
    mine, theirs = owners.get(asker.file, ()), owners.get(definer.file, ())
    left = next((member for member in mine if member not in theirs), None)
    if left is None or not theirs:
        return None
    return _Sides(left.name, theirs[0].name, _why(asker, definer, process, theirs[0]))


def _crossing(binding: Binding, definition: Definition, between: _Sides) -> Crossing:
    name = binding.reference.name
    return Crossing(
        name,
        binding.reference.version,
        rank_of(name, definition.type),
        binding.asker.path,
        definition.object.path,
        *between,
        is_standard(name),
    )


def _why(asker: Object, definer: Object, process: Process, owner: Member) -> str:
    part = process.part(asker, definer)
    if part is None:
        return UNIQUE
    if part == "global":
        return EVERYBODY
    return SHARED if asker.file in owner.files else SONAME
