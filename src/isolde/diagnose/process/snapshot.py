"""All lists of a process at one moment, as far as a process that goes on has such a thing."""

from __future__ import annotations

from typing import NamedTuple

from isolde.diagnose.process.auxiliary import Auxiliary
from isolde.diagnose.process.image import Image
from isolde.diagnose.process.linkmaps import (
    CONSISTENT,
    LinkMap,
    LinkMapList,
    Space,
    read_chain,
    read_objects,
    read_spaces,
)
from isolde.diagnose.process.memory import Memory, UnreadableError

_LAYOUT = b"isolde_layout"  # see isolde.h
_ROOT = b"_r_debug"


class Snapshot(NamedTuple):
    """What was read at one go.

    Attributes:
        chain: glibc's lists, and what others have put among them.
        spaces: Isolde's, each with its objects.
    """

    chain: tuple[LinkMapList, ...]
    spaces: tuple[tuple[Space, tuple[LinkMap, ...]], ...]

    @property
    def is_consistent(self) -> bool:
        """Whether no list says that it is being changed."""
        return all(each.state == CONSISTENT for each in self.chain)


class Lists:
    """Reads the lists of one process, again and again.

    Args:
        memory: the process's.
        auxiliary: where the kernel has put its program.
        thorough: look for Isolde in every object of glibc's, whatever its name; else only where
            there is more than the main list.

    Raises:
        UnreadableError: there is no program at that place.
    """

    def __init__(self, memory: Memory, auxiliary: Auxiliary, *, thorough: bool) -> None:
        self._thorough = thorough
        self._memory = memory
        self._auxiliary = auxiliary
        self.program = Image.of_program(memory, auxiliary.headers, auxiliary.header_count)
        self._layouts: dict[LinkMap, int | None] = {}

    @property
    def is_dynamic(self) -> bool:
        """Whether a dynamic linker has, or will have, lists of it."""
        return self._auxiliary.loader != 0 or self.program.symbol(_ROOT) is not None

    def root(self) -> int:
        """Where the chain begins; 0 where the dynamic linker has not begun, or there is none.

        The program's DT_DEBUG says it; where the program has no such entry, or is itself the
        dynamic linker, the dynamic linker's symbol does.

        Raises:
            UnreadableError: the program has gone.
        """
        if debug := self.program.debug:
            return debug
        if self._auxiliary.loader:
            return Image.at(self._memory, self._auxiliary.loader).symbol(_ROOT) or 0
        return self.program.symbol(_ROOT) or 0

    def read(self) -> Snapshot:
        """Every list; raises UnreadableError, perhaps because they were being changed."""
        root = self.root()
        chain = read_chain(self._memory, root) if root else ()
        thorough = self._thorough or len(chain) > 1
        listed = [each for head in chain for each in head.objects]
        waiting = [self._layout(each) for each in listed if thorough or _may_be_isolde(each)]
        spaces: dict[int, tuple[Space, tuple[LinkMap, ...]]] = {}
        seen: set[int | None] = {None}
        while waiting:
            layout = waiting.pop()
            if layout in seen or layout is None:
                continue
            seen.add(layout)
            elements = {0}
            for space in read_spaces(self._memory, layout):
                objects = read_objects(self._memory, space.first, elements)
                spaces[space.address] = space, objects
                waiting += [self._layout(each) for each in objects if _may_be_isolde(each)]
        return Snapshot(chain, tuple(spaces.values()))

    def _layout(self, link_map: LinkMap) -> int | None:
        """Where the object has a copy of Isolde's table; None where it is no copy of Isolde."""
        if link_map not in self._layouts:
            self._layouts[link_map] = self._find_layout(link_map)
        return self._layouts[link_map]

    def _find_layout(self, link_map: LinkMap) -> int | None:
        if link_map.dynamic == self.program.dynamic_address:
            return self.program.symbol(_LAYOUT)
        try:
            return Image.at(self._memory, link_map.bias).symbol(_LAYOUT)
        except UnreadableError:
            return None


def _may_be_isolde(link_map: LinkMap) -> bool:
    """By its name: a program may have the library inside."""
    return not link_map.name or "isolde" in link_map.name
