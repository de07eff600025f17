"""Which Debian package has a library, as far as files on this disk tell: dpkg's and apt's."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from isolde.diagnose.check.sonames import debian_names, parts_of

if TYPE_CHECKING:
    from isolde.resolve.system import System

_DPKG = "/var/lib/dpkg/info"
_APT_TIMEOUT_S = 10


class Installed(NamedTuple):
    """A file that a package has installed."""

    package: str
    path: str


def installed_files(system: System, name: str) -> tuple[Installed, ...]:
    """The files called NAME, in whatever folder, that dpkg of SYSTEM has installed."""
    wanted = re.compile(rb"^(/.*/" + re.escape(os.fsencode(name)) + rb")$", re.MULTILINE)
    found = []
    for entry in _lists(system):
        try:
            with open(entry, "rb", buffering=0) as file:
                matches = wanted.findall(file.read())
        except OSError:
            continue
        package = os.path.basename(entry).removesuffix(".list").partition(":")[0]
        found += [Installed(package, os.fsdecode(path)) for path in matches]
    return tuple(found)


def _lists(system: System) -> list[str]:
    folder = system.real(_DPKG)
    try:
        return [f"{folder}/{name}" for name in sorted(os.listdir(folder)) if name.endswith(".list")]
    except OSError:
        return []


def offered_packages(system: System, soname: str) -> tuple[str, ...]:
    """The packages, known to this machine's apt, that a library of that SONAME would be in.

    First those whose name says so; where there is none, those of other versions of the library.
    """
    parts = parts_of(soname)
    if parts is None or not system.files.is_native:
        return ()
    stem = parts.stem.lower().replace("_", "-")
    known = _apt(["apt-cache", "pkgnames", stem])
    exact = [name for name in debian_names(soname) if name in known]
    if exact:
        return tuple(exact)
    other = re.compile(re.escape(stem) + r"-?\d[\d.]*(t64)?$")
    return tuple(sorted(name for name in known if other.match(name)))


def is_exact(soname: str, package: str) -> bool:
    """Whether PACKAGE, by its name, has the library SONAME and not another version of it."""
    return package in debian_names(soname)


def _apt(command: Sequence[str]) -> set[str]:
    import shutil
    import subprocess

    if shutil.which(command[0]) is None:
        return set()
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_APT_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return set()
    return set(done.stdout.split())
