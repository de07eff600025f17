"""What a rule's folder says: which objects to build, how the host program runs, what it prints.

A folder ``NN_rule_name`` holds

- ``case.toml``: the rule in one sentence, the objects, links and environment (fields below);
- ``host.c`` or ``host.cpp``: the program that opens and calls, written against <dlfcn.h> through
  ``loader.h``, so that the same source runs in every way (``WAYS`` below);
- ``expected``: its standard output; ``expected.WAY`` where a way differs on purpose;
  neither: what glibc prints on this machine is what all must print.

It runs in every way but those under ``[not_applicable]`` (``others``: all but ``isolde``), and must
fail in those under ``[fails]``; both give the reason.  ``source`` says who else states the rule, or
tests it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).resolve().parent
GLIBC = "glibc"  # plain glibc, in the base namespace
RUN = "run"  # dlmopen as `isolde run` starts programs
SPACE = "space"  # Space.load, from C code that Python has opened
ISOLDE = "isolde"  # isolde_dlopen
WAYS = (GLIBC, RUN, SPACE, ISOLDE)


@dataclass(frozen=True)
class SharedObject:
    """One shared object to build.

    ``needed`` names objects built before it, by file; listing a file twice builds it twice, which
    is how a cycle of DT_NEEDED is made. Without ``rpath`` or ``runpath`` an object that needs
    others finds them beside itself (DT_RUNPATH ``$ORIGIN``); the empty string means none.
    ``compiler`` is another driver than gcc or g++; the case is skipped where it is not installed.
    ``program`` makes it an executable, position-independent unless ``flags`` say otherwise.
    """

    file: str
    sources: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    soname: str | None = None
    rpath: str | None = None
    runpath: str | None = None
    edits: tuple[str, ...] = ()
    compiler: str | None = None
    program: bool = False

    def link_flags(self, build: Path) -> list[str]:
        """Return the linker arguments that this object's fields stand for."""
        own = "" if self.program else Path(self.file).name
        soname = own if self.soname is None else self.soname
        flags = [f"-Wl,-soname,{soname}"] if soname else []
        return [*flags, *self._search_flags(), "-Wl,--no-as-needed", *self._needed_in(build)]

    def _needed_in(self, build: Path) -> list[str]:
        return [str(build / file) for file in self.needed]

    def _search_flags(self) -> list[str]:
        if self.rpath is not None:
            return ["-Wl,--disable-new-dtags", f"-Wl,-rpath,{self.rpath}"]
        runpath = ("$ORIGIN" if self.needed else "") if self.runpath is None else self.runpath
        return ["-Wl,--enable-new-dtags", f"-Wl,-rpath,{runpath}"] if runpath else []


@dataclass(frozen=True)
class Host:
    """How the host program is compiled and run. ``$BUILD`` in the environment is its folder."""

    source: str | None = None
    flags: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One rule of the loader, as its folder states it."""

    folder: Path
    rule: str
    libraries: tuple[SharedObject, ...]
    host: Host
    extra_tools: tuple[str, ...] = ()
    symlinks: dict[str, str] = field(default_factory=dict)
    hard_links: dict[str, str] = field(default_factory=dict)
    source: str = ""
    not_applicable: dict[str, str] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways in which it is run."""
        return tuple(way for way in WAYS if self.why_not(way) is None)

    def why_not(self, way: str) -> str | None:
        """Return why it is not run in that way; None: it is."""
        others = None if way == ISOLDE else self.not_applicable.get("others")
        return self.not_applicable.get(way, others)

    def tools(self) -> set[str]:
        """Return the programs, beyond gcc, that building it takes."""
        names = [self.host_source().name, *(s for lib in self.libraries for s in lib.sources)]
        return {*self.extra_tools, *("g++" for name in names if name.endswith(".cpp"))}

    def host_source(self) -> Path:
        """Return the host program's source file."""
        if self.host.source:
            return self.folder / self.host.source
        return next(self.folder.glob("host.c*"))

    def expected(self, way: str) -> str | None:
        """Return what the host must print under ``way``; None: what glibc's way printed."""
        for name in (f"expected.{way}", "expected"):
            if (self.folder / name).exists():
                return (self.folder / name).read_text()
        return None


def read_case(folder: Path) -> Case:
    """Read ``folder/case.toml``.

    Raises:
        TypeError: it has a field this module does not know, or no ``rule``.
    """
    facts = tomllib.loads((folder / "case.toml").read_text())
    libraries = tuple(SharedObject(**_frozen(entry)) for entry in facts.pop("library", ()))
    host = Host(**_frozen(facts.pop("host", {})))
    tools = tuple(facts.pop("tools", ()))
    return Case(folder, libraries=libraries, host=host, extra_tools=tools, **facts)


def all_cases() -> list[Case]:
    """Return every rule's case, in the order of the folders' numbers."""
    return [read_case(file.parent) for file in sorted(FOLDER.glob("*/case.toml"))]


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
