"""Which symbols are listed, in which order: the facts that `nm` prints.

Everything is done by columns, one list for each property: a library has tens of thousands of
symbols, and an object for each would take longer than all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter
from typing import Any, NamedTuple

from isolde.binutils.nm.letters import Letters
from isolde.elf import File, SymbolTable
from isolde.elf import constants as c

_UNDEFINED = frozenset("Uwv")
_DEBUGGING_TYPES = (c.STT_SECTION, c.STT_FILE)
# Names that mark a place where code or data begins, not a thing of the program's.
_MARKS = {c.EM_AARCH64: ("$x", "$d"), c.EM_ARM: ("$a", "$d", "$t"), c.EM_RISCV: ("$x", "$d")}


@dataclass(frozen=True)
class Wanted:
    """What to list.

    dynamic: the dynamic symbols, instead of all.
    undefined_only, defined_only, external_only, no_weak: only symbols that are so.
    debugging: those of sections and source files, too.  special: marks of some processors, too.
    versions: "@VERSION" behind the names of dynamic symbols.
    by: "name", "address", "size", or "" for the file's order.  reverse: the other way round.
    demangle: names as `isolde.demangle` reads them.
    """

    dynamic: bool = False
    undefined_only: bool = False
    defined_only: bool = False
    external_only: bool = False
    no_weak: bool = False
    debugging: bool = False
    special: bool = False
    versions: bool = True
    by: str = "name"
    reverse: bool = False
    demangle: bool = False


class Listing(NamedTuple):
    """Symbols by columns; all have the same length.

    numbers: their places in the symbol table.  values: of common symbols the size, as binutils
    has it; those of undefined ones mean nothing.
    """

    numbers: Sequence[int]
    names: Sequence[str]
    letters: Sequence[str]
    values: Sequence[int]
    sizes: Sequence[int]


def listing_of(file: File, wanted: Wanted) -> Listing:
    """The symbols of FILE that are WANTED.

    Raises:
        ElfError: its symbol table is malformed.
    """
    table = file.dynamic_symbols if wanted.dynamic else file.symbols
    chosen = _ChosenLetters(Letters(file), wanted)
    letters = list(map(chosen.__getitem__, zip(table.sections, table.infos, strict=True)))
    if letters:
        letters[0] = ""  # the reserved symbol
    numbers = list(compress(range(len(letters)), letters))
    listing = Listing(
        numbers,
        _names(file, table, numbers, wanted),
        list(filter(None, letters)),
        _values(file, table, letters),
        list(compress(table.sizes, letters)),
    )
    return _finished(file, table, listing, wanted)


class _ChosenLetters(dict[tuple[int, int], str]):
    """The letter of a symbol by (section index, st_info); "" for one that is not wanted."""

    def __init__(self, letters: Letters, wanted: Wanted) -> None:
        super().__init__()
        self._letters = letters
        self._wanted = wanted

    def __missing__(self, key: tuple[int, int]) -> str:
        letter = self._letters[key]
        chosen = self[key] = letter if self._is_wanted(letter, *key) else ""
        return chosen

    def _is_wanted(self, letter: str, section: int, info: int) -> bool:
        wanted = self._wanted
        is_undefined = section == c.SHN_UNDEF
        return not (
            (wanted.undefined_only and not is_undefined)
            or (wanted.defined_only and is_undefined)
            or (wanted.external_only and not _is_external(letter, info >> 4))
            or (wanted.no_weak and info >> 4 == c.STB_WEAK)
            or (not wanted.debugging and info & 15 in _DEBUGGING_TYPES)
            or (wanted.by == "size" and (is_undefined or letter in "aA"))
        )


def _is_external(letter: str, binding: int) -> bool:
    return binding in (c.STB_GLOBAL, c.STB_WEAK, c.STB_GNU_UNIQUE) or letter in "UCc"


def _names(file: File, table: SymbolTable, numbers: list[int], wanted: Wanted) -> list[str]:
    """The names, without versions; a section's symbol, which has none, is called as its section."""
    all_names = table.names
    names = list(_picked(all_names, numbers))
    if wanted.debugging:
        for place, number in enumerate(numbers):
            section = table.sections[number]
            if table.types[number] == c.STT_SECTION and section < len(file.sections):
                names[place] = names[place] or file.sections[section].name
    return names


def _with_versions(listing: Listing, table: SymbolTable, own: Set[str]) -> list[str]:
    """The names of LISTING with "@VERSION" behind them; "@@" where it is the default.

    A copied variable is defined here with a version that is not one of the file's OWN.
    """
    suffixes = _picked(_suffixes(table, own), listing.numbers)
    return list(map(str.__add__, listing.names, suffixes))


def _suffixes(table: SymbolTable, own: Set[str]) -> list[str]:
    """What stands behind each name of TABLE."""
    versions, defaults = table.versions, table.defaults
    texts = {
        (version, default): f"{'@@' if default and version in own else '@'}{version}"
        if version
        else ""
        for version, default in {*zip(versions, defaults, strict=True)}
    }
    suffixes = list(map(texts.__getitem__, zip(versions, defaults, strict=True)))
    if c.SHN_ABS in table.sections:
        for number, section in enumerate(table.sections):
            # The symbol that stands for a version has its name.
            if section == c.SHN_ABS and table.names[number] == versions[number]:
                suffixes[number] = ""
    return suffixes


def _picked(column: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    """What COLUMN has at PLACES; `itemgetter` does that without a step of Python for each."""
    if len(places) < 2:
        return [column[place] for place in places]
    picked: tuple[Any, ...] = itemgetter(*places)(column)
    return picked


def _values(file: File, table: SymbolTable, keep: list[str]) -> list[int]:
    values = list(compress(table.values, keep))
    sections = table.sections
    if c.SHN_COMMON in sections or (0xFF02 in sections and file.header.machine == c.EM_X86_64):
        commons = (c.SHN_COMMON, 0xFF02) if file.header.machine == c.EM_X86_64 else (c.SHN_COMMON,)
        pairs = zip(values, compress(sections, keep), compress(table.sizes, keep), strict=True)
        return [size if section in commons else value for value, section, size in pairs]
    return values


def _finished(file: File, table: SymbolTable, listing: Listing, wanted: Wanted) -> Listing:
    marks = () if wanted.special else _MARKS.get(file.header.machine, ())
    if marks:
        listing = _selected(listing, [not _is_mark(name, marks) for name in listing.names])
    if wanted.by == "size":
        listing = _selected(listing, [size > 0 for size in listing.sizes])
    listing = _sorted(listing, wanted)
    if wanted.demangle:
        from isolde.demangle import readable

        listing = listing._replace(names=readable(listing.names))
    if wanted.dynamic and wanted.versions:
        own = {definition.name for definition in file.version_definitions}
        listing = listing._replace(names=_with_versions(listing, table, own))
    return listing


def _selected(listing: Listing, keep: Sequence[bool]) -> Listing:
    return Listing(*(list(compress(column, keep)) for column in listing))  # type: ignore[arg-type]


def _is_mark(name: str, marks: tuple[str, ...]) -> bool:
    return name.startswith(marks) and name[2:3] in ("", ".")


def _sorted(listing: Listing, wanted: Wanted) -> Listing:
    if not wanted.by:
        return listing
    order: Sequence[int] = range(len(listing.names))
    if wanted.by == "size":  # those of one size and name stay in the order of addresses
        order = sorted(order, key=listing.values.__getitem__)
    order = sorted(order, key=_key(listing, wanted), reverse=wanted.reverse)
    return Listing(*(_picked(column, order) for column in listing))


def _key(listing: Listing, wanted: Wanted) -> Callable[[int], Any]:
    names, values, letters, sizes = listing.names, listing.values, listing.letters, listing.sizes
    if wanted.by == "address":
        return lambda place: (
            (letters[place] not in _UNDEFINED, values[place], names[place])
            if letters[place] not in _UNDEFINED
            else (False, 0, names[place])
        )
    if wanted.by == "size":
        return lambda place: (sizes[place], names[place])
    return names.__getitem__


def facts_of(listing: Listing) -> list[dict[str, object]]:
    """What JSON has of each symbol."""
    rows = zip(*listing, strict=True)
    return [
        {
            "number": number,
            "name": name,
            "letter": letter,
            "value": None if letter in _UNDEFINED else value,
            "size": size,
        }
        for number, name, letter, value, size in rows
    ]
