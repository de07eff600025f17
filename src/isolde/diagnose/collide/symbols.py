"""The names in one file, as sets: what it defines for others, and what it looks up.

Two packages hold a hundred thousand symbols; what they have in common is found by intersections,
and nothing is made of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from isolde.elf.constants import SHN_UNDEF, STB_GNU_UNIQUE
from isolde.resolve.definitions import definitions
from isolde.resolve.references import references

if TYPE_CHECKING:
    from isolde.elf import File

# The link editor gives them to every file, and nobody means another's.
_MARKS = frozenset(("_init", "_fini", "_edata", "_end", "__bss_start"))


@cache
def defined(file: File) -> dict[str, int]:
    """The symbols that FILE defines for others: their numbers by name.

    Raises:
        ElfError: its tables are malformed.
    """
    sections = file.dynamic_symbols.sections
    names = definitions(file).names.items()
    return {
        name: number
        for name, number in names
        if sections[number] != SHN_UNDEF and name not in _MARKS
    }


@cache
def uniques(file: File) -> frozenset[str]:
    """Those of them that are STB_GNU_UNIQUE.

    Raises:
        ElfError: its tables are malformed.
    """
    infos = file.dynamic_symbols.infos
    return frozenset(
        name for name, number in defined(file).items() if infos[number] >> 4 == STB_GNU_UNIQUE
    )


@cache
def looked_up(file: File) -> frozenset[str]:
    """The names that FILE's relocations have the loader look up.

    Raises:
        ElfError: its tables are malformed.
    """
    return frozenset(each.name for each in references(file) if not each.is_local)


def all_defined(files: Iterable[File]) -> set[str]:
    """The names that any of the FILES defines."""
    return set().union(*(defined(file).keys() for file in files))


def all_looked_up(files: Iterable[File]) -> set[str]:
    """The names that any of the FILES looks up."""
    return set().union(*(looked_up(file) for file in files))


def forget() -> None:
    """Lets go of the files: their mappings end with the last reference."""
    defined.cache_clear()
    uniques.cache_clear()
    looked_up.cache_clear()
