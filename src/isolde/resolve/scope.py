"""Where a reference is looked up: the objects that an object sees, in order.

In a process without Isolde (`Namespace`), glibc's rules: the object itself where it is linked with
-Bsymbolic; the global scope, which is the program, what LD_PRELOAD names and all they need, then
what was opened with RTLD_GLOBAL; the search lists of what the object was opened for.  With
RTLD_DEEPBIND the search list comes before the global scope.

In a space (`Space`), those of `core/symbols.c`: the same orders of the space's own objects, then
the shared group, which every space takes from the host, then with `host=True` the host's others.

ld.so(8), dlopen(3); docs/reference/symbol-resolution.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple, Protocol

from isolde.elf.constants import DF_SYMBOLIC

if TYPE_CHECKING:
    from isolde.elf.file import File
    from isolde.resolve.closure import Closure

SYMBOLIC, GLOBAL, LOCAL, SHARED, HOST = "symbolic", "global", "local", "shared", "host"
"""Why an object is in a scope: it is the asker itself, linked with -Bsymbolic; it is in the global
scope; in a search list that the asker was opened for; in the shared group; the host has it."""


class Object(Protocol):
    """What a scope is made of: an object of a process; `resolve.closure` makes them."""

    @property
    def path(self) -> str:
        """Its file, a path of the system it was found on."""

    @property
    def file(self) -> File:
        """What stands in the file."""

    @property
    def dependencies(self) -> Sequence[Object] | None:
        """Of one that was opened: it and all it needs, the last that is relocated first."""


class Place(NamedTuple):
    """An object in a scope, and why it is there: "symbolic", "global", "local" or another part."""

    object: Object
    part: str


class Definer(NamedTuple):
    """A symbol of an object: where a reference leads."""

    object: Object
    number: int


class Scope:
    """The objects that one object's references are looked up in, the first first.

    asker: the object whose references these are.
    order: the objects, each once, at its first place; the asker, where it is linked with
        -Bsymbolic, is before them all.
    everything: all objects of the process, in the order of loading.
    program: the object that copy relocations pass over, as it holds the copies.
    unique: the definitions of STB_GNU_UNIQUE bound so far, by name: one for the whole namespace.
    host: the objects that a space takes from the host.
    is_space: whether it is a space's scope: a protected symbol means the object's own there, and
        a copied one stands for no unique one.
    """

    __slots__ = ("asker", "everything", "host", "is_space", "order", "program", "unique")

    def __init__(
        self,
        asker: Object,
        order: tuple[Place, ...],
        *,
        everything: Iterable[Object] = (),
        program: Object | None = None,
        unique: dict[str, Definer] | None = None,
        host: frozenset[Object] = frozenset(),
        is_space: bool = False,
    ) -> None:
        self.asker = asker
        self.order = order
        self.everything = everything
        self.program = program
        self.unique = {} if unique is None else unique
        self.host = host
        self.is_space = is_space

    @property
    def is_symbolic(self) -> bool:
        """Whether the asker is linked with -Bsymbolic: it looks into itself first."""
        return bool(self.asker.file.flags & DF_SYMBOLIC)

    @property
    def places(self) -> tuple[Place, ...]:
        """The objects with the asker where it comes first."""
        if not self.is_symbolic:
            return self.order
        others = (place for place in self.order if place.object is not self.asker)
        return (Place(self.asker, SYMBOLIC), *others)

    @property
    def objects(self) -> tuple[Object, ...]:
        """The objects in order."""
        return tuple(place.object for place in self.places)

    @property
    def elsewhere(self) -> tuple[Object, ...]:
        """The objects of the process that are not in the scope."""
        seen = {place.object for place in self.places}
        return tuple(item for item in self.everything if item not in seen)


def _ordered(parts: Iterable[tuple[str, Iterable[Object]]]) -> tuple[Place, ...]:
    found: dict[Object, str] = {}
    for part, objects in parts:
        for item in objects:
            found.setdefault(item, part)
    return tuple(Place(item, part) for item, part in found.items())


class Namespace:
    """The objects of one process, and who sees whom: what glibc calls a namespace.

    Objects are told apart by identity.  `start` comes before any `open`; a process of which only
    what is opened is of interest needs none.
    """

    def __init__(self) -> None:
        self.program: Object | None = None
        self.unique: dict[str, Definer] = {}
        self._global: dict[Object, None] = {}
        self._started: frozenset[Object] = frozenset()
        self.relocation_order: list[Object] = []
        """The objects in the order in which they are bound: what others need first."""
        self._lists: dict[Object, list[tuple[Object, ...]]] = {}
        self._deep: set[Object] = set()
        self._orders: dict[tuple[bool, tuple[tuple[Object, ...], ...]], tuple[Place, ...]] = {}

    @property
    def objects(self) -> tuple[Object, ...]:
        """Every object, in the order of loading."""
        return tuple(self._lists)

    def start(self, search_list: Sequence[Object]) -> None:
        """The process starts: SEARCH_LIST is its program, what is preloaded, and what they need."""
        self.program = search_list[0]
        self._started = frozenset(search_list)
        self._global.update(dict.fromkeys(search_list))
        self._relocate(search_list, search_list)
        for item in search_list:
            self._lists.setdefault(item, [])
        self._orders.clear()

    def open(
        self, search_list: Sequence[Object], *, everywhere: bool = False, deepbind: bool = False
    ) -> tuple[Object, ...]:
        """An object is opened, as by dlopen(3).

        Args:
            search_list: the object, then all it needs, breadth first.
            everywhere: with RTLD_GLOBAL.
            deepbind: with RTLD_DEEPBIND.

        Returns:
            The objects that were not there before.
        """
        whole = tuple(search_list)
        new = tuple(item for item in whole if item not in self._lists)
        self._relocate(whole, new)
        if deepbind:
            self._deep.update(new)
        for item in whole:
            lists = self._lists.setdefault(item, [])
            if item not in self._started and whole not in lists:
                lists.append(whole)
        if everywhere:
            self._global.update(dict.fromkeys(whole))
        self._orders.clear()
        return new

    def _relocate(self, search_list: Sequence[Object], new: Sequence[Object]) -> None:
        order = dict.fromkeys((*(search_list[0].dependencies or ()), *search_list))
        self.relocation_order += [item for item in reversed(order) if item in new]

    def scope_of(self, item: Object) -> Scope:
        """What ITEM sees now.

        Raises:
            KeyError: ITEM is no object of this namespace.
        """
        return Scope(
            item,
            self._order_of(item),
            everything=self._lists,
            program=self.program,
            unique=self.unique,
        )

    def _order_of(self, item: Object) -> tuple[Place, ...]:
        """Made once for all objects that see the same, and forgotten at the next open."""
        key = (item in self._deep, tuple(self._lists[item]))
        order = self._orders.get(key)
        if order is None:
            order = self._orders[key] = _ordered(self._parts(item))
        return order

    def _parts(self, item: Object) -> list[tuple[str, Iterable[Object]]]:
        own = [(LOCAL, search_list) for search_list in self._lists[item]]
        everybody = (GLOBAL, self._global)
        return [*own, everybody] if item in self._deep else [everybody, *own]


def namespace_of(made: Closure, *, everywhere: bool = False, deepbind: bool = False) -> Namespace:
    """The process of a closure: its first file started, as ld.so does it, the others opened.

    Args:
        made: the closure.
        everywhere: they are opened with RTLD_GLOBAL.
        deepbind: with RTLD_DEEPBIND.
    """
    namespace = Namespace()
    for number, start in enumerate(made.starts):
        if number == 0:
            namespace.start(made.scope(start))
        else:
            namespace.open(made.scope(start), everywhere=everywhere, deepbind=deepbind)
    return namespace


SHARED_GROUP = (
    "libc.so.6",
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "libanl.so.1",
    "libmvec.so.1",
    "libnsl.so.1",
    "libBrokenLocale.so.1",
    "libthread_db.so.1",
    "libnss_*.so.2",
    "libgcc_s.so.1",
    "ld-linux-x86-64.so.2",
    "libc_malloc_debug.so.0",
    "libisolde.so*",
    "linux-vdso.so.1",
)
"""The sonames that every space takes from the host, as globs: `default_shared` of core/host.c."""

SERVES_ALL = (
    "libc.so.6",
    "ld-linux-x86-64.so.2",
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libgcc_s.so.1",
)
"""Of those, the ones that serve a space whether an object names them or not: `always` there."""

ONE_A_PROCESS = (
    "libc.so.6",
    "ld-linux-x86-64.so.2",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libc_malloc_debug.so.0",
    "linux-vdso.so.1",
)
"""Of those, the ones that no space may have a copy of: `one_a_process` there."""


def is_shared(soname: str, shared: Sequence[str] = ()) -> bool:
    """Whether a space with the option SHARED takes the library of that SONAME from the host."""
    if soname in ONE_A_PROCESS:
        return True
    answer = any(fnmatchcase(soname, glob) for glob in SHARED_GROUP)
    for glob in shared:
        if fnmatchcase(soname, glob.removeprefix("!")):
            answer = not glob.startswith("!")
    return answer


class Space(Namespace):
    """The objects of one Isolde space, beside those that it takes from the host.

    shared: the space's option of that name: further sonames to take from the host; "!" before one
        keeps it out.
    host: the objects that the host has, in glibc's order; those of the shared group among them
        serve every space.
    everything: the option `host=True`: whatever else the host has serves the space, too.
    preloaded: those of the host's that LD_PRELOAD named.
    """

    def __init__(
        self,
        *,
        shared: Sequence[str] = (),
        host: Sequence[Object] = (),
        everything: bool = False,
        preloaded: Sequence[Object] = (),
    ) -> None:
        super().__init__()
        self._shared = tuple(shared)
        self._host = tuple(host)
        self._everything = everything
        self._preloaded = tuple(preloaded)
        self._taken: set[Object] = set()

    def is_taken(self, item: Object) -> bool:
        """Whether the space takes ITEM from the host."""
        name = item.file.soname or item.path.rpartition("/")[2]
        return item in self._host or is_shared(name, self._shared)

    def open(
        self, search_list: Sequence[Object], *, everywhere: bool = False, deepbind: bool = False
    ) -> tuple[Object, ...]:
        """An object is opened in the space; see `Namespace.open`."""
        self._taken.update(item for item in search_list if self.is_taken(item))
        new = super().open(search_list, everywhere=everywhere, deepbind=deepbind)
        return tuple(item for item in new if item not in self._taken)

    def _relocate(self, search_list: Sequence[Object], new: Sequence[Object]) -> None:
        super()._relocate(search_list, [item for item in new if item not in self._taken])

    def scope_of(self, item: Object) -> Scope:
        """What ITEM sees now.

        Raises:
            KeyError: ITEM is no object of this space.
        """
        scope = super().scope_of(item)
        scope.host = frozenset((*self._taken, *self._host, *self._preloaded))
        scope.is_space = True
        return scope

    def _parts(self, item: Object) -> list[tuple[str, Iterable[Object]]]:
        parts: list[tuple[str, Iterable[Object]]] = [
            (part, [each for each in objects if each not in self._taken])
            for part, objects in super()._parts(item)
        ]
        parts += [(SHARED, group) for group in self._group(item)]
        return [*parts, (HOST, self._host)] if self._everything else parts

    def _group(self, item: Object) -> list[Iterable[Object]]:
        lists = self._lists[item]
        first = [each for each in lists[0] if each in self._taken] if lists else []
        host = {each.file.soname: each for each in (*self._host, *self._taken)}
        always = [host[name] for name in SERVES_ALL if name in host]
        opened = [each for each in self._global if each in self._taken]
        return [self._preloaded, first, always, opened]
