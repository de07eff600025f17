"""One of those that are to live in one process: a file, a folder, a wheel, an installed package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PROGRAM, REQUIRED = "program", "required"


@dataclass(frozen=True)
class Party:
    """One side of a collision.

    name: as it was asked for.
    kind: "file", "program", "folder", "wheel" or "package"; "required": a package that nobody asked
        for, and others import.
    version: of a wheel or an installed distribution; None where nothing tells.
    label: what `isolde.isolate` knows it by; None for what is no Python package.
    paths: the files that are opened, in that order: extension modules, those of packages that it
        imports among them, and libraries.
    others: of those paths the ones of other packages, with the package's name.
    unpacked: the folder that a wheel's files were in while it was looked at.
    """

    name: str
    kind: str
    version: str | None
    label: str | None
    paths: tuple[str, ...]
    others: Mapping[str, str] = field(default_factory=dict)
    unpacked: str | None = None

    @property
    def own(self) -> tuple[str, ...]:
        """The paths that are its own."""
        return tuple(path for path in self.paths if path not in self.others)


def required(parties: Sequence[Party]) -> tuple[Party, ...]:
    """The packages that PARTIES import, and that are none of them, as parties."""
    named = {path for party in parties for path in party.own}
    found: dict[str, dict[str, None]] = {}
    for party in parties:
        for path, name in party.others.items():
            if path not in named:
                found.setdefault(name, {})[path] = None
    return tuple(Party(name, REQUIRED, None, None, tuple(paths)) for name, paths in found.items())
