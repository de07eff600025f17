"""The process that a file is checked in: what is loaded with it, and what its symbols may mean."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from isolde.diagnose.missing import folders_nearby
from isolde.diagnose.run_path import RunPaths
from isolde.resolve.closure import Closure, LoadedObject, Missing
from isolde.resolve.scope import Namespace, Scope

if TYPE_CHECKING:
    from isolde.resolve.system import System


class Process:
    """A process with the file to check in it: as its first object, or opened by a host.

    target: the object of the file.
    host: the program that opens it, or None.
    closure: everything that is loaded.
    own: what is loaded for the file, and not for the host.
    """

    def __init__(self, system: System, path: str, host: str | None = None) -> None:
        """Loads PATH as a file of SYSTEM, after HOST.

        Raises:
            OSError: one of them cannot be opened.
            ElfError: one is no ELF file, or malformed.
        """
        self.system = system
        self.closure = Closure(system)
        self._namespace = Namespace()
        self.host: LoadedObject | None = None
        if host is not None:
            self.host = self.closure.start(host)
            self._namespace.start(self.closure.scope(self.host))
            opened = self.closure.open(path)
            assert opened is not None  # a path: an error says why not
            self.target = opened
            self._namespace.open(self.closure.scope(opened))
        else:
            self.target = self.closure.start(path)
            self._namespace.start(self.closure.scope(self.target))
        scope = self.closure.scope(self.target)
        before = frozenset(self.closure.scope(self.host)) if self.host else frozenset()
        self._hosts = before - {self.target}
        self.own = tuple(item for item in scope if item not in self._hosts)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is not there, and not because of the host."""
        return tuple(
            each
            for each in self.closure.missing
            if each.needed_by is None or each.needed_by not in self._hosts
        )

    @cached_property
    def run_paths(self) -> RunPaths:
        """The run paths as they should be, with all that is known of what is loaded."""
        from isolde.diagnose.check.versions import misleading

        added = folders_nearby(self.missing, self.closure)
        return RunPaths(self.closure, (self.target,), added, misleading(self))

    @property
    def scope(self) -> tuple[LoadedObject, ...]:
        """Everything that the file and what it brings can see."""
        seen = self.closure.scope(self.host) if self.host else ()
        return tuple(dict.fromkeys((*seen, *self.closure.scope(self.target))))

    def scope_of(self, item: LoadedObject) -> Scope:
        """What ITEM sees."""
        return self._namespace.scope_of(item)

    def missing_for(self, item: LoadedObject) -> tuple[str, ...]:
        """The libraries that ITEM needs and that are not there; if it has all, those of others."""
        libraries = [each for each in self.missing if each.found.rule != "interpreter"]
        own = tuple(each.found.name for each in libraries if each.needed_by is item)
        return own or tuple(each.found.name for each in libraries)

    def misses_its_own(self, item: LoadedObject) -> bool:
        """Whether a library that ITEM itself needs is not there."""
        return any(e.needed_by is item and e.found.rule != "interpreter" for e in self.missing)
