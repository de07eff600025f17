"""Libraries that are not there, or only for another machine: what is near, what brings them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from isolde.diagnose.check.facts import FAULT, MISSING_LIBRARY, WRONG_MACHINE, Finding
from isolde.diagnose.check.packages import installed_files, is_exact, offered_packages
from isolde.diagnose.check.providers import library_paths
from isolde.diagnose.check.sonames import parts_of
from isolde.resolve.machine import Machine, machine_of_head, objection
from isolde.resolve.search import Found, Tried

if TYPE_CHECKING:
    from isolde.diagnose.check.process import Process
    from isolde.resolve.closure import LoadedObject
    from isolde.resolve.system import System

_NEAR = 3  # names that are told, at the most
_MACHINE = ("made for another machine", "wrong ELF class", "wrong byte order")


def missing_libraries(process: Process) -> Iterator[Finding]:
    """What is needed and not there; a machine of which nothing is there is told once."""
    absent = process.missing
    foreign = _foreign(process)
    if foreign is not None:
        yield foreign
        return
    seen: set[tuple[str, str]] = set()
    for each in absent:
        asker = each.needed_by or process.target
        if (each.found.name, asker.path) not in seen:
            seen.add((each.found.name, asker.path))
            yield _finding(process.system, each.found, asker)


def _foreign(process: Process) -> Finding | None:
    """A file for a machine that this one is not, and that it has no loader for."""
    system, target = process.system, process.target
    machine, here = target.machine, system.machine
    if here is None or machine._replace(flags=0) == here._replace(flags=0):
        return None
    if system.loader(machine) is not None:
        return None
    whose = "this machine is" if system.files.is_native else f"{system.root} is a system for"
    return Finding(
        WRONG_MACHINE,
        FAULT,
        target.path,
        f"it is made for {described(machine)}, and {whose} {described(here)}",
        fixes=_ways_to_another(machine, target.path),
    )


def described(machine: Machine) -> str:
    """A machine, with what tells it from others of its family."""
    bits = "" if machine.elf_class == 64 else ", 32 bits"
    return f"{machine.name}{bits}"


def _ways_to_another(machine: Machine, path: str) -> tuple[str, ...]:
    names = {"AArch64": "arm64", "ARM": "armhf", "IBM S/390": "s390x", "Intel 80386": "i386"}
    debian = names.get(machine.name)
    ways = [f"isolde check --root FOLDER {path}"]
    if debian:
        ways.append(f"dpkg --add-architecture {debian} && apt-get install libc6:{debian}")
    return tuple(ways)


def _finding(system: System, found: Found, asker: LoadedObject) -> Finding:
    if asker.file.interpreter == found.name and found.rule == "interpreter":
        return _no_interpreter(found, asker)
    unfit = [each for each in found.tried if each.objection.startswith(_MACHINE)]
    if unfit:
        return _unfit(system, found, asker, unfit[0])
    broken = _broken(found)
    if broken is not None:
        return _unusable(found, asker, broken)
    details, fixes = _near(system, found.name, asker)
    return Finding(
        MISSING_LIBRARY,
        FAULT,
        asker.path,
        f"{found.name}, which it needs, is not there",
        fixes=fixes,
        details=(_looked(found), *details),
        library=found.name,
        tried=found.tried,
    )


def _no_interpreter(found: Found, asker: LoadedObject) -> Finding:
    packages = ("apt-get install musl",) if "musl" in found.name else ()
    return Finding(
        MISSING_LIBRARY,
        FAULT,
        asker.path,
        f"{found.name}, the program interpreter that it asks for, is not there",
        fixes=(*packages, f"patchelf --set-interpreter LOADER {asker.path}"),
        library=found.name,
        tried=found.tried,
    )


def _unfit(system: System, found: Found, asker: LoadedObject, one: Tried) -> Finding:
    details, fixes = _near(system, found.name, asker)
    return Finding(
        WRONG_MACHINE,
        FAULT,
        asker.path,
        f"{found.name}, which it needs, is there only for another machine: {one.path} is for "
        f"{_machine_of(system, one)}, and it is for {described(asker.machine)}",
        fixes=fixes,
        details=(_looked(found), *details),
        library=found.name,
        tried=found.tried,
    )


def _machine_of(system: System, one: Tried) -> str:
    try:
        machine = machine_of_head(system.head(one.path))
    except OSError:
        machine = None
    return described(machine) if machine else one.objection


def _broken(found: Found) -> Tried | None:
    """The file at which the search has ended, for there is something that cannot be loaded."""
    last = found.tried[-1] if found.tried else None
    if last is None or last.objection.startswith(("no such file", "not in the cache")):
        return None
    return last


def _unusable(found: Found, asker: LoadedObject, one: Tried) -> Finding:
    return Finding(
        MISSING_LIBRARY,
        FAULT,
        asker.path,
        f"{found.name}, which it needs, cannot be loaded: {one.path}: {one.objection}",
        fixes=(f"dpkg -S {one.path}",),
        details=(_looked(found),),
        library=found.name,
        tried=found.tried,
    )


def _looked(found: Found) -> str:
    if not found.tried:
        return "looked for nowhere"
    folders = dict.fromkeys(
        each.path if each.rule == "cache" else each.path.rpartition("/")[0] or "/"
        for each in found.tried
    )
    return f"looked in {', '.join(folders)}"


def _near(
    system: System, name: str, asker: LoadedObject
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is like a library that is missing, and what would bring it: details and fixes."""
    details, fixes = [], []
    for path in _same_name(system, name, asker):
        folder = path.rpartition("/")[0]
        details.append(f"{path} has that name, in a folder that is not searched")
        fixes.append(f"patchelf --add-rpath {_from_origin(asker, folder)} {asker.path}")
    for path in _other_versions(system, name, asker.machine)[:_NEAR]:
        details.append(f"{path} is another version of it")
    offered = offered_packages(system, name)
    if offered and is_exact(name, offered[0]):
        fixes.append(f"apt-get install {offered[0]}")
    elif offered:
        details.append(f"apt has other versions of it: {', '.join(offered[:_NEAR])}")
    if not fixes:
        fixes.append(f"apt-file search {name.rpartition('/')[2]}")
    return tuple(details), tuple(fixes)


def _same_name(system: System, name: str, asker: LoadedObject) -> list[str]:
    """Files of that name that the loader does not look at: beside the asker, or dpkg's."""
    base = name.rpartition("/")[2]
    folders = (asker.origin, f"{asker.origin}/lib", os.path.normpath(f"{asker.origin}/../lib"))
    beside = [f"{folder}/{base}" for folder in folders]
    installed = [each.path for each in installed_files(system, base)]
    return [path for path in dict.fromkeys((*beside, *installed)) if _suits(system, path, asker)]


def _suits(system: System, path: str, asker: LoadedObject) -> bool:
    try:
        head = system.head(path)
    except (OSError, ValueError):
        return False
    return head[:4] == b"\x7fELF" and objection(head, asker.machine) is None


def _from_origin(asker: LoadedObject, folder: str) -> str:
    """A folder as a run path says it: from the file itself where it is near."""
    if folder == asker.origin:
        return "'$ORIGIN'"
    if folder.startswith(f"{asker.origin}/"):
        return f"'$ORIGIN{folder[len(asker.origin) :]}'"
    if os.path.dirname(folder) == os.path.dirname(asker.origin):
        return f"'$ORIGIN/../{os.path.basename(folder)}'"
    return folder


def _other_versions(system: System, name: str, machine: Machine) -> list[str]:
    parts = parts_of(name)
    if parts is None:
        return []
    found = {}
    for path in library_paths(system, machine):
        base = path.rpartition("/")[2]
        other = parts_of(base)
        if other is not None and other[0] == parts.stem and other.version and base != name:
            found[base] = path
    return list(found.values())
