"""What a check tells: findings about a file, each with its cause, its evidence and its fix.

The kinds, in the order in which they are told: a cause stands before what follows from it.
"""

from __future__ import annotations

from typing import NamedTuple

from isolde.resolve.search import Tried

FAULT, WARNING = "fault", "warning"
"""A fault keeps a file from being loaded, or a call from being made; a warning does not."""

UNREADABLE, WRONG_MACHINE, MISSING_LIBRARY = "unreadable", "wrong machine", "missing library"
MISSING_VERSION, UNDEFINED, NOT_CHECKED = "missing version", "undefined symbol", "not checked"
UNDERLINKED, UNUSED, RUN_PATH, CYCLE = "underlinked", "unused library", "run path", "cycle"
STACK, TEXT, NO_VERSIONS = "executable stack", "text relocations", "no versions"
KINDS = (
    UNREADABLE,
    WRONG_MACHINE,
    MISSING_LIBRARY,
    MISSING_VERSION,
    UNDEFINED,
    NOT_CHECKED,
    NO_VERSIONS,
    UNDERLINKED,
    CYCLE,
    TEXT,
    STACK,
    RUN_PATH,
    UNUSED,
)


class Provider(NamedTuple):
    """A library that defines a symbol.

    name: its soname, or its file's name.
    path: its file, a path of the system.
    """

    name: str
    path: str


class SymbolFact(NamedTuple):
    """A symbol that something is said about.

    name: as the file has it.
    version: the version that is asked for, or None.
    asked_by: the objects that ask for it.
    providers: who defines it: of an undefined one, every library of the machine that could.
    """

    name: str
    version: str | None
    asked_by: tuple[str, ...]
    providers: tuple[Provider, ...] = ()

    @property
    def label(self) -> str:
        """The name, with its version behind an "@"."""
        return self._versioned(self.name)

    @property
    def words(self) -> str:
        """The name as people write it, with its version."""
        from isolde.demangle import readable

        return self._versioned(readable([self.name])[0])

    def _versioned(self, name: str) -> str:
        return f"{name}@{self.version}" if self.version else name


class Finding(NamedTuple):
    """One thing that is wrong, or not as it should be.

    kind: one of KINDS.
    severity: "fault" or "warning".
    object: the object that has it, a path of the system.
    message: one sentence, which names both sides.
    fixes: command lines, or options for the linker, of which one mends it; the first is the best.
    details: evidence, a line each.
    library: the library in question, by the name that it is needed by; None for none.
    version: the version in question.
    symbols: the symbols in question.
    tried: where a missing library was looked for.
    objects: the objects of a cycle, each of which needs the next.
    """

    kind: str
    severity: str
    object: str
    message: str
    fixes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    library: str | None = None
    version: str | None = None
    symbols: tuple[SymbolFact, ...] = ()
    tried: tuple[Tried, ...] = ()
    objects: tuple[str, ...] = ()


class Needed(NamedTuple):
    """A version that is needed of a library.

    library: its soname.
    version: the version.
    path: the file that the library is; None: it is missing.
    asked_by: the objects that need it.
    """

    library: str
    version: str
    path: str | None
    asked_by: tuple[str, ...]


class Report(NamedTuple):
    """What was found out about one file.

    file: as it was named.
    path: where it is in the system; None where it is not.
    machine: its kind, as "x86-64"; None where the file cannot be read.
    python: of a Python extension module the version it is for ("3.11", "3" for any); else None.
    host: the program whose symbols count as there; None for none.
    objects: what is loaded with it, in order.
    versions: what is needed of whom.
    findings: what is wrong, the cause first.
    """

    file: str
    path: str | None
    machine: str | None
    python: str | None
    host: str | None
    objects: tuple[str, ...]
    versions: tuple[Needed, ...]
    findings: tuple[Finding, ...]

    def count(self, severity: str) -> int:
        """How many findings are of that SEVERITY."""
        return sum(finding.severity == severity for finding in self.findings)


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """FINDINGS, faults first, then in the order of their kinds."""
    return tuple(
        sorted(findings, key=lambda each: (each.severity != FAULT, KINDS.index(each.kind)))
    )
