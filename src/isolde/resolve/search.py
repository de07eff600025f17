"""From a name to a file, exactly as ld.so(8) describes it and glibc 2.36 does it, with evidence.

For a name without a slash: DT_RPATH of the needing object and of the objects that loaded it (only
where the needing object has no DT_RUNPATH), then of the program; LD_LIBRARY_PATH; DT_RUNPATH of the
needing object; /etc/ld.so.cache; the default folders.  Each folder's glibc-hwcaps subfolders that
suit the processor come before the folder itself.  A file for another class or machine is passed
over; a file that is no ELF file at all ends the search, for ld.so gives up there.

`core/search.c` does the same in a living process; the tests hold both to glibc.
"""

from __future__ import annotations

import os

from isolde.errors import ElfError
from isolde.record import NamedTuple
from isolde.resolve.cache import CACHE, Cache
from isolde.resolve.machine import Machine, objection
from isolde.resolve.system import System
from isolde.resolve.tokens import expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolde.resolve.needer import Needer

NO_SUCH_FILE = "no such file"
LINK = "a link to "
NOT_ELF = "not an ELF file, where ld.so gives up"
NOT_IN_CACHE = "not in the cache"


class Tried(NamedTuple):
    """One place that was looked at.

    path: the file, or the cache.
    rule: what sent the search there: "path", "rpath", "LD_LIBRARY_PATH", "runpath", "cache",
        "ld.so.conf" (in a system without a cache), "default" or "preload".
    objection: why it was not taken: "no such file", "a link to X, which does not exist",
        "wrong ELF class: ELFCLASS32", ...
    """

    path: str
    rule: str
    objection: str


class Found(NamedTuple):
    """The answer to a search.

    name: what was looked for, tokens expanded.
    path: the file taken, a path of the system; None if there is none.
    rule: what led to it (see `Tried`), or the last rule asked; "interpreter" for ld.so itself,
        which is known before anything is searched.
    origin: path of the object whose rpath or runpath led to it, else None.
    tried: every place looked at before, in order.
    """

    name: str
    path: str | None
    rule: str
    origin: str | None = None
    tried: tuple[Tried, ...] = ()


class _Place(NamedTuple):
    folder: str
    rule: str
    origin: str | None


def search(
    system: System,
    name: str,
    needer: Needer | None = None,
    program: Needer | None = None,
    machine: Machine | None = None,
) -> Found:
    """Look for the file that NAME means.

    Args:
        system: where.
        name: a soname, or with a slash a path; tokens are those of NEEDER.
        needer: the object that needs it; None: it is opened from outside.
        program: the program, whose DT_RPATH counts for every object.
        machine: the machine it must be for; None: NEEDER's, or the program's, or whatever is
            found first.

    Returns:
        What was found, with everything that was tried before it.
    """
    asker = needer or program
    if machine is None:
        machine = asker.machine if asker else system.machine
    if needer is not None:
        name = expanded(system, needer, name)
    return _Search(system, name, needer, program, machine).run()


def expanded(system: System, holder: Needer, text: str) -> str:
    """Return TEXT, which stands in HOLDER, with its dynamic string tokens replaced."""
    if "$" not in text:
        return text
    return expand(
        text,
        origin=holder.origin,
        lib=system.lib(holder.machine),
        platform=system.platform(holder.machine),
    )


class _EndOfSearchError(Exception):
    """A file was met at which ld.so gives up."""


class _Search:
    def __init__(
        self,
        system: System,
        name: str,
        needer: Needer | None,
        program: Needer | None,
        machine: Machine | None,
    ) -> None:
        self.system, self.name = system, name
        self.needer, self.program, self.machine = needer, program, machine
        self.tried: list[Tried] = []

    def run(self) -> Found:
        try:
            return self._by_path() if "/" in self.name else self._by_name()
        except _EndOfSearchError:
            return self._answer(None, self.tried[-1].rule)

    def _by_path(self) -> Found:
        """A file named by its path is not searched for: whatever is wrong with it is an error."""
        taken = self._try(self.name, "path")
        return self._answer(self.name if taken else None, "path")

    def _by_name(self) -> Found:
        return (
            self._in_places(self._first_places())
            or self._in_cache()
            or self._in_places(self._default_places())
            or self._answer(None, self.tried[-1].rule if self.tried else "default")
        )

    def _answer(self, path: str | None, rule: str, origin: str | None = None) -> Found:
        return Found(self.name, path, rule, origin, tuple(self.tried))

    # -- candidates

    def _try(self, path: str, rule: str) -> bool:
        try:
            head = self.system.head(path)
        except (FileNotFoundError, NotADirectoryError):
            self.tried.append(Tried(path, rule, self._absence(path)))
            return False
        except ValueError:  # a zero byte in a name
            self.tried.append(Tried(path, rule, NO_SUCH_FILE))
            return False
        except IsADirectoryError:
            self._give_up(path, rule, "a folder, where ld.so gives up")
        except OSError as error:
            self.tried.append(Tried(path, rule, error.strerror or str(error)))
            return False
        return self._suits(path, rule, head)

    def _absence(self, path: str) -> str:
        """Nothing has that name; or a link has it, and leads nowhere."""
        folder, slash, name = path.rpartition("/")
        try:
            leads_to = os.readlink(f"{self.system.real(folder or slash or '.')}/{name}")
        except OSError:
            return NO_SUCH_FILE
        return f"{LINK}{leads_to}, which does not exist"

    def _suits(self, path: str, rule: str, head: bytes) -> bool:
        if len(head) < 20 or head[:4] != b"\x7fELF":
            self._give_up(path, rule, NOT_ELF)
        why = objection(head, self.machine) if self.machine else None
        if why is not None:
            self.tried.append(Tried(path, rule, why))
        return why is None

    def _give_up(self, path: str, rule: str, why: str) -> None:
        self.tried.append(Tried(path, rule, why))
        raise _EndOfSearchError

    # -- folders

    def _in_places(self, places: Iterator[_Place]) -> Found | None:
        for folder, rule, origin in places:
            for path in self._candidates(folder):
                if self._try(path, rule):
                    return self._answer(path, rule, origin)
        return None

    def _candidates(self, folder: str) -> Iterator[str]:
        start = folder if folder in ("", "/") else f"{folder}/"
        for subfolder in self._subfolders(f"{start}glibc-hwcaps"):
            yield f"{start}glibc-hwcaps/{subfolder}/{self.name}"
        yield f"{start}{self.name}"

    def _subfolders(self, folder: str) -> tuple[str, ...]:
        if self.machine is None or not self.machine.platform.hwcaps:
            return ()
        return self.system.hwcaps(self.machine) if self.system.exists(folder) else ()

    def _first_places(self) -> Iterator[_Place]:
        if self.needer is None or self.needer.runpath is None:
            yield from self._rpath_places()
        library_path = self.system.environment.get("LD_LIBRARY_PATH")
        if library_path:
            folders = library_path.replace(";", ":")
            yield from self._listed(folders, "LD_LIBRARY_PATH", self.program)
        if self.needer is not None and self.needer.runpath:
            yield from self._listed(self.needer.runpath, "runpath", self.needer)

    def _rpath_places(self) -> Iterator[_Place]:
        seen, holder = False, self.needer
        while holder is not None:
            seen = seen or holder is self.program
            if holder.rpath:
                yield from self._listed(holder.rpath, "rpath", holder)
            holder = holder.loaded_for
        if not seen and self.program is not None and self.program.rpath:
            yield from self._listed(self.program.rpath, "rpath", self.program)

    def _listed(self, folders: str, rule: str, holder: Needer | None) -> Iterator[_Place]:
        """Each folder of a list once; an empty element is the current folder."""
        origin = holder.path if holder and rule != "LD_LIBRARY_PATH" else None
        texts = (expanded(self.system, holder, f) if holder else f for f in folders.split(":"))
        for folder in dict.fromkeys(text.rstrip("/") or text[:1] for text in texts):
            yield _Place(folder, rule, origin)

    def _default_places(self) -> Iterator[_Place]:
        if self.machine is not None and not (self.needer and self.needer.no_default_folders):
            for folder in self.system.default_folders(self.machine):
                yield _Place(folder, "default", None)

    # -- the cache

    def _in_cache(self) -> Found | None:
        if self.machine is None:
            return None
        cache = self.system.cache
        if cache is None and self.system.cache_fault is None:
            return self._in_places(self._conf_places())
        path = None if cache is None else self._cached(cache, self.machine)
        if path is None:
            self.tried.append(Tried(CACHE, "cache", self.system.cache_fault or NOT_IN_CACHE))
            return None
        if self.needer and self.needer.no_default_folders and self._is_default(path):
            self.tried.append(Tried(path, "cache", "in a default folder (DF_1_NODEFLIB)"))
            return None
        return self._answer(path, "cache") if self._try(path, "cache") else None

    def _cached(self, cache: Cache, machine: Machine) -> str | None:
        try:
            usable = self.system.hwcaps(machine) if cache.subfolders else ()
            return cache.lookup(self.name, machine.platform.cache_flags, usable)
        except ElfError as error:
            self.system.drop_cache(str(error))
            return None

    def _is_default(self, path: str) -> bool:
        folders = self.system.default_folders(self.machine) if self.machine else ()
        return any(path.startswith(f"{folder}/") for folder in folders)

    def _conf_places(self) -> Iterator[_Place]:
        """Where ldconfig would have looked for what it enters in a cache."""
        for folder in self.system.conf_folders:
            yield _Place(folder, "ld.so.conf", "/etc/ld.so.conf")
