"""What of a file is loadable and yet not as it should be: how it was linked, where it looks."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING

from isolde.diagnose.check.facts import CYCLE, RUN_PATH, STACK, TEXT, WARNING, Finding
from isolde.elf import constants as c
from isolde.resolve.search import expanded

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
        yield from _run_path(item, is_target=item is process.target)


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


def _run_path(item: LoadedObject, *, is_target: bool) -> Iterator[Finding]:
    text = item.runpath if item.runpath is not None else item.rpath
    if text is None:
        return
    tag = "DT_RUNPATH" if item.runpath is not None else "DT_RPATH"
    folders = dict.fromkeys(text.split(":"))
    problems = {each: _problem(item, each, is_target=is_target) for each in folders}
    rest = ":".join(each for each, problem in problems.items() if problem is None)
    for folder, problem in problems.items():
        if problem is not None:
            yield Finding(
                RUN_PATH,
                WARNING,
                item.path,
                f"its {tag} names {folder or 'an empty folder'}, {problem}",
                fixes=(_without(rest, item.path),),
            )


def _without(rest: str, path: str) -> str:
    if not rest:
        return f"patchelf --remove-rpath {path}"
    return f"patchelf --set-rpath '{rest}' {path}"


def _problem(item: LoadedObject, folder: str, *, is_target: bool) -> str | None:
    where = expanded(item.system, item, folder)
    if not where.startswith("/"):
        return "which means the folder that the process happens to be in"
    try:
        status = os.stat(item.system.real(where))
    except (OSError, ValueError):
        return "which does not exist" if is_target else None
    if not stat.S_ISDIR(status.st_mode):
        return "which is no folder" if is_target else None
    if status.st_mode & stat.S_IWOTH:
        return "which everybody may put libraries into"
    return None
