"""Everything that a file needs, and what that needs: the closure, in the order of loading.

ld.so maps the program, then what LD_PRELOAD names, then goes through what it has, first come first
served, and maps what each object's DT_NEEDED names: breadth first.  A name that an object of the
process already has (its path, its soname, a name it was found by before) is that object, and so is
the same file by device and inode.  ld.so itself is there from the beginning, known by the name that
the program asks for it by.  DT_FILTER and DT_AUXILIARY put their objects before the one that names
them.  Several files are taken as if each were opened (dlopen) after the one before.

What is not there is noted, and the walk goes on, so that everything missing is told at once.
Sources: ld.so(8), the gABI's chapter 5, and what glibc 2.36 does.
"""

from __future__ import annotations

from isolde.elf.constants import DF_1_NODEFLIB, DT_AUXILIARY, DT_NEEDED
from isolde.errors import ElfError
from isolde.record import NamedTuple
from isolde.resolve.machine import Machine
from isolde.resolve.search import Found, Tried, expanded, search
from isolde.resolve.system import System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from isolde.elf.file import File
    from isolde.elf.note import DlopenNote
    from isolde.elf.outline import Outline
    from isolde.resolve.order import Cycle, InitOrder

_PRELOAD_FILE = "/etc/ld.so.preload"


class LoadedObject:
    """One object of a closure.

    path: the path it was found by, a path of the system.
    outline: what the dynamic linker reads first of it.
    found: why this file: the search that led to it first.
    needed_by: the object that had it loaded first; None for a starting file.
    loaded_for: the object whose run paths counted in the search for it: `needed_by`, or for what
        is opened later the one who opens it.
    needs: what each DT_NEEDED stands for, in their order; None where there is nothing.
    filtees: the objects of DT_FILTER and DT_AUXILIARY that are there.
    entries: what its dynamic section asks for, in its order: the sources of both.
    dlopens: what its notes say that it opens at run time, where the closure was asked for that.
    index: its place in the order of loading, 0 for the first.
    is_program: whether it is the program, which the process starts with.
    is_loader: whether it is ld.so, loaded by the kernel.
    """

    __slots__ = (
        "_dependencies",
        "_file",
        "_machine",
        "_origin",
        "_settle",
        "dlopens",
        "entries",
        "filtees",
        "found",
        "index",
        "is_known",
        "is_loader",
        "is_program",
        "loaded_for",
        "needed_by",
        "needs",
        "outline",
        "path",
        "rpath",
        "runpath",
        "system",
    )

    def __init__(
        self,
        system: System,
        found: Found,
        outline: Outline,
        needed_by: LoadedObject | None,
        loaded_for: LoadedObject | None,
    ) -> None:
        """Describes what FOUND led to; what it needs is entered by the closure."""
        self.system, self.found, self.outline = system, found, outline
        self.needed_by, self.loaded_for = needed_by, loaded_for
        self.path = found.path or found.name
        self.needs: tuple[LoadedObject | None, ...] = ()
        self.filtees: tuple[LoadedObject, ...] = ()
        self.dlopens: tuple[Dlopen, ...] = ()
        self.entries: tuple[Entry, ...] = ()
        self.index = -1
        self.is_program = self.is_loader = self.is_known = False
        self.runpath: str | None = outline.runpath
        self.rpath: str | None = outline.rpath if self.runpath is None else None
        self._dependencies: list[LoadedObject] | None = None
        self._settle: Callable[[], None] | None = None
        self._machine: Machine | None = None
        self._origin: str | None = None
        self._file: File | None = None

    def __repr__(self) -> str:
        return f"<LoadedObject {self.path}>"

    @property
    def file(self) -> File:
        """Its ELF file, opened when it is first asked for.

        Raises:
            OSError: it cannot be opened any more.
        """
        if self._file is None:  # asked for again at every look-up
            self._file = self.system.file(self.path)
        return self._file

    @property
    def dependencies(self) -> list[LoadedObject] | None:
        """What glibc sorts by (`l_initfini`): None before the object's needs are known.

        Of one that was opened: it and all it needs, the one that is initialised last first.
        """
        if self._settle is not None:
            self._settle()
        return self._dependencies

    def settle(self, items: list[LoadedObject]) -> None:
        """Set `dependencies`."""
        self._dependencies, self._settle = items, None

    def settle_later(self, settle: Callable[[], None]) -> None:
        """Have SETTLE called, which sets `dependencies`, when they are first asked for."""
        self._settle = settle

    @property
    def is_settled(self) -> bool:
        """Whether its dependencies are known, or will be."""
        return self._dependencies is not None or self._settle is not None

    @property
    def name(self) -> str:
        """Its soname, or the last part of its path."""
        return self.outline.soname or self.path.rpartition("/")[2]

    @property
    def machine(self) -> Machine:
        """The kind of machine it is for."""
        if self._machine is None:
            seen = self.outline
            self._machine = Machine(seen.machine, seen.elf_class, seen.byte_order, seen.flags)
        return self._machine

    @property
    def origin(self) -> str:
        """The folder that `$ORIGIN` stands for in it."""
        if self._origin is None:
            self._origin = self.system.origin(self.path, program=self.is_program)
        return self._origin

    @property
    def no_default_folders(self) -> bool:
        """Whether it has DF_1_NODEFLIB."""
        return bool(self.outline.flags_1 & DF_1_NODEFLIB)


class Entry(NamedTuple):
    """One entry of a dynamic section that asks for another object.

    tag: DT_NEEDED, DT_FILTER or DT_AUXILIARY.
    name: what it asks for.
    object: what answers, or None.
    found: the search that failed, or that led to the object when it was first asked for.
    """

    tag: int
    name: str
    object: LoadedObject | None
    found: Found


class Missing(NamedTuple):
    """A name that stands for nothing.

    found: the search, with every place that was tried.
    needed_by: the object that needs it; None for a starting file or a preloaded one.
    """

    found: Found
    needed_by: LoadedObject | None


class Dlopen(NamedTuple):
    """One entry of an object's `.note.dlopen`: what it opens at run time if it is there.

    note: what the object says: feature, priority, the sonames that will do.
    object: the first of them that is there, or None.
    found: the search for each that was asked for.
    """

    note: DlopenNote
    object: LoadedObject | None
    found: tuple[Found, ...]


class Closure:
    """The objects of one process, as far as files tell.

    system: where they were looked for.
    objects: all of them, in the order of loading.
    starts: the objects of the files that were asked about.
    missing: what was not found; names of preloaded and of starting files included.
    program: the program, whose DT_RPATH counts for all; None where only libraries are opened.
    """

    def __init__(self, system: System) -> None:
        """An empty closure; `closure` makes a full one."""
        self.system = system
        self.starts: tuple[LoadedObject, ...] = ()
        self.program: LoadedObject | None = None
        self._objects: list[LoadedObject] = []
        self._missing: list[Missing] = []
        self._names: dict[str, LoadedObject] = {}
        self._files: dict[tuple[int, int], LoadedObject] = {}
        self._scopes: dict[LoadedObject, tuple[LoadedObject, ...]] = {}
        self._inits: list[LoadedObject] = []
        self._unsorted: list[LoadedObject] = []

    @property
    def objects(self) -> tuple[LoadedObject, ...]:
        """All objects in the order of loading."""
        return tuple(self._objects)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What was not found."""
        return tuple(self._missing)

    def scope(self, start: LoadedObject) -> tuple[LoadedObject, ...]:
        """Return the search list of a starting file: itself and all it needs, breadth first.

        Raises:
            KeyError: START was not opened for itself.
        """
        return self._scopes[start]

    def add(self, start: LoadedObject | None) -> None:
        """Enter an object among the starting files."""
        if start is not None:
            self.starts = (*self.starts, start)

    def named(self, name: str) -> LoadedObject | None:
        """Return the object that NAME (a soname, a path, a name it was found by) stands for."""
        return self._names.get(name)

    def init_order(self) -> InitOrder:
        """Return the order in which constructors run, with the cycles in which it is arbitrary."""
        from isolde.resolve.order import init_order

        return init_order(self._inits, self._scopes)

    def finish_order(self) -> tuple[LoadedObject, ...]:
        """Return the order in which destructors run when the process ends.

        What was opened while it ran may depend on more than files tell (relocations that went to
        other objects); glibc then finishes the one that refers first.
        """
        from isolde.resolve.order import finish_order

        return finish_order(self._objects, self.program)

    def cycles(self) -> tuple[Cycle, ...]:
        """Return the groups of objects that need each other."""
        from isolde.resolve.order import find_cycles

        return find_cycles(self._objects)

    # -- opening

    def start(self, path: str, *, as_program: bool = False) -> LoadedObject:
        """Take the file at PATH as the first; a program is then the process's program.

        Args:
            path: the file.
            as_program: it takes the program's place even if it is a library, as where ld.so is
                started with it.

        Raises:
            OSError: it cannot be opened.
            ElfError: it is no ELF file, or malformed.
        """
        item = self._made(Found(path, path, "path"), None, None)
        item.is_program = item.outline.is_executable
        if item.is_program or as_program:
            self.program = item
        self._enter(item)
        self._know_loader(item)
        self._open_object(item, self._preloaded() if item is self.program else ())
        return item

    def open(self, name: str, needer: LoadedObject | None = None) -> LoadedObject | None:
        """Open NAME as dlopen would, on behalf of NEEDER (None: of the program), and all it needs.

        Returns:
            Its object; None if it is not there, which `missing` has then.

        Raises:
            OSError: NAME is a path, asked for from outside, and the file cannot be opened.
            ElfError: it is no ELF file, or malformed.
        """
        strict = needer is None and "/" in name
        item, found = self._load(name, needer, needer or self.program, strict=strict)
        if item is None:
            self._missing.append(Missing(found, needer))
            return None
        self._open_object(item)
        return item

    def open_noted(self) -> None:
        """Open what the objects' `.note.dlopen` name, and what those name, where it is there."""
        for item in self._growing():
            if item.outline.has_dlopen_notes:
                notes = item.file.dlopen_notes
                item.dlopens = tuple(self._open_note(item, note) for note in notes)

    def _growing(self) -> Iterator[LoadedObject]:
        index = 0
        while index < len(self._objects):
            yield self._objects[index]
            index += 1

    def _open_note(self, item: LoadedObject, note: DlopenNote) -> Dlopen:
        tried: list[Found] = []
        for name in note.sonames:
            opened, found = self._load(name, item, item)
            tried.append(found)
            if opened is not None:
                self._open_object(opened)
                return Dlopen(note, opened, tuple(tried))
        return Dlopen(note, None, tuple(tried))

    def _open_object(self, item: LoadedObject, preloaded: Sequence[LoadedObject] = ()) -> None:
        """What dlopen does with an object that is there: the rest of its closure, and the order."""
        if item in self._scopes:
            return
        self._scopes[item] = tuple(self._walk(item, preloaded))
        self._inits.append(item)
        self._unsorted.append(item)
        item.settle_later(self._sort)

    def _sort(self) -> None:
        """Sort the search list of each opened object, in the order of opening, when it matters."""
        from isolde.resolve.order import init_sort

        waiting, self._unsorted = self._unsorted, []
        for item in waiting:
            item.settle(init_sort(self._scopes[item]))

    # -- walking

    def _walk(self, start: LoadedObject, preloaded: Sequence[LoadedObject]) -> list[LoadedObject]:
        """The search list of START; what a filter stands for comes before the filter."""
        items = [start, *preloaded]
        listed, done, at = set(items), set[LoadedObject](), 0
        while at < len(items):
            item = items[at]
            if item in done:
                at += 1
                continue
            done.add(item)
            self._know_needs(item, is_start=item is start)
            for need in item.needs:
                if need is not None and need not in listed:
                    listed.add(need)
                    items.append(need)
            _put_before(item, items, listed)
        return items

    def _know_needs(self, item: LoadedObject, *, is_start: bool) -> None:
        """Loads what ITEM needs, unless that was done when something else was opened."""
        if item.is_known:
            return
        item.is_known = True
        entries = []
        for tag, name in item.outline.entries:
            other, found = self._load(name, item, item)
            entries.append(Entry(tag, name, other, found))
            if other is None and tag != DT_AUXILIARY:
                self._missing.append(Missing(found, item))
        item.entries = tuple(entries)
        item.needs = tuple(entry.object for entry in entries if entry.tag == DT_NEEDED)
        there = [(entry.tag, entry.object) for entry in entries if entry.object is not None]
        item.filtees = tuple(other for tag, other in there if tag != DT_NEEDED)
        if not is_start and not item.is_settled:
            item.settle([other for _, other in there])

    # -- from a name to an object

    def _load(
        self,
        name: str,
        needed_by: LoadedObject | None,
        loaded_for: LoadedObject | None,
        *,
        strict: bool = False,
        rule: str | None = None,
    ) -> tuple[LoadedObject | None, Found]:
        """The object that NAME is, in the process already or mapped now, and the search for it."""
        if loaded_for is not None:
            name = expanded(self.system, loaded_for, name)
        known = self._names.get(name)
        if known is not None:
            self._note_loader(known, needed_by)
            return known, known.found
        found = search(self.system, name, loaded_for, self.program)
        if rule is not None:
            found = found._replace(rule=rule)
        if found.path is None and not strict:
            return None, found
        try:
            return self._identified(found, needed_by, loaded_for), found
        except (OSError, ElfError) as error:
            if strict:
                raise
            return None, _refused(found, error)

    def _identified(
        self, found: Found, needed_by: LoadedObject | None, loaded_for: LoadedObject | None
    ) -> LoadedObject:
        """The object of the file that was FOUND: the same file is one object, by any name."""
        path = found.path or found.name
        item = self._files.get(self.system.identity(path))
        if item is None:
            item = self._made(found, needed_by, loaded_for)
            self._enter(item)
        self._names.setdefault(found.name, item)
        self._note_loader(item, needed_by)
        return item

    def _made(
        self, found: Found, needed_by: LoadedObject | None, loaded_for: LoadedObject | None
    ) -> LoadedObject:
        outline = self.system.outline(found.path or found.name)
        return LoadedObject(self.system, found, outline, needed_by, loaded_for)

    def _enter(self, item: LoadedObject) -> None:
        """From now on ITEM is one of the process's objects."""
        item.index = len(self._objects)
        self._objects.append(item)
        self._files[self.system.identity(item.path)] = item
        for name in (item.path, item.outline.soname):
            if name:
                self._names.setdefault(name, item)

    def _know_loader(self, first: LoadedObject) -> None:
        """ld.so is in every process, but counts among the objects only if one needs it."""
        asked = first.outline.interpreter if first.is_program else self.system.loader(first.machine)
        if asked is None or not (first.is_program or first.outline.entries):
            return
        found = Found(asked, asked, "interpreter")
        try:
            loader = self._made(found, first, first)
        except (OSError, ElfError) as error:
            if first.is_program:
                self._missing.append(Missing(_refused(found, error), first))
            return
        loader.is_loader = loader.is_known = True
        self._files.setdefault(self.system.identity(asked), loader)
        for name in (asked, asked.rpartition("/")[2], loader.outline.soname):
            if name:
                self._names.setdefault(name, loader)

    def _note_loader(self, item: LoadedObject, needed_by: LoadedObject | None) -> None:
        if item.is_loader and item.index < 0:
            item.needed_by = needed_by
            self._enter(item)

    # -- LD_PRELOAD

    def _preloaded(self) -> list[LoadedObject]:
        """The objects that come before all but the program."""
        loaded: list[LoadedObject] = []
        for name in self._preload_names():
            count = len(self._objects)
            item, found = self._load(name, self.program, self.program, rule="preload")
            if item is None:
                self._missing.append(Missing(found, self.program))
            elif len(self._objects) > count:
                loaded.append(item)
        return loaded

    def _preload_names(self) -> list[str]:
        names = self.system.environment.get("LD_PRELOAD", "").replace(":", " ").split(" ")
        try:
            with open(self.system.real(_PRELOAD_FILE), errors="surrogateescape") as file:
                lines = [line.partition("#")[0] for line in file]
        except OSError:
            lines = []
        return [name for name in names if name] + " ".join(lines).replace(":", " ").split()


def closure(paths: Iterable[str], system: System | None = None, *, dlopen: bool = False) -> Closure:
    """Return all that PATHS need, loaded as one process would: each opened after the one before.

    Args:
        paths: files, as paths of the system; a name without a slash is searched for as dlopen
            would.  If the first is a program, it is the process's program, and what LD_PRELOAD
            names comes next.
        system: where they are; None: this machine, with this process's environment.
        dlopen: also open what objects declare, in `.note.dlopen`, that they open at run time.

    Raises:
        OSError: a file named by its path cannot be opened.
        ElfError: such a file is no ELF file, or malformed.
    """
    made = Closure(system or System())
    for path in paths:
        first = not made.objects and "/" in path
        made.add(made.start(path) if first else made.open(path))
    if dlopen:
        made.open_noted()
    return made


def _put_before(item: LoadedObject, items: list[LoadedObject], listed: set[LoadedObject]) -> None:
    """Puts the filtees of ITEM before it in ITEMS, unless they are there."""
    for filtee in item.filtees:
        at = items.index(item)
        if filtee in listed:
            now = items.index(filtee)
            if now < at:
                continue
            del items[now]
        listed.add(filtee)
        items.insert(at, filtee)


def _refused(found: Found, error: OSError | ElfError) -> Found:
    """The search that ended at a file that cannot be loaded."""
    reason = error.reason if isinstance(error, ElfError) else error.strerror or str(error)
    path = found.path or found.name
    return found._replace(path=None, tried=(*found.tried, Tried(path, found.rule, reason)))
