"""Versions of symbols that a file needs of a library, and that this library does not have.

A loader compares them before it binds anything: each version that is needed of a file must be
defined there, unless only weak references need it.  Of a library without versions it asks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from isolde.diagnose.check.facts import (
    FAULT,
    MISSING_VERSION,
    NO_VERSIONS,
    WARNING,
    Finding,
    Needed,
    SymbolFact,
)
from isolde.diagnose.check.names import asked
from isolde.diagnose.family import is_family
from isolde.elf.constants import VER_FLG_BASE, VER_FLG_WEAK
from isolde.resolve.search import search

if TYPE_CHECKING:
    from isolde.diagnose.check.process import Process
    from isolde.elf.file import File
    from isolde.elf.version import VersionNeed
    from isolde.resolve.closure import LoadedObject

_NUMBERS = re.compile(r"\d+")


def versions_of(file: File) -> set[str]:
    """The versions that FILE defines, without the one that names the file."""
    return {each.name for each in file.version_definitions if not each.flags & VER_FLG_BASE}


def needed_versions(process: Process) -> tuple[Needed, ...]:
    """Every version that is needed of a library, with who needs it."""
    askers: dict[tuple[str, str], list[str]] = {}
    for item in process.own:
        for need in item.file.version_needs:
            for wanted in need.versions:
                askers.setdefault((need.file, wanted.name), []).append(item.path)
    rows = []
    for (library, version), paths in askers.items():
        found = process.closure.named(library)
        rows.append(Needed(library, version, found.path if found else None, tuple(paths)))
    return tuple(sorted(rows, key=lambda row: (row.library, _key(row.version))))


def missing_versions(process: Process) -> Iterator[Finding]:
    """The versions that a library is asked for and does not have."""
    for item, provider, need in _bound_needs(process):
        have = versions_of(provider.file)
        if not have:
            yield _without_versions(item, provider, need.file)
            continue
        strong = _absent(need, have)
        if strong:
            yield _finding(process, item, provider, need.file, strong, have)


def misleading(process: Process) -> set[str]:
    """Libraries that lack a version, found by a run path where the system's own has it."""
    found = set()
    for _, provider, need in _bound_needs(process):
        absent = _absent(need, versions_of(provider.file)) if provider.found.origin else []
        if absent and _elsewhere(process, provider, need.file, max(absent, key=_key)):
            found.add(provider.path)
    return found


def _bound_needs(process: Process) -> Iterator[tuple[LoadedObject, LoadedObject, VersionNeed]]:
    for item in process.own:
        for need in item.file.version_needs:
            provider = process.closure.named(need.file)
            if provider is not None:
                yield item, provider, need


def _absent(need: VersionNeed, have: set[str]) -> list[str]:
    if not have:
        return []
    return [v.name for v in need.versions if v.name not in have and not v.flags & VER_FLG_WEAK]


def _finding(
    process: Process,
    item: LoadedObject,
    provider: LoadedObject,
    library: str,
    absent: list[str],
    have: set[str],
) -> Finding:
    absent = sorted(absent, key=_key)
    symbols = tuple(
        SymbolFact(each.name, each.version, (item.path,))
        for each in asked(item.file)
        if each.library == library and each.version in absent
    )
    last = absent[-1]
    best = _up_to(last, have)
    has = f"has up to {best}" if best else f"has none of {_family(last)}"
    details = [f"{library} is {provider.path}"]
    details += [f"{v} is needed by {_named(symbols, v)}" for v in absent]
    elsewhere = _elsewhere(process, provider, library, last)
    if elsewhere is not None:
        details.append(f"{elsewhere} has {last}")
    return Finding(
        MISSING_VERSION,
        FAULT,
        item.path,
        f"it needs {_all(absent)} of {library}, which {has}",
        fixes=_fixes(process, item, provider, last, elsewhere),
        details=tuple(details),
        library=library,
        version=last,
        symbols=symbols,
    )


def _all(versions: list[str]) -> str:
    if len(versions) == 1:
        return versions[0]
    return f"{', '.join(versions[:-1])} and {versions[-1]}"


def _named(symbols: tuple[SymbolFact, ...], version: str) -> str:
    names = [each._replace(version=None).words for each in symbols if each.version == version]
    return ", ".join(names) if names else "no symbol; the file as a whole asks for it"


def _family(version: str) -> str:
    """The kind of a version: "GLIBC" of "GLIBC_2.38"."""
    return _NUMBERS.split(version, maxsplit=1)[0].rstrip("_.") or version


def _key(version: str) -> tuple[str, list[int]]:
    return _family(version), [int(number) for number in _NUMBERS.findall(version)]


def _up_to(version: str, have: set[str]) -> str | None:
    family = _family(version)
    same = [each for each in have if _family(each) == family and _NUMBERS.search(each)]
    return max(same, key=_key, default=None)


def _elsewhere(process: Process, provider: LoadedObject, library: str, version: str) -> str | None:
    """Another file of that soname that has the VERSION: the system's own, passed over."""
    found = search(process.system, library, machine=process.target.machine)
    if found.path is None:
        return None
    try:
        if process.system.identity(found.path) == process.system.identity(provider.path):
            return None
        return found.path if version in versions_of(process.system.file(found.path)) else None
    except (OSError, ValueError):
        return None


def _fixes(
    process: Process,
    item: LoadedObject,
    provider: LoadedObject,
    version: str,
    elsewhere: str | None,
) -> tuple[str, ...]:
    if elsewhere is not None:
        rule, origin = provider.found.rule, provider.found.origin
        if rule == "LD_LIBRARY_PATH":
            return (f"env -u LD_LIBRARY_PATH {process.target.path}",)
        holder = next((each for each in process.closure.objects if each.path == origin), None)
        if holder is not None:
            if process.run_paths.leads_only_to(holder, provider.path):
                return (process.run_paths.command(holder),)
            return (f"mv {provider.path} {provider.path}.old",)
    name = provider.path.rpartition("/")[2]
    if not is_family(name) or provider.found.rule in ("rpath", "runpath", "path"):
        return (f"install a newer {name} at {provider.path}",)
    newer = f"run it where {name} has {version}"
    return (f"build {item.path} on this system, or on an older one", newer)


def _without_versions(item: LoadedObject, provider: LoadedObject, library: str) -> Finding:
    return Finding(
        NO_VERSIONS,
        WARNING,
        item.path,
        f"it asks {library} for versions of symbols, and {provider.path} has none",
        fixes=(f"link it again with {provider.path}",),
        library=library,
    )
