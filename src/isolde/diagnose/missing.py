"""What to say of a library that is not there: who needs it, why, and the way out."""

from __future__ import annotations

import os

from isolde.diagnose.run_path import RunPaths
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
    run_paths = RunPaths(closure, closure.starts, folders_nearby(missing, closure))
    return [_told(group, closure, run_paths) for group in by_name.values()]


def folders_nearby(missing: Sequence[Missing], closure: Closure) -> dict[str, list[str]]:
    """Where what is MISSING lies after all and a run path can lead: by the path of who needs it."""
    found: dict[str, list[str]] = {}
    for each in missing:
        folder = folder_with(each, closure) if "/" not in each.found.name else None
        if each.needed_by is not None and folder not in (None, *closure.system.conf_folders):
            found.setdefault(each.needed_by.path, []).append(str(folder))
    return found


def _told(group: Sequence[Missing], closure: Closure, run_paths: RunPaths) -> str:
    first = group[0]
    if first.found.rule == "interpreter":
        return _loader_told(first, closure)
    needers = list(dict.fromkeys(each.needed_by.path for each in group if each.needed_by))
    for_whom = f", needed by {_listed(needers)}," if needers else ""
    taken = unsuitable(first)
    if taken is not None:
        why = f"cannot be loaded: {taken.path}: {taken.objection}"
    else:
        why = "was not found"
    return f"{first.found.name}{for_whom} {why}; {_way_out(first, closure, taken, run_paths)}"


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


def unsuitable(missing: Missing) -> Tried | None:
    """The file that has the name, but cannot be taken."""
    return next((each for each in missing.found.tried if each.objection not in _SILENT), None)


def _way_out(missing: Missing, closure: Closure, taken: Tried | None, run_paths: RunPaths) -> str:
    name, system = missing.found.name, closure.system
    if "/" in name:
        return f"put the file there, or link {_needer(missing)} against its soname"
    folder = folder_with(missing, closure)
    if folder is not None:
        return _way_into(folder, missing, system, run_paths)
    if taken is not None:
        return f"put one in its place that is made for {_machine(missing, closure)}"
    if missing.needed_by is None and missing.found.rule != "preload":
        return _program_advice(name) or _package_advice(name, system)
    return _other_version(name, system) + _package_advice(name, system)


def _needer(missing: Missing) -> str:
    return missing.needed_by.path if missing.needed_by else "the program"


def _machine(missing: Missing, closure: Closure) -> str:
    machine = missing.needed_by.machine if missing.needed_by else closure.system.machine
    return f"{machine.name}, {machine.elf_class}-bit" if machine else "this machine"


def _way_into(folder: str, missing: Missing, system: System, run_paths: RunPaths) -> str:
    """The file is there, where nothing looks for it."""
    if folder in system.conf_folders:
        return f"it is in {folder}, and not in the cache yet: run {ldconfig(system)}"
    setting = f"set LD_LIBRARY_PATH={folder}"
    item = missing.needed_by
    if item is None:
        return f"it is in {folder}: {setting}"
    return f"it is in {folder}: {setting}, or {run_paths.command(item)}"


def ldconfig(system: System) -> str:
    """The command that enters a system's libraries into its cache."""
    return "ldconfig" if system.root == "/" else f"ldconfig -r {system.root}"


def folder_with(missing: Missing, closure: Closure) -> str | None:
    """A folder near the objects, ldconfig's or dpkg's, with what is MISSING, for its machine."""
    name = missing.found.name
    machine = missing.needed_by.machine if missing.needed_by else closure.system.machine
    tried = {each.path for each in missing.found.tried}
    if any(each.objection.endswith("ld.so gives up") for each in missing.found.tried):
        return None  # no folder behind that one is ever looked into
    for folder in dict.fromkeys(_folders_near(missing, closure)):
        path = f"{folder}/{name}"
        if path not in tried and closure.system.suits(path, machine):
            return folder
    return None


def _folders_near(missing: Missing, closure: Closure) -> Iterator[str]:
    from isolde.diagnose.check.packages import installed_files

    yield from closure.system.conf_folders
    near: list[LoadedObject] = [missing.needed_by] if missing.needed_by else []
    for item in (*near, *closure.starts, *closure.objects):
        yield item.origin
        parent = os.path.dirname(item.origin)
        for base in (item.origin, parent):
            yield from (os.path.join(base, name) for name in ("lib", "lib64"))
    if missing.needed_by is not None:
        for each in installed_files(closure.system, missing.found.name):
            yield os.path.dirname(each.path)


def _other_version(name: str, system: System) -> str:
    """Another version does not stand in, but tells which package to look at."""
    stem, dot, _ = name.partition(".so")
    if not dot or system.cache is None:
        return ""
    names = {entry.name for entry in system.cache.entries() if entry.name.startswith(f"{stem}.so.")}
    others = sorted(names - {name})
    return f"there is {', '.join(others[:3])}, which does not stand in for it: " if others else ""


def _package_advice(name: str, system: System) -> str:
    ways = packages_with(name, system)
    if system.root != "/":
        return ways[0]
    if ways[0].startswith("apt-get"):
        return f"install the package that has it: {ways[0]}"
    return (
        f"install the package that has it (`{ways[0]}`, `dnf provides '*/{name}'`), "
        "or name its folder in LD_LIBRARY_PATH"
    )


def packages_with(name: str, system: System) -> tuple[str, ...]:
    """What installs, or finds, the package that has a library of that NAME."""
    from isolde.diagnose.check.packages import is_exact, offered_packages

    if system.root != "/":
        return (f"unpack the package that has it into {system.root}",)
    offered = offered_packages(system, name)
    if offered and is_exact(name, offered[0]):
        return (f"apt-get install {offered[0]}",)
    return (f"apt-file search {name.rpartition('/')[2]}",)


def _program_advice(name: str) -> str | None:
    import shutil

    program = shutil.which(name)
    return f"it is a program: isolde tree {program}" if program else None
