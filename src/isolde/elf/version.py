"""Symbol versions: what a file defines, what it needs, and which symbol has which.

LSB, "Symbol Versioning"; Drepper, "ELF Symbol Versioning".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from isolde.elf._bytes import Bytes
from isolde.elf.constants import VER_FLG_BASE, VER_NDX_GLOBAL, VERSYM_HIDDEN, VERSYM_VERSION
from isolde.elf.strings import StringTable

_UNDEFINED = 0x10000  # beside a number of 16 bits: of a symbol that is asked for


class NeededVersion(NamedTuple):
    """One version that is needed of a file: an Elf64_Vernaux.

    number: what .gnu.version holds for symbols of this version.  flags: VER_FLG_WEAK and others.
    offset: where it stands in the file.
    """

    name: str
    hash: int
    flags: int
    number: int
    offset: int = 0


class VersionNeed(NamedTuple):
    """The versions that are needed of one file: an Elf64_Verneed and its Vernaux.

    offset: where it stands in the file.  revision: of the structure, 1.
    """

    file: str
    versions: tuple[NeededVersion, ...]
    offset: int
    revision: int = 1


class VersionDefinition(NamedTuple):
    """One version that the file defines: its own name, then those of versions it succeeds.

    offset, name_offsets: where it and each name's entry stand in the file.
    revision: of the structure, 1.
    """

    number: int
    flags: int
    hash: int
    names: tuple[str, ...]
    offset: int
    name_offsets: tuple[int, ...] = ()
    revision: int = 1

    @property
    def name(self) -> str:
        """The version's own name; "" where the file gives none."""
        return self.names[0] if self.names else ""


class Versions:
    """Which version each dynamic symbol has: .gnu.version, with the names of its numbers."""

    def __init__(
        self,
        indexes: Sequence[int],
        needs: tuple[VersionNeed, ...],
        definitions: tuple[VersionDefinition, ...],
    ) -> None:
        self.indexes = indexes
        """One for each symbol, the VERSYM_HIDDEN bit included."""
        self._needed = {
            version.number & VERSYM_VERSION: version.name
            for need in needs
            for version in need.versions
        }
        # The base version names the file itself: its symbols have none.
        self._defined = {
            definition.number & VERSYM_VERSION: definition.name
            for definition in definitions
            if not definition.flags & VER_FLG_BASE
        }

    def of_symbols(self, sections: Sequence[int]) -> tuple[list[str | None], list[bool]]:
        """For symbols in these SECTIONS: their versions' names, and whether each is the default."""
        numbers = [*self.indexes[: len(sections)]]
        numbers += [VER_NDX_GLOBAL] * (len(sections) - len(numbers))
        keys = [
            number if section else number | _UNDEFINED
            for number, section in zip(numbers, sections, strict=True)
        ]
        pairs = {key: self._pair(key & ~_UNDEFINED, bool(key & _UNDEFINED)) for key in {*keys}}
        names = {key: name for key, (name, _) in pairs.items()}
        defaults = {key: default for key, (_, default) in pairs.items()}
        return [names[key] for key in keys], [defaults[key] for key in keys]

    def _pair(self, number: int, undefined: bool) -> tuple[str | None, bool]:
        index = number & VERSYM_VERSION
        # A copied variable is defined here, yet has the version of the library it came from.
        first, second = (
            (self._needed, self._defined) if undefined else (self._defined, self._needed)
        )
        name = first.get(index) or second.get(index)
        return name, not number & VERSYM_HIDDEN and not undefined


def read_needs(
    raw: Bytes, offset: int, count: int, strings: StringTable
) -> tuple[VersionNeed, ...]:
    """The COUNT needs of a chain that begins at OFFSET.

    Raises:
        ElfError: the chain leads out of the file, or back into itself.
    """
    needs = []
    room = raw.size // raw.layouts["vernaux"].size
    for place in _chain(raw, "verneed", offset, count, 4, "version need"):
        revision, entries, file, auxiliary, _ = raw.read("verneed", place, "a version need")
        start = place + auxiliary
        chain = _chain(raw, "vernaux", start, entries, 4, "needed version")
        room -= len(chain)
        if room < 0:  # each chain is as long as the file, and there are as many
            raise raw.error("the needed versions of several files overlap", place)
        versions = tuple(_needed(raw, entry, strings) for entry in chain)
        needs.append(VersionNeed(strings.get(file), versions, place, revision))
    return tuple(needs)


def _needed(raw: Bytes, offset: int, strings: StringTable) -> NeededVersion:
    hash_, flags, number, name, _ = raw.read("vernaux", offset, "a needed version")
    return NeededVersion(strings.get(name), hash_, flags, number, offset)


def read_definitions(
    raw: Bytes, offset: int, count: int, strings: StringTable
) -> tuple[VersionDefinition, ...]:
    """The COUNT definitions of a chain that begins at OFFSET.

    Raises:
        ElfError: the chain leads out of the file, or back into itself.
    """
    definitions = []
    room = raw.size // raw.layouts["verdaux"].size
    for place in _chain(raw, "verdef", offset, count, 6, "version definition"):
        revision, flags, number, names, hash_, auxiliary, _ = raw.read(
            "verdef", place, "a version definition"
        )
        chain = _chain(raw, "verdaux", place + auxiliary, names, 1, "version name")
        room -= len(chain)
        if room < 0:
            raise raw.error("the names of several version definitions overlap", place)
        found = (strings.get(raw.read("verdaux", entry, "a version name")[0]) for entry in chain)
        definitions.append(
            VersionDefinition(number, flags, hash_, tuple(found), place, tuple(chain), revision)
        )
    return tuple(definitions)


def _chain(raw: Bytes, layout: str, offset: int, count: int, link: int, what: str) -> list[int]:
    """Offsets of the COUNT structures of a chain; field LINK is the distance to the next.

    A distance of 0 ends it.  Every step leads forward, so that the chain ends within the file.
    """
    places = []
    while count > 0:
        step = raw.read(layout, offset, f"a {what}")[link]
        places.append(offset)
        if step == 0:
            break
        if step < raw.layouts[layout].size:
            raise raw.error(f"a {what} overlaps the next one", offset)
        offset += step
        count -= 1
    return places
