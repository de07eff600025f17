"""From a file to what ld.so would tell about it."""

from __future__ import annotations

from isolde.binutils.ldd.facts import Dependency, Loading
from isolde.binutils.ldd.versions import faults_of, needed_by
from isolde.elf import constants as c
from isolde.errors import ElfError
from isolde.resolve.closure import Closure
from isolde.resolve.search import LINK, NO_SUCH_FILE, NOT_IN_CACHE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolde.binutils.ldd.facts import Undefined
    from isolde.resolve.closure import LoadedObject
    from isolde.resolve.search import Found
    from isolde.resolve.system import System

_VDSO = {
    c.EM_386: "linux-gate.so.1",
    c.EM_S390: "linux-vdso64.so.1",
    c.EM_PPC: "linux-vdso32.so.1",
    c.EM_PPC64: "linux-vdso64.so.1",
    c.EM_IA_64: "linux-gate.so.1",
}
_WITHOUT_VDSO = (c.EM_ALPHA, c.EM_68K, c.EM_PARISC, c.EM_SPARC)
NOT_DYNAMIC = "not a dynamic executable"


def loading_of(
    file: str,
    system: System,
    *,
    data: bool = False,
    functions: bool = False,
    versions: bool = False,
    unused: bool = False,
) -> Loading:
    """What ld.so would tell about FILE.

    Args:
        file: a path of the system, with a slash.
        system: where it and its libraries are.
        data: what does references in data stand for (`-d`).
        functions: those of calls, too (`-r`).
        versions: tell which versions are needed (`-v`).
        unused: tell which direct dependencies are not used (`-u`).

    Raises:
        OSError: the file cannot be opened.
        ElfError: it is not one that ld.so loads ("not a dynamic executable"), or malformed.
    """
    start, made = _started(file, system)
    chain = _chain(start, made)
    loaded = [each for each in chain if not isinstance(each, str)]
    symbols: tuple[Undefined, ...] | None = None
    if (data or functions) and not unused:  # ld.so then tells nothing but what is unused
        from isolde.binutils.ldd.symbols import undefined_in

        symbols = undefined_in(made, functions=functions)
    return Loading(
        file=file,
        address_digits=start.outline.elf_class // 4,
        dependencies=_dependencies(start, chain),
        version_faults=faults_of(loaded, made),
        undefined=symbols,
        versions=needed_by(loaded, made) if versions else None,
        unused=_unused(start, made) if unused else None,
        refused=tuple(_refused(made)),
    )


def _unused(start: LoadedObject, made: Closure) -> tuple[str, ...]:
    from isolde.binutils.ldd.symbols import unused_by

    return unused_by(start, made)


def _started(file: str, system: System) -> tuple[LoadedObject, Closure]:
    made = Closure(system)
    try:
        outline = system.outline(file)
    except ElfError:
        with open(system.real(file), "rb") as stream:
            if stream.read(4) == b"\x7fELF":
                raise
        outline = None
    # The files that hold only debugging information have the segment, and nothing in it.
    is_loaded = outline is not None and outline.type in (c.ET_EXEC, c.ET_DYN)
    if not is_loaded or not system.file(file).dynamic:
        raise ElfError(file, NOT_DYNAMIC)
    start = made.start(file, as_program=True)
    made.add(start)
    return start, made


def _chain(start: LoadedObject, made: Closure) -> list[LoadedObject | str]:
    """The objects in the order of ld.so's list; of what is not found the name, at its place."""
    preloaded = (item for item in made.objects if item.found.rule == "preload")
    chain: list[LoadedObject | str] = list(dict.fromkeys((start, *preloaded)))
    seen = set(chain)
    for item in made.scope(start):
        for entry in item.entries:
            if entry.object is None:
                chain.append(entry.found.name)  # again for each that asks, as ld.so has it
            elif entry.object not in seen:
                seen.add(entry.object)
                chain.insert(_place_of(entry.object, chain), entry.object)
    return chain


def _place_of(item: LoadedObject, chain: list[LoadedObject | str]) -> int:
    """Where ITEM comes: last; but ld.so itself behind the last object that was found."""
    place = len(chain)
    while item.is_loader and isinstance(chain[place - 1], str):
        place -= 1
    return place


def _dependencies(
    start: LoadedObject, chain: list[LoadedObject | str]
) -> tuple[Dependency, ...] | None:
    if c.DT_NEEDED not in (tag for tag, _ in start.outline.entries):
        return None
    found = [
        Dependency(each, None) if isinstance(each, str) else Dependency(each.found.name, each.path)
        for each in chain
        if each is not start
    ]
    machine = start.outline.machine
    if machine not in _WITHOUT_VDSO:
        vdso = _VDSO.get(machine, "linux-vdso.so.1")
        found.insert(0, Dependency(vdso, vdso))
    return tuple(found)


def _refused(made: Closure) -> Iterator[str]:
    """Where ld.so would have given up: a file that is there, and is nothing to load."""
    for missing in made.missing:
        last = _last_tried(missing.found)
        if last is not None and missing.found.rule != "preload":
            who = missing.needed_by.path if missing.needed_by else "the process"
            yield f"{last}, needed by {who}"


def _last_tried(found: Found) -> str | None:
    if not found.tried:
        return None
    path, _, objection = found.tried[-1]
    is_fatal = "gives up" in objection or "/" in found.name
    if not is_fatal or objection.startswith((NO_SUCH_FILE, NOT_IN_CACHE, LINK)):
        return None
    return f"{path}: {objection}"
