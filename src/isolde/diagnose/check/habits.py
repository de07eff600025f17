"""What of a file is loadable and yet not as it should be: how it was linked, where it looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from isolde.diagnose.check.facts import CYCLE, RUN_PATH, STACK, TEXT, WARNING, Finding
from isolde.elf import constants as c

if TYPE_CHECKING:
    from isolde.diagnose.check.process import Process
    from isolde.resolve.closure import LoadedObject

# Where a file without PT_GNU_STACK gets an executable stack, as the kernel's old ABI had it.
_EXECUTABLE_BY_DEFAULT = (c.EM_X86_64, c.EM_386, c.EM_ARM, c.EM_PPC, c.EM_SPARC, c.EM_MIPS)


def habits(process: Process) -> Iterator[Finding]:
    """Cycles, text relocations, executable stacks, run paths."""
    yield from _cycles(process)
    for item in process.own:
        yield from _text(item)
        yield from _stack(item)
        yield from _run_path(process, item)


def _cycles(process: Process) -> Iterator[Finding]:
    own = set(process.own)
    for cycle in process.closure.cycles():
        if own.isdisjoint(cycle.objects):
            continue
        way = [item.path for item in cycle.path]
        names = [path.rpartition("/")[2] for path in (*way, way[0])]
        last = cycle.path[-1]
        need = cycle.path[0].file.soname or names[0]
        yield Finding(
            CYCLE,
            WARNING,
            way[0],
            f"it needs itself: {' -> '.join(names)}; no order of constructors suits all of them",
            fixes=(
                f"isolde order {process.target.path}",
                f"patchelf --remove-needed {need} {last.path}",
            ),
            objects=tuple(way),
        )


def _text(item: LoadedObject) -> Iterator[Finding]:
    if item.file.flags & c.DF_TEXTREL:
        yield Finding(
            TEXT,
            WARNING,
            item.path,
            "it has text relocations: its code is written to at every load, and shared with nobody",
            fixes=("compile it with -fPIC", "-Wl,-z,text says which object is not"),
        )


def _stack(item: LoadedObject) -> Iterator[Finding]:
    headers = [each for each in item.file.segments if each.type == c.PT_GNU_STACK]
    if headers and not headers[0].flags & c.PF_X:
        return
    if not headers and item.file.header.machine not in _EXECUTABLE_BY_DEFAULT:
        return
    if item.is_loader:
        return
    why = "asks for" if headers else "has no PT_GNU_STACK, which means"
    yield Finding(
        STACK,
        WARNING,
        item.path,
        f"it {why} an executable stack, which every thread of the process gets",
        fixes=(f"patchelf --clear-execstack {item.path}", "-Wl,-z,noexecstack"),
    )


def _run_path(process: Process, item: LoadedObject) -> Iterator[Finding]:
    tag = "DT_RUNPATH" if item.runpath is not None else "DT_RPATH"
    for folder, problem in process.run_paths.problems(item).items():
        if problem is not None:
            yield Finding(
                RUN_PATH,
                WARNING,
                item.path,
                f"its {tag} names {folder or 'an empty folder'}, {problem}",
                fixes=(process.run_paths.fix(item, folder),),
            )
