"""Libraries that are not there, or only for another machine: what is near, what brings them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from isolde.diagnose.check.facts import FAULT, MISSING_LIBRARY, WRONG_MACHINE, Finding
from isolde.diagnose.check.packages import installed_files, is_exact, offered_packages
from isolde.diagnose.check.providers import library_paths
from isolde.diagnose.check.sonames import parts_of
from isolde.diagnose.missing import folder_with, ldconfig, packages_with, unsuitable
from isolde.diagnose.run_path import from_origin
from isolde.resolve.machine import Machine, machine_of_head
from isolde.resolve.search import LINK, NO_SUCH_FILE, NOT_IN_CACHE, Found, Tried

if TYPE_CHECKING:
    from isolde.diagnose.check.process import Process
    from isolde.resolve.closure import LoadedObject, Missing
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
            yield _finding(process, each, asker)


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
        fixes=_ways_to_another(system, machine, target),
    )


def described(machine: Machine) -> str:
    """A machine, with what tells it from others of its family."""
    bits = "" if machine.elf_class == 64 else ", 32 bits"
    return f"{machine.name}{bits}"


def _ways_to_another(system: System, machine: Machine, target: LoadedObject) -> tuple[str, ...]:
    names = {"AArch64": "arm64", "ARM": "armhf", "IBM S/390": "s390x", "Intel 80386": "i386"}
    debian = names.get(machine.name)
    ways = [f"isolde check --root {_root_of(system, target)} {target.path}"]
    if debian:
        ways.append(f"dpkg --add-architecture {debian} && apt-get install libc6:{debian}")
    return tuple(ways)


def _root_of(system: System, target: LoadedObject) -> str:
    """The folder that another system is unpacked into, if one above the file looks like that."""
    signs = (*target.machine.platform.loaders, "/usr/bin", "/usr/lib")
    folder = target.origin
    while folder not in ("", "/"):
        if any(system.exists(folder + sign) for sign in signs):
            return folder
        folder = folder.rpartition("/")[0]
    top, _, last = target.origin.rpartition("/")
    is_programs = last in ("bin", "sbin") and not top.startswith("/usr")
    return top if top and is_programs else "FOLDER"


def _finding(process: Process, missing: Missing, asker: LoadedObject) -> Finding:
    found, system = missing.found, process.system
    if asker.file.interpreter == found.name and found.rule == "interpreter":
        return _no_interpreter(system, found, asker)
    unfit = [each for each in found.tried if each.objection.startswith(_MACHINE)]
    if unfit:
        return _unfit(process, missing, asker, unfit[0])
    broken = _broken(found)
    if broken is not None:
        return _unusable(system, found, asker, broken)
    details, fixes = _near(process, missing, asker)
    return Finding(
        MISSING_LIBRARY,
        FAULT,
        asker.path,
        f"{found.name}, which it needs, is not there{_dangling(found)}",
        fixes=fixes,
        details=(_looked(found), *details),
        library=found.name,
        tried=found.tried,
    )


def _dangling(found: Found) -> str:
    """A link of that name that leads nowhere is the likeliest cause of all."""
    links = (each for each in found.tried if each.objection.startswith(LINK))
    return next((f": {each.path} is {each.objection}" for each in links), "")


def _no_interpreter(system: System, found: Found, asker: LoadedObject) -> Finding:
    fixes = [f"patchelf --set-interpreter LOADER {asker.path}"]
    if system.root != "/":
        fixes = [f"install the C library for {described(asker.machine)} into {system.root}"]
    elif "musl" in found.name:
        fixes.insert(0, "apt-get install musl")
    return Finding(
        MISSING_LIBRARY,
        FAULT,
        asker.path,
        f"{found.name}, the program interpreter that it asks for, is not there",
        fixes=tuple(fixes),
        library=found.name,
        tried=found.tried,
    )


def _unfit(process: Process, missing: Missing, asker: LoadedObject, one: Tried) -> Finding:
    found, system = missing.found, process.system
    details, fixes = _near(process, missing, asker)
    return Finding(
        WRONG_MACHINE,
        FAULT,
        asker.path,
        f"{found.name}, which it needs, is there only for another machine: {one.path} is for "
        f"{_machine_of(system, one)}, and {asker.path} is for {described(asker.machine)}",
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
    if last is None or last.objection.startswith((NO_SUCH_FILE, NOT_IN_CACHE, LINK)):
        return None
    return last


def _unusable(system: System, found: Found, asker: LoadedObject, one: Tried) -> Finding:
    return Finding(
        MISSING_LIBRARY,
        FAULT,
        asker.path,
        f"{found.name}, which it needs, cannot be loaded: {one.path}: {one.objection}",
        fixes=(_whole_again(system, one.path, asker),),
        details=(_looked(found),),
        library=found.name,
        tried=found.tried,
    )


def _whole_again(system: System, path: str, asker: LoadedObject) -> str:
    """What brings back a file that is damaged: its package, if it is of one."""
    for each in installed_files(system, path.rpartition("/")[2]):
        if system.root == "/" and system.real(each.path) == system.real(path):
            return f"apt-get install --reinstall {each.package}"
    return f"put a whole copy in its place, made for {described(asker.machine)}: {path}"


def _looked(found: Found) -> str:
    if not found.tried:
        return "looked for nowhere"
    folders = dict.fromkeys(
        each.path if each.rule == "cache" else each.path.rpartition("/")[0] or "/"
        for each in found.tried
    )
    return f"looked in {', '.join(folders)}"


def _near(
    process: Process, missing: Missing, asker: LoadedObject
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is like a library that is missing, and what would bring it: details and fixes."""
    system, name = process.system, missing.found.name
    details, fixes = [], list[str]()
    folder = None if "/" in name else folder_with(missing, process.closure)
    if folder is not None:
        details.append(f"{folder}/{name} has that name, in a folder that is not searched")
        fixes += _ways_into(process, asker, folder)
    for path in _other_versions(system, name, asker.machine)[:_NEAR]:
        details.append(f"{path} is another version of it")
    offered = offered_packages(system, name)
    if offered and not is_exact(name, offered[0]):
        details.append(f"apt has other versions of it: {', '.join(offered[:_NEAR])}")
    taken = unsuitable(missing)
    if not fixes and taken is not None:
        machine = described(asker.machine)
        fixes.append(f"put one in its place that is made for {machine}: {taken.path}")
    return tuple(details), tuple(fixes or packages_with(name, system))


def _ways_into(process: Process, asker: LoadedObject, folder: str) -> Iterator[str]:
    """What has the loader look into a FOLDER, with patchelf and without."""
    system, target = process.system, process.target
    if folder in system.conf_folders:
        yield ldconfig(system)
        return
    yield process.run_paths.command(asker)
    if process.host is None and target.outline.is_executable:
        yield f"LD_LIBRARY_PATH={folder} {target.path}"
    else:
        yield f"LD_LIBRARY_PATH={folder}, set for the program that opens it"
    yield f"-Wl,-rpath,'{from_origin(asker, folder)}'"


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
