"""Which libraries of a machine define a symbol: the index that is made when one is missing.

What the loader could find by name counts: the libraries of ld.so.cache; in a system without one,
those in the folders that it would be made from.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from isolde.diagnose.check.facts import Provider
from isolde.elf.file import File
from isolde.elf.hash import gnu_hash
from isolde.errors import ElfError
from isolde.resolve.definitions import Definitions
from isolde.resolve.machine import Machine, machine_of_head
from isolde.resolve.version import Wanted

if TYPE_CHECKING:
    from isolde.resolve.system import System

Pair = tuple[str, "str | None"]
Show = Callable[[int, int], None]
_OTHER_LIBC = ("ld-musl-", "libc.musl-")  # beside glibc's they would bring a second libc


def library_paths(system: System, machine: Machine) -> list[str]:
    """The libraries of a MACHINE's kind that SYSTEM's loader finds by their names."""
    cache = system.cache
    if cache is not None:
        flags = machine.platform.cache_flags
        try:
            found = (e.path for e in cache.entries() if e.flags == flags and e.subfolder == "")
            return list(dict.fromkeys(found))
        except ElfError:
            pass
    folders = dict.fromkeys((*system.conf_folders, *system.default_folders(machine)))
    return [path for folder in folders for path in _libraries_in(system, folder, machine)]


def _libraries_in(system: System, folder: str, machine: Machine) -> Iterator[str]:
    try:
        names = sorted(os.listdir(system.real(folder)))
    except OSError:
        return
    for name in names:
        path = f"{folder}/{name}"
        try:
            if ".so" in name and machine_of_head(system.head(path)) == machine._replace(flags=0):
                yield path
        except OSError:
            continue


class Providers:
    """Looks for definitions of symbols in all libraries of a system.

    show: told how many of how many libraries have been read.
    """

    def __init__(self, system: System, machine: Machine, show: Show | None = None) -> None:
        self._system, self._machine, self._show = system, machine, show
        self._known: dict[Pair, tuple[Provider, ...]] = {}

    def of(self, pairs: Iterable[Pair]) -> dict[Pair, tuple[Provider, ...]]:
        """For each pair of a name and a version (None: any) the libraries that define it."""
        wanted = list(dict.fromkeys(pairs))
        new = [pair for pair in wanted if pair not in self._known]
        if new:
            self._search(new)
        return {pair: self._known[pair] for pair in wanted}

    def _search(self, pairs: Sequence[Pair]) -> None:
        hashed = [
            (pair, gnu_hash(pair[0].encode("utf-8", "surrogateescape")), Wanted(pair[1]))
            for pair in pairs
        ]
        found: dict[Pair, dict[str, str]] = {pair: {} for pair in pairs}
        paths = library_paths(self._system, self._machine)
        for done, path in enumerate(paths):
            if self._show is not None:
                self._show(done, len(paths))
            for pair, name in self._defined(path, hashed):
                found[pair].setdefault(name, path)
        for pair, names in found.items():
            self._known[pair] = tuple(Provider(*each) for each in names.items())

    def _defined(
        self, path: str, hashed: Sequence[tuple[Pair, int, Wanted]]
    ) -> list[tuple[Pair, str]]:
        """The pairs that the library at PATH defines, with its name."""
        try:
            with File(self._system.real(path)) as file:
                table = file.gnu_hash_table
                some = [
                    (pair, wanted)
                    for pair, value, wanted in hashed
                    if table is None or table.may_have(value)
                ]
                name = file.soname or path.rpartition("/")[2]
                if name.startswith(_OTHER_LIBC):
                    return []
                return [(pair, name) for pair, wanted in some if _has(file, pair[0], wanted)]
        except (OSError, ElfError):
            return []


def _has(file: File, name: str, wanted: Wanted) -> bool:
    definitions = Definitions(file)
    if definitions.find(name, wanted, stubs=False) is not None:
        return True
    # Whoever links against the library today gets its default version.
    return wanted.name is None and (
        definitions.find(name, wanted, stubs=False, newest=True) is not None
    )
