"""In which order constructors and destructors run.

Every object's constructors run after those of the objects it needs; destructors the other way
round.  Where objects need each other there is no such order, and what happens depends on the walk:
glibc, since 2.35, goes depth first through each object's needs, from the object loaded last to the
one loaded first, and takes the reverse of the order in which it comes to an end with them.  A
program, or what dlopen was asked for, is initialised last whatever needs it.  An object with
DF_1_INITFIRST (of several, the one loaded last) is initialised before all others.

Sources: the gABI's "Initialization and Termination Functions"; observation of glibc 2.36.
"""

from __future__ import annotations

from isolde.elf.constants import DF_1_INITFIRST
from isolde.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isolde.resolve.closure import LoadedObject

_LIBC = "libc.so.6"


class Cycle(NamedTuple):
    """Objects that need each other, so that none can be initialised after all that it needs.

    objects: all of them, in the order of loading.
    path: a shortest way round from the first: each needs the next, the last needs the first.
    """

    objects: tuple[LoadedObject, ...]
    path: tuple[LoadedObject, ...]


class InitOrder(NamedTuple):
    """The order of constructors.

    objects: every object, the one whose constructors run first at the front.
    first: the object that DF_1_INITFIRST put there, or None.
    cycles: where the order is not settled by what needs what.
    """

    objects: tuple[LoadedObject, ...]
    first: LoadedObject | None
    cycles: tuple[Cycle, ...]


def init_order(
    opened: Sequence[LoadedObject], scopes: Mapping[LoadedObject, Sequence[LoadedObject]]
) -> InitOrder:
    """Return the order for files opened one after another.

    Args:
        opened: the objects that were opened, sorted each by `init_sort` (their `dependencies`).
        scopes: the search list of each.
    """
    order: dict[LoadedObject, None] = {}
    initfirst = None
    for item in opened:
        fresh = [other for other in scopes[item] if other not in order]
        firsts = [other for other in fresh if other.outline.flags_1 & DF_1_INITFIRST]
        if firsts:
            initfirst = initfirst or firsts[-1]
            order[firsts[-1]] = None
        order.update(dict.fromkeys(reversed(item.dependencies or ())))
    loaded = sorted(order, key=lambda item: item.index)
    return InitOrder(tuple(order), initfirst, find_cycles(loaded))


def init_sort(scope: Sequence[LoadedObject]) -> list[LoadedObject]:
    """Return a search list sorted so that an object comes before what it needs; its first stays.

    libc opened for itself is the exception: it is sorted like the others.
    """
    first = None if scope[0].outline.soname == _LIBC else scope[0]
    return _sorted(scope, first)


def finish_order(
    objects: Sequence[LoadedObject], program: LoadedObject | None
) -> tuple[LoadedObject, ...]:
    """Return the order in which destructors run when the process ends.

    Args:
        objects: all objects in the order of loading.
        program: the program, which is finished first.
    """
    return tuple(_sorted(objects, program))


def _sorted(objects: Sequence[LoadedObject], first: LoadedObject | None) -> list[LoadedObject]:
    visited: set[LoadedObject] = set()
    ended: list[LoadedObject] = []
    for item in reversed(objects):
        ended += _ending(item, visited)
    ended.reverse()
    if first is not None and ended[0] is not first:
        ended.remove(first)
        ended.insert(0, first)
    return ended


def _ending(start: LoadedObject, visited: set[LoadedObject]) -> Iterator[LoadedObject]:
    """What can be reached from START, each object when the walk has come to an end with it."""
    if start in visited:
        return
    visited.add(start)
    way = [(start, iter(start.dependencies or ()))]
    while way:
        item, others = way[-1]
        for other in others:
            if other not in visited and not other.is_program:
                visited.add(other)
                way.append((other, iter(other.dependencies or ())))
                break
        else:
            way.pop()
            yield item


# ---- cycles


def find_cycles(objects: Sequence[LoadedObject]) -> tuple[Cycle, ...]:
    """Return every group of objects that need each other, in the order of loading."""
    groups = [group for group in _components(objects) if len(group) > 1 or _needs_itself(group[0])]
    cycles = []
    for group in groups:
        group.sort(key=lambda item: item.index)
        cycles.append(Cycle(tuple(group), _way_round(group)))
    return tuple(sorted(cycles, key=lambda cycle: cycle.objects[0].index))


def _others(item: LoadedObject) -> list[LoadedObject]:
    return [other for other in (*item.needs, *item.filtees) if other is not None]


def _needs_itself(item: LoadedObject) -> bool:
    return item in _others(item)


def _components(objects: Sequence[LoadedObject]) -> list[list[LoadedObject]]:
    """The strongly connected components."""
    walk = _Components()
    for item in objects:
        walk.from_object(item)
    return walk.found


class _Components:
    """Tarjan's algorithm, without recursion: chains of libraries may be long."""

    def __init__(self) -> None:
        self.found: list[list[LoadedObject]] = []
        self._numbers: dict[LoadedObject, int] = {}
        self._lowest: dict[LoadedObject, int] = {}
        self._stack: list[LoadedObject] = []
        self._stacked: set[LoadedObject] = set()

    def from_object(self, start: LoadedObject) -> None:
        way = [self._entered(start)] if start not in self._numbers else []
        while way:
            item, others = way[-1]
            other = next(others, None)
            if other is None:
                way.pop()
                self._leave(item, way[-1][0] if way else None)
            elif other not in self._numbers:
                way.append(self._entered(other))
            elif other in self._stacked:
                self._lowest[item] = min(self._lowest[item], self._numbers[other])

    def _entered(self, item: LoadedObject) -> tuple[LoadedObject, Iterator[LoadedObject]]:
        self._numbers[item] = self._lowest[item] = len(self._numbers)
        self._stack.append(item)
        self._stacked.add(item)
        return item, iter(_others(item))

    def _leave(self, item: LoadedObject, above: LoadedObject | None) -> None:
        if self._lowest[item] == self._numbers[item]:
            at = self._stack.index(item)
            self.found.append(self._stack[at:])
            self._stacked.difference_update(self._stack[at:])
            del self._stack[at:]
        if above is not None:
            self._lowest[above] = min(self._lowest[above], self._lowest[item])


def _way_round(group: Sequence[LoadedObject]) -> tuple[LoadedObject, ...]:
    """A shortest way from the group's first object back to it."""
    members, start = set(group), group[0]
    came_from: dict[LoadedObject, LoadedObject] = {}
    waiting = [start]
    for item in waiting:
        for other in _others(item):
            if other is start:
                return tuple(reversed(list(_back(item, came_from))))
            if other in members and other not in came_from:
                came_from[other] = item
                waiting.append(other)
    return tuple(group)


def _back(
    item: LoadedObject, came_from: Mapping[LoadedObject, LoadedObject]
) -> Iterator[LoadedObject]:
    yield item
    while item in came_from:
        item = came_from[item]
        yield item
