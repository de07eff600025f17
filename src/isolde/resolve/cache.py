"""/etc/ld.so.cache, the index that ldconfig(8) makes of a system's libraries.

The new format (glibc's `dl-cache.h`, "glibc-ld.so.cache1.1"): a header, entries in descending order
of their names, a string table, and an extension section with the names of the glibc-hwcaps
subfolders.  It may stand behind the old format ("ld.so-1.7.0"), which nothing reads any more.
Numbers have the byte order of the machine that the cache is for; a byte of the header says which.

Several entries may have one name.  ld.so takes the entry of its own kind of machine with the best
glibc-hwcaps subfolder that the processor can run, else the first plain one.
"""

from __future__ import annotations

import struct

from isolde.errors import ElfError
from isolde.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CACHE = "/etc/ld.so.cache"
_MAGIC = b"glibc-ld.so.cache1.1"
_OLD_MAGIC = b"ld.so-1.7.0"
_HEADER_SIZE, _ENTRY_SIZE, _OLD_ENTRY_SIZE = 48, 24, 12
_EXTENSION_MAGIC = 0xEAA42174
_HWCAPS_SECTION = 1
_DIGITS = b"0123456789"
_HWCAP_EXTENSION = 1 << 62


class CacheEntry(NamedTuple):
    """One library of the cache.

    name: the soname it is looked up by.
    path: where it is.
    flags: its kind of machine, in the cache's own numbers (`Platform.cache_flags`).
    subfolder: its glibc-hwcaps subfolder ("x86-64-v3"), "" for a plain one, or None for an entry
        of the scheme before glibc 2.33, which is not used.
    """

    name: str
    path: str
    flags: int
    subfolder: str | None


class Cache:
    """A cache in memory.

    path: the file's name, for errors.
    """

    def __init__(self, data: bytes, path: str = CACHE) -> None:
        """Reads the header of DATA.

        Raises:
            ElfError: this is no cache of the new format, or it is cut short.
        """
        self.path = path
        self._data = data
        self._start = self._find_header()
        self._order = self._byte_order()
        self._count = self._number(20)
        if self._count > (len(data) - self._start - _HEADER_SIZE) // _ENTRY_SIZE:
            raise ElfError(path, f"{self._count} entries do not fit the file", self._start + 20)
        self._entry = struct.Struct(f"{self._order}iIIIQ")
        self._names: dict[int, bytes] = {}
        self._subfolders: tuple[str, ...] | None = None

    def __len__(self) -> int:
        """The number of its entries."""
        return self._count

    def lookup(self, name: str, flags: int, subfolders: Sequence[str] = ()) -> str | None:
        """Return the path that ld.so takes for NAME, or None.

        Args:
            name: a soname.
            flags: the number of the machine (`Platform.cache_flags`).
            subfolders: the glibc-hwcaps subfolders that may be used, the best first.

        Raises:
            ElfError: an entry on the way points outside the file.
        """
        best, best_rank = None, len(subfolders) + 1
        for entry in self.named(name):
            if entry.flags != flags or entry.subfolder is None:
                continue
            rank = _rank(entry.subfolder, subfolders)
            if rank is not None and rank < best_rank:
                best, best_rank = entry.path, rank
        return best

    def named(self, name: str) -> Iterator[CacheEntry]:
        """Yield every entry of that name, whatever machine it is for, in the cache's order.

        Raises:
            ElfError: an entry on the way points outside the file.
        """
        wanted = name.encode(errors="surrogateescape")
        low, high, names = 0, self._count, self._names
        while low < high:
            middle = (low + high) // 2
            if compare_names(wanted, names.get(middle) or self._name_of(middle)) < 0:
                low = middle + 1
            else:
                high = middle
        while low < self._count and compare_names(self._name_of(low), wanted) == 0:
            yield self._entry_at(low)
            low += 1

    def entries(self) -> Iterator[CacheEntry]:
        """Yield every entry in the cache's order.

        Raises:
            ElfError: an entry points outside the file.
        """
        return (self._entry_at(index) for index in range(self._count))

    def _find_header(self) -> int:
        data, at = self._data, 0
        if data.startswith(_OLD_MAGIC) and len(data) >= 16:
            # Aligned as the header's 64-bit numbers are: to 8 bytes, on i386 to 4.
            for order in "<>":
                end = 16 + struct.unpack_from(f"{order}I", data, 12)[0] * _OLD_ENTRY_SIZE
                for at in (end + 7 & ~7, end):
                    if data.startswith(_MAGIC, at):
                        break
                else:
                    continue
                break
        if not data.startswith(_MAGIC, at):
            raise ElfError(self.path, "not an ld.so.cache of glibc's new format", 0)
        if len(data) - at < _HEADER_SIZE:
            raise ElfError(self.path, "the header is cut short", at)
        return at

    def _byte_order(self) -> str:
        """As the header says; before glibc 2.33 it said nothing: the order in which it fits."""
        said = self._data[self._start + 28] & 3
        if said in (2, 3):
            return "<" if said == 2 else ">"
        little = struct.unpack_from("<I", self._data, self._start + 20)[0]
        return "<" if little <= len(self._data) // _ENTRY_SIZE else ">"

    def _number(self, offset: int) -> int:
        number: int = struct.unpack_from(f"{self._order}I", self._data, self._start + offset)[0]
        return number

    def _string(self, offset: int) -> bytes:
        start = self._start + offset
        end = self._data.find(b"\0", start)
        if end < 0:
            raise ElfError(self.path, "a string does not end inside the file", start)
        return self._data[start:end]

    def _name_of(self, index: int) -> bytes:
        at = self._start + _HEADER_SIZE + index * _ENTRY_SIZE
        name = self._names[index] = self._string(self._entry.unpack_from(self._data, at)[1])
        return name

    def _entry_at(self, index: int) -> CacheEntry:
        at = self._start + _HEADER_SIZE + index * _ENTRY_SIZE
        flags, name, path, _, hwcap = self._entry.unpack_from(self._data, at)
        subfolder: str | None = ""
        if hwcap & _HWCAP_EXTENSION:
            subfolder = self._subfolder(hwcap & 0xFFFFFFFF)
        elif hwcap:
            subfolder = None
        return CacheEntry(_text(self._string(name)), _text(self._string(path)), flags, subfolder)

    def _subfolder(self, index: int) -> str:
        if index >= len(self.subfolders):
            raise ElfError(self.path, f"there is no glibc-hwcaps name {index}", self._start)
        return self.subfolders[index]

    @property
    def subfolders(self) -> tuple[str, ...]:
        """The glibc-hwcaps subfolders that entries come from.

        Raises:
            ElfError: the extension section is malformed.
        """
        if self._subfolders is None:
            self._subfolders = self._read_subfolders()
        return self._subfolders

    def _read_subfolders(self) -> tuple[str, ...]:
        """The names in the extension section; its offsets count from the file's beginning."""
        for tag, offset, size in self._extensions():
            if tag == _HWCAPS_SECTION:
                if offset + size > len(self._data):
                    raise ElfError(self.path, "an extension lies outside the file", offset)
                numbers = struct.unpack_from(f"{self._order}{size // 4}I", self._data, offset)
                return tuple(_text(self._string(number)) for number in numbers)
        return ()

    def _extensions(self) -> Iterator[tuple[int, int, int]]:
        at = self._number(32)
        if at == 0:
            return
        if at + 8 > len(self._data):
            raise ElfError(self.path, "the extensions lie outside the file", at)
        magic, count = struct.unpack_from(f"{self._order}II", self._data, at)
        if magic != _EXTENSION_MAGIC or count > (len(self._data) - at - 8) // 16:
            raise ElfError(self.path, "the extensions are malformed", at)
        for index in range(count):
            where = at + 8 + 16 * index
            tag, _, offset, size = struct.unpack_from(f"{self._order}4I", self._data, where)
            yield tag, offset, size


def _rank(subfolder: str, usable: Sequence[str]) -> int | None:
    """How good an entry is, 0 the best; None: this processor cannot run it."""
    if not subfolder:
        return len(usable)
    return usable.index(subfolder) if subfolder in usable else None


def compare_names(one: bytes, other: bytes) -> int:
    """Return what is below, equal to or above 0 as ONE is to OTHER, as ld.so compares names.

    Runs of digits are compared by value, and are above every other character.
    """
    at = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            if a not in _DIGITS and b not in _DIGITS:
                return a - b
            break
        at += 1
    return 0 if one == other else _compare_from(one, other, at)


def _compare_from(one: bytes, other: bytes, at: int) -> int:
    """The same, for two names that begin to differ AT that place, among digits or at an end."""
    while at and one[at - 1] in _DIGITS:
        at -= 1
    one, other = one[at:], other[at:]
    run, other_run = _digits(one), _digits(other)
    if not (run and other_run):
        return len(run) - len(other_run) or (one > other) - (one < other)
    return _number(run) - _number(other_run) or compare_names(
        one[len(run) :], other[len(other_run) :]
    )


def _digits(text: bytes) -> bytes:
    """The digits at its beginning."""
    return text[: len(text) - len(text.lstrip(_DIGITS))]


def _number(digits: bytes) -> int:
    return min(int(digits[:20]), 2**64 - 1)


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")
