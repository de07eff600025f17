"""A process that is never started: what would be loaded into it, and what would be bound to what.

A program is the host, an interpreter for example; then files are opened one after the other, as
dlopen with RTLD_NOW opens them, into the one namespace of the process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from typing import TYPE_CHECKING

from isolde.resolve import Closure, LoadedObject, System
from isolde.resolve.binding import Binding, bind_all
from isolde.resolve.scope import Namespace

if TYPE_CHECKING:
    from isolde.elf import File
    from isolde.resolve.scope import Object, Place

LOCAL, GLOBAL = "RTLD_LOCAL", "RTLD_GLOBAL"
MODES = (LOCAL, GLOBAL)


class Process:
    """A process, as far as files tell."""

    def __init__(self, system: System, host: str | None, nobodys: Set[File] | None = None) -> None:
        """Loads HOST, a program or a libc (None: nothing), and all it needs.

        NOBODYS: the files that are the host's, and no party's; None: all that HOST brings.

        Raises:
            OSError: HOST cannot be opened.
            ElfError: it is no ELF file, or malformed.
        """
        self.closure = Closure(system)
        self.namespace = Namespace()
        self._relocated = 0
        self._seen: dict[tuple[Place, ...], tuple[LoadedObject, ...]] = {}
        self._parts: dict[tuple[Place, ...], dict[Object, str]] = {}
        if host is not None:
            self.namespace.start(self.closure.scope(self.closure.start(host)))
        self.started = frozenset(item.file for item in self.closure.objects)
        """What is there before anything is opened."""
        self.host_files = self.started if nobodys is None else nobodys

    @property
    def objects(self) -> tuple[LoadedObject, ...]:
        """Everything that is loaded, in that order; the host's comes first."""
        return self.closure.objects

    @property
    def files(self) -> frozenset[File]:
        """The files that were loaded beside the host's."""
        return frozenset(item.file for item in self.objects) - self.host_files

    def open(self, path: str, mode: str) -> list[LoadedObject]:
        """Opens the file at PATH with MODE ("RTLD_LOCAL" or "RTLD_GLOBAL").

        Returns:
            The objects that were not there before (the host's as well, at the first time), in the
            order in which they are relocated.

        Raises:
            OSError: it cannot be opened.
            ElfError: it is no ELF file, or it or something it needs is malformed.
        """
        opened = self.closure.open(path)
        if opened is None:
            return []
        self.namespace.open(self.closure.scope(opened), everywhere=mode == GLOBAL)
        new = self.namespace.relocation_order[self._relocated :]
        self._relocated += len(new)
        return [item for item in new if isinstance(item, LoadedObject)]

    def seen_by(self, item: LoadedObject) -> tuple[LoadedObject, ...]:
        """The objects that ITEM sees, in order; the host's are left out."""
        order = self.namespace.scope_of(item).order
        known = self._seen.get(order)
        if known is None:
            objects = (place.object for place in order)
            known = tuple(
                each
                for each in objects
                if isinstance(each, LoadedObject) and each.file not in self.host_files
            )
            self._seen[order] = known
        return known

    def bindings(self, item: LoadedObject, names: Collection[str]) -> Iterator[Binding]:
        """What ITEM's references to the NAMES are bound to, as things are now.

        Raises:
            ElfError: the tables of an object are malformed.
        """
        return bind_all(self.namespace, [item], names)

    def part(self, asker: Object, item: Object) -> str | None:
        """Why ASKER sees ITEM: "symbolic", "local" or "global"; None where it does not."""
        order = self.namespace.scope_of(asker).order
        known = self._parts.get(order)
        if known is None:
            known = self._parts[order] = {place.object: place.part for place in order}
        return known.get(item)
