"""The symbols that a file asks for and gives, as sets: whole closures are compared at once.

A pair of name and version that somebody in the scope gives is bound; only what is left over is
looked up as a loader does.
"""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from isolde.elf import constants as c
from isolde.resolve.version import version_table

if TYPE_CHECKING:
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


def asked(file: File) -> tuple[Asked, ...]:
    """The undefined symbols of FILE.

    Raises:
        ElfError: its tables are malformed.
    """
    found = _asked.get(file)
    if found is None:
        found = _asked[file] = tuple(
            _entry(file, number)
            for number, section in enumerate(file.dynamic_symbols.sections)
            if section == c.SHN_UNDEF and number
        )
    return found


def _entry(file: File, number: int) -> Asked:
    symbols, versions = file.dynamic_symbols, file.versions
    wanted = None
    if versions is not None and number < len(versions.indexes):
        wanted = version_table(file).get(versions.indexes[number] & c.VERSYM_VERSION)
    return Asked(
        number,
        symbols.names[number],
        wanted.name if wanted else None,
        wanted.file if wanted else None,
        symbols.infos[number] >> 4 == c.STB_WEAK,
    )
