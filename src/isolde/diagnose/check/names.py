"""The symbols that a file asks for and gives, as sets: whole closures are compared at once.

A pair of name and version that somebody in the scope gives is bound; only what is left over is
looked up as a loader does.
"""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from isolde.elf import constants as c
from isolde.resolve.definitions import definitions
from isolde.resolve.version import NO_VERSION, Wanted, version_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolde.elf.file import File

Pair = tuple[str, "str | None"]


class Asked(NamedTuple):
    """One undefined symbol of a file.

    number: its index among the dynamic symbols.
    version: the version that is asked for; None for none.
    library: the soname that this version is asked from; None for none.
    weak: whether it may stay without a definition.
    """

    number: int
    name: str
    version: str | None
    library: str | None
    weak: bool


_given: WeakKeyDictionary[File, set[Pair]] = WeakKeyDictionary()
_asked: WeakKeyDictionary[File, tuple[Asked, ...]] = WeakKeyDictionary()


def given(file: File) -> set[Pair]:
    """The names, with their versions, that FILE defines for others.

    Raises:
        ElfError: its tables are malformed.
    """
    found = _given.get(file)
    if found is None:
        found = _given[file] = _read_given(file)
    return found


def _read_given(file: File) -> set[Pair]:
    symbols = file.dynamic_symbols
    pairs = zip(symbols.names, symbols.versions, strict=True)
    visibilities = symbols.visibilities
    if b"\1" not in visibilities and b"\2" not in visibilities:
        return set(compress(pairs, symbols.sections))
    seen = (
        section != c.SHN_UNDEF and visibility not in (c.STV_HIDDEN, c.STV_INTERNAL)
        for section, visibility in zip(symbols.sections, visibilities, strict=True)
    )
    return set(compress(pairs, seen))


def asked_pairs(file: File) -> set[Pair]:
    """The names, with their versions, that FILE asks for and must have.

    Raises:
        ElfError: its tables are malformed.
    """
    return {(each.name, each.version) for each in asked(file) if not each.weak}


def without_given(pairs: set[Pair], file: File) -> set[Pair]:
    """PAIRS without those that FILE defines.

    Raises:
        ElfError: its tables are malformed.
    """
    if file in _given or len(file.dynamic_symbols) < _LARGE * len(pairs):
        return pairs - given(file)
    known = definitions(file)
    return {
        (name, version)
        for name, version in pairs
        if known.find(name, Wanted(version), stubs=False) is None
    }


_LARGE = 6  # so many symbols for each that is looked for: then hashing is quicker than reading


def asked(file: File) -> tuple[Asked, ...]:
    """The undefined symbols of FILE.

    Raises:
        ElfError: its tables are malformed.
    """
    found = _asked.get(file)
    if found is None:
        found = _asked[file] = tuple(_read_asked(file))
    return found


def _read_asked(file: File) -> Iterator[Asked]:
    symbols = file.dynamic_symbols
    name_of, bindings = symbols.name_of, symbols.bindings
    indexes = file.versions.indexes if file.versions is not None else ()
    table, count = version_table(file), len(indexes)
    undefined = map(c.SHN_UNDEF.__eq__, symbols.sections)
    for number in compress(range(len(symbols)), undefined):
        wanted = NO_VERSION
        if number < count:
            wanted = table.get(indexes[number] & c.VERSYM_VERSION, NO_VERSION)
        if number:
            is_weak = bindings[number] == c.STB_WEAK
            yield Asked(number, name_of(number), wanted.name, wanted.file, is_weak)
