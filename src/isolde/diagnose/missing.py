"""What to say of a library that is not there: who needs it, why, and the way out."""

from __future__ import annotations

import os

from isolde.resolve.closure import Closure, LoadedObject, Missing
from isolde.resolve.search import NO_SUCH_FILE, NOT_IN_CACHE, Tried
from isolde.resolve.system import System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SILENT = (NO_SUCH_FILE, NOT_IN_CACHE)


def faults_told(missing: Sequence[Missing], closure: Closure) -> list[str]:
    """Return a line for each name that is missing: the cause, then the way out.

    Args:
        missing: the names, of which some may be asked for by several objects.
        closure: what is there.
    """
    by_name: dict[str, list[Missing]] = {}
    for each in missing:
        by_name.setdefault(each.found.name, []).append(each)
    return [_told(group, closure) for group in by_name.values()]


def _told(group: Sequence[Missing], closure: Closure) -> str:
    first = group[0]
    if first.found.rule == "interpreter":
        return _loader_told(first, closure)
    needers = list(dict.fromkeys(each.needed_by.path for each in group if each.needed_by))
    for_whom = f", needed by {_listed(needers)}," if needers else ""
    unsuitable = _unsuitable(first)
    if unsuitable is not None:
        why = f"cannot be loaded: {unsuitable.path}: {unsuitable.objection}"
    else:
        why = "was not found"
    return f"{first.found.name}{for_whom} {why}; {_way_out(first, closure, unsuitable)}"


def _loader_told(missing: Missing, closure: Closure) -> str:
    name = missing.found.name
    reason = "cannot be used" if closure.system.exists(name) else "was not found"
    return (
        f"{name}, the loader that {_needer(missing)} asks for, {reason}; install the C library "
        f"for {_machine(missing, closure)}"
        + ("" if closure.system.root == "/" else f", into {closure.system.root}")
    )


def _listed(paths: list[str]) -> str:
    if len(paths) < 3:
        return " and ".join(paths)
    return f"{paths[0]} and {len(paths) - 1} others"


def _unsuitable(missing: Missing) -> Tried | None:
    """The file that has the name, but cannot be taken."""
    return next((each for each in missing.found.tried if each.objection not in _SILENT), None)


def _way_out(missing: Missing, closure: Closure, unsuitable: Tried | None) -> str:
    name, system = missing.found.name, closure.system
    if "/" in name:
        return f"put the file there, or link {_needer(missing)} against its soname"
    folder = _folder_with(name, missing, closure)
    if folder is not None:
        return _way_into(folder, missing, system)
    if unsuitable is not None:
        return f"put one in its place that is made for {_machine(missing, closure)}"
    if missing.needed_by is None and missing.found.rule != "preload":
        return _program_advice(name) or _package_advice(name, system)
    return _other_version(name, system) + _package_advice(name, system)


def _needer(missing: Missing) -> str:
    return missing.needed_by.path if missing.needed_by else "the program"


def _machine(missing: Missing, closure: Closure) -> str:
    machine = missing.needed_by.machine if missing.needed_by else closure.system.machine
    return f"{machine.name}, {machine.elf_class}-bit" if machine else "this machine"


def _way_into(folder: str, missing: Missing, system: System) -> str:
    """The file is there, where nothing looks for it."""
    if folder in system.conf_folders:
        return f"it is in {folder}, and not in the cache yet: run ldconfig"
    setting = f"set LD_LIBRARY_PATH={folder}"
    item = missing.needed_by
    if item is None:
        return f"it is in {folder}: {setting}"
    way = os.path.relpath(folder, item.origin)
    origin = "$ORIGIN" if way == "." else f"$ORIGIN/{way}"
    return f"it is in {folder}: {setting}, or patchelf --add-rpath '{origin}' {item.path}"


def _folder_with(name: str, missing: Missing, closure: Closure) -> str | None:
    """A folder near the objects, or one of ldconfig's, with a file of that name and machine."""
    machine = missing.needed_by.machine if missing.needed_by else closure.system.machine
    tried = {each.path for each in missing.found.tried}
    for folder in dict.fromkeys(_folders_nearby(missing, closure)):
        path = f"{folder}/{name}"
        if path not in tried and closure.system.suits(path, machine):
            return folder
    return None


def _folders_nearby(missing: Missing, closure: Closure) -> Iterator[str]:
    yield from closure.system.conf_folders
    near: list[LoadedObject] = [missing.needed_by] if missing.needed_by else []
    for item in (*near, *closure.starts, *closure.objects):
        yield item.origin
        parent = os.path.dirname(item.origin)
        yield from (os.path.join(parent, name) for name in ("lib", "lib64"))


def _other_version(name: str, system: System) -> str:
    """Another version does not stand in, but tells which package to look at."""
    stem, dot, _ = name.partition(".so")
    if not dot or system.cache is None:
        return ""
    names = {entry.name for entry in system.cache.entries() if entry.name.startswith(f"{stem}.so.")}
    others = sorted(names - {name})
    return f"there is {', '.join(others[:3])}, which does not stand in for it: " if others else ""


def _package_advice(name: str, system: System) -> str:
    if system.root != "/":
        return f"unpack the package that has it into {system.root}"
    return (
        f"install the package that has it (`apt-file search {name}`, `dnf provides '*/{name}'`), "
        "or name its folder in LD_LIBRARY_PATH"
    )


def _program_advice(name: str) -> str | None:
    import shutil

    program = shutil.which(name)
    return f"it is a program: isolde tree {program}" if program else None
