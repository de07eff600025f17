"""What a file defines for others, found by name as a loader finds it.

Only what a hash table leads to counts.  A few names are looked up in that table; for many, all
names are put into a dict once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from isolde.elf import constants as c
from isolde.resolve.version import LATER, MATCH, Wanted, compare, version_table

if TYPE_CHECKING:
    from isolde.elf.file import File

LOCAL, STUB, NOTHING = "local", "only a stub", "nothing"
"""Why a symbol of the right name is no definition: it is kept to the file (STB_LOCAL, hidden); it
is undefined, and its value only the address of a program's stub; it has no value at all, or is of
a type that is no code or data."""

_TYPES = frozenset(
    (c.STT_NOTYPE, c.STT_OBJECT, c.STT_FUNC, c.STT_COMMON, c.STT_TLS, c.STT_GNU_IFUNC)
)
_BINDINGS = frozenset((c.STB_GLOBAL, c.STB_WEAK, c.STB_GNU_UNIQUE))
_VISIBILITIES = frozenset((c.STV_DEFAULT, c.STV_PROTECTED))


class Definitions:
    """The dynamic symbols that a file may answer references with."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._symbols = symbols = file.dynamic_symbols
        self._infos, self._others = symbols.infos, symbols.others
        self._values, self._sections = symbols.values, symbols.sections
        self._table = version_table(file)
        self._entries: Sequence[int] = file.versions.indexes if file.versions else ()
        self._versioned = file.versions is not None

    @cached_property
    def names(self) -> dict[str, int]:
        """Every name of the hash table, with one symbol that has it: for many look-ups."""
        numbers = self._hashed
        return dict(zip(self._symbols.names[numbers.start :], numbers, strict=False))

    @cached_property
    def _several(self) -> dict[str, tuple[int, ...]]:
        """The names that more than one symbol has, with their numbers in the loader's order."""
        numbers, names = self._hashed, self._symbols.names
        if len(self.names) == len(numbers):
            return {}
        last = self.names
        found = {names[number] for number in numbers if last[names[number]] != number}
        return {name: self._looked_up(name) for name in found}

    @property
    def _hashed(self) -> range:
        """The symbols that the hash table holds."""
        count = len(self._symbols)
        gnu = self._file.gnu_hash_table
        if gnu is not None:
            return range(gnu.first_symbol, count) if gnu.bucket_count else range(0)
        old = self._file.hash_table
        return range(1, min(count, old.symbol_count)) if old and old.bucket_count else range(0)

    def numbers(self, name: str) -> tuple[int, ...]:
        """The symbols of that NAME, defined or not, in the order in which a loader meets them."""
        if "names" not in self.__dict__:
            return self._looked_up(name)
        several = self._several.get(name)
        if several is not None:
            return several
        number = self.names.get(name)
        return () if number is None else (number,)

    def _looked_up(self, name: str) -> tuple[int, ...]:
        table = self._file.gnu_hash_table or self._file.hash_table
        if table is None:
            return ()
        count, names = len(self._symbols), self._symbols.name_of
        return tuple(
            number for number in table.lookup(name) if number < count and names(number) == name
        )

    def judge(self, number: int, wanted: Wanted, *, stubs: bool, newest: bool = False) -> str:
        """What symbol NUMBER, whose name is the right one, is to a reference.

        Args:
            number: a dynamic symbol.
            wanted: the version that is asked for.
            stubs: whether a program's stub will do, as it does where an address is taken.
            newest: asked by dlsym(3).

        Returns:
            "match", or why it is not taken.
        """
        info, section = self._infos[number], self._sections[number]
        kind = info & 15
        if kind not in _TYPES:
            return NOTHING
        if not self._values[number] and section != c.SHN_ABS and kind != c.STT_TLS:
            return NOTHING
        if section == c.SHN_UNDEF and (not stubs or kind == c.STT_TLS):
            return STUB
        if not self._versioned:
            verdict = MATCH
        else:
            entry = self._entries[number] if number < len(self._entries) else 1
            verdict = compare(entry, self._table, wanted, newest=newest)
        if verdict in (MATCH, LATER) and (
            info >> 4 not in _BINDINGS or self._others[number] & 3 not in _VISIBILITIES
        ):
            return LOCAL
        return verdict

    def find(
        self, name: str, wanted: Wanted, *, stubs: bool = True, newest: bool = False
    ) -> int | None:
        """The number of the symbol that answers a reference to NAME, or None."""
        later: list[int] = []
        for number in self.numbers(name):
            verdict = self.judge(number, wanted, stubs=stubs, newest=newest)
            if verdict == MATCH:
                return number
            if verdict == LATER:
                later.append(number)
        return later[0] if len(later) == 1 else None

    def is_unique(self, number: int) -> bool:
        """Whether symbol NUMBER is STB_GNU_UNIQUE: one for a whole process, or space."""
        return self._infos[number] >> 4 == c.STB_GNU_UNIQUE


_known: WeakKeyDictionary[File, Definitions] = WeakKeyDictionary()


def definitions(file: File) -> Definitions:
    """The definitions of FILE, read once.

    Raises:
        ElfError: its tables are malformed.
    """
    found = _known.get(file)
    if found is None:
        found = _known[file] = Definitions(file)
    return found
