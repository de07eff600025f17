"""Which definition's version satisfies a reference: the rules of glibc's dynamic linker.

A reference with a version takes that version, or a definition without one in an object that has
the symbol unversioned.  A reference without a version takes what an old program meant: the first
version that the object ever had; a later one only where there is one alone.  An object without a
version table satisfies every reference.

Drepper, "ELF Symbol Versioning"; LSB, "Symbol Versioning"; what glibc 2.36 does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from isolde.elf.constants import VER_FLG_BASE, VERSYM_HIDDEN, VERSYM_VERSION

if TYPE_CHECKING:
    from isolde.elf.file import File


class Wanted(NamedTuple):
    """The version that a reference asks for.

    name: None for none.
    exact: whether a definition without a version will not do.
    file: the soname that it is asked from; None for a version of the file's own, or none.
    """

    name: str | None
    exact: bool = False
    file: str | None = None


NO_VERSION = Wanted(None)

_known: WeakKeyDictionary[File, dict[int, Wanted]] = WeakKeyDictionary()


def version_table(file: File) -> dict[int, Wanted]:
    """The versions of FILE by their number in .gnu.version, needed and defined ones alike.

    The base version, which names the file, is none.

    Raises:
        ElfError: the file's tables of versions are malformed.
    """
    table = _known.get(file)
    if table is None:
        table = _known[file] = _read(file)
    return table


def _read(file: File) -> dict[int, Wanted]:
    table = {
        version.number & VERSYM_VERSION: Wanted(
            version.name, bool(version.number & VERSYM_HIDDEN), need.file
        )
        for need in file.version_needs
        for version in need.versions
    }
    for definition in file.version_definitions:
        if not definition.flags & VER_FLG_BASE:
            table[definition.number & VERSYM_VERSION] = Wanted(definition.name)
    return table


MATCH, WRONG, HIDDEN, LATER = "match", "wrong version", "hidden version", "later version"
"""What a definition's version is to a reference: it will do; it is another; it may not be taken
without being asked for; it will do only if it is the object's one later version of the name."""

_BASE = 2
"""The number of the first version that a file defines, behind VER_NDX_GLOBAL."""


def compare(entry: int, table: dict[int, Wanted], wanted: Wanted, *, newest: bool = False) -> str:
    """What a definition with ENTRY in .gnu.version is to a reference.

    Args:
        entry: the number, with the VERSYM_HIDDEN bit.
        table: the versions of the definition's file.
        wanted: what the reference asks for.
        newest: asked by dlsym(3), for which the default version is the one that is meant.
    """
    number = entry & VERSYM_VERSION
    if wanted.name is None:
        if number < (_BASE if newest else _BASE + 1):
            return MATCH
        return HIDDEN if entry & VERSYM_HIDDEN else LATER
    have = table.get(number)
    if have is not None:
        return MATCH if have.name == wanted.name else WRONG
    if entry & VERSYM_HIDDEN:
        return HIDDEN
    return WRONG if wanted.exact else MATCH
