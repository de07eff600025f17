"""What LD_PRELOAD names, and what of that ld.so ignores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from isolde.diagnose.subject import path_of
from isolde.diagnose.why.facts import Ignored
from isolde.elf import constants as c
from isolde.errors import ElfError
from isolde.resolve.closure import Missing
from isolde.resolve.machine import Machine
from isolde.resolve.search import NO_SUCH_FILE, NOT_IN_CACHE, Found, search
from isolde.resolve.system import System


class Preload:
    """Names for LD_PRELOAD, those that are of no use taken out.

    names: what is preloaded.
    ignored: what ld.so would report and pass over.
    """

    def __init__(self, system: System, words: Iterable[str], file: str, *, searched: bool) -> None:
        """Tries WORDS, each of which may list several as LD_PRELOAD does.

        Args:
            system: where they are.
            words: paths or sonames.
            file: the first object of the process, which tells the machine.
            searched: whether sonames are looked for, too; else they are left to the program's
                own search, whose run path counts.
        """
        self.names: list[str] = []
        self.ignored: list[Ignored] = []
        machine = _machine_of(system, file)
        for name in _listed(system, words):
            is_tried = "$" not in name and (searched or "/" in name)
            reason = _objection(system, name, machine) if is_tried else None
            if reason is None:
                self.names.append(name)
            else:
                self.ignored.append(Ignored(name, reason))

    def add_missing(self, missing: Sequence[Missing]) -> None:
        """Enter what the process did not find among what it MISSES."""
        for each in missing:
            if is_preloaded(each):
                self.ignored.append(Ignored(each.found.name, _reason(each.found)))


def is_preloaded(missing: Missing) -> bool:
    """Whether it was to be preloaded, which a process can do without."""
    return missing.found.rule == "preload"


def _listed(system: System, words: Iterable[str]) -> Iterator[str]:
    for word in words:
        for name in word.replace(":", " ").split():
            yield system.inside(name) if "/" in name and system.root != "/" else name


def _machine_of(system: System, file: str) -> Machine | None:
    try:
        seen = system.outline(path_of(system, file))
    except (OSError, ElfError):
        return None
    return Machine(seen.machine, seen.elf_class, seen.byte_order, seen.flags)


def _objection(system: System, name: str, machine: Machine | None) -> str | None:
    """Why NAME cannot be preloaded; None: it can."""
    found = search(system, name, machine=machine)
    if found.path is None:
        return _reason(found)
    try:
        seen = system.outline(found.path)
    except ElfError as error:
        return error.reason
    except OSError as error:
        return error.strerror or str(error)
    if seen.type == c.ET_EXEC or seen.flags_1 & c.DF_1_PIE:
        return "a program, and no library"
    return None if seen.type == c.ET_DYN else "not a shared library"


def _reason(found: Found) -> str:
    """The objection to a file that is there; else that there is none."""
    objections = [each.objection for each in found.tried]
    telling = [each for each in objections if each not in (NO_SUCH_FILE, NOT_IN_CACHE)]
    return telling[0].partition(", where")[0] if telling else NO_SUCH_FILE
