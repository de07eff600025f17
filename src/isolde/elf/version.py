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
    """

    name: str
    hash: int
    flags: int
    number: int


class VersionNeed(NamedTuple):
    """The versions that are needed of one file: an Elf64_Verneed and its Vernaux."""

    file: str
    versions: tuple[NeededVersion, ...]
    offset: int


class VersionDefinition(NamedTuple):
    """One version that the file defines: its own name, then those of versions it succeeds."""

    number: int
    flags: int
    hash: int
    names: tuple[str, ...]
    offset: int

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
    for place in _chain(raw, "verneed", offset, count, 4, "version need"):
        _, auxiliary_count, file, auxiliary, _ = raw.read("verneed", place, "a version need")
        if auxiliary < 0:
            raise raw.error("a version need leads backwards", place)
        versions = []
        for entry in _chain(
            raw, "vernaux", place + auxiliary, auxiliary_count, 4, "needed version"
        ):
            hash_, flags, index, name, _ = raw.read("vernaux", entry, "a needed version")
            versions.append(NeededVersion(strings.get(name), hash_, flags, index))
        needs.append(VersionNeed(strings.get(file), tuple(versions), place))
    return tuple(needs)


def read_definitions(
    raw: Bytes, offset: int, count: int, strings: StringTable
) -> tuple[VersionDefinition, ...]:
    """The COUNT definitions of a chain that begins at OFFSET.

    Raises:
        ElfError: the chain leads out of the file, or back into itself.
    """
    definitions = []
    for place in _chain(raw, "verdef", offset, count, 6, "version definition"):
        _, flags, index, names, hash_, auxiliary, _ = raw.read(
            "verdef", place, "a version definition"
        )
        found = []
        for entry in _chain(raw, "verdaux", place + auxiliary, names, 1, "version name"):
            found.append(strings.get(raw.read("verdaux", entry, "a version name")[0]))
        definitions.append(VersionDefinition(index, flags, hash_, tuple(found), place))
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
