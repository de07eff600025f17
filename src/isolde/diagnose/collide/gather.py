"""From the words of a command line to parties."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from dataclasses import replace

from isolde.diagnose.collide.environment import Environment
from isolde.diagnose.collide.native import native_files, opened
from isolde.diagnose.collide.package import package_party
from isolde.diagnose.collide.party import PROGRAM, Party
from isolde.diagnose.collide.wheel import wheel_party
from isolde.elf import File
from isolde.errors import IsoldeError
from isolde.resolve import System, search


class NotFoundError(IsoldeError, LookupError):
    """A name stands for nothing that could be loaded."""


def party_of(name: str, environment: Environment, system: System, scratch: ExitStack) -> Party:
    """What NAME stands for: a path, a package of the ENVIRONMENT, or a soname of the SYSTEM.

    A wheel is unpacked into a folder that SCRATCH removes.

    Raises:
        OSError: it cannot be read.
        ElfError: it is a file, but no ELF file.
        NotFoundError: it stands for nothing, or for a package without native files.
        WheelError: it ends in .whl and is no wheel.
    """
    if name.endswith(".whl"):
        folder = scratch.enter_context(tempfile.TemporaryDirectory(prefix="isolde-wheel-"))
        return _checked(wheel_party(name, folder, environment.tag), system)
    if "/" in name:
        return _checked(_at_path(name, environment, system), system)
    party = package_party(name, environment)
    if party is not None:
        return _checked(party, system)
    return _by_soname(name, environment, system)


def _at_path(name: str, environment: Environment, system: System) -> Party:
    real = os.path.abspath(system.real(system.inside(name)))
    if os.path.isdir(real):
        inside = [path for path in native_files(real) if ".libs/" not in path]
        return Party(name, "folder", None, None, opened(inside, environment.tag))
    with File(real) as file:
        kind = PROGRAM if file.is_executable else "file"
    return Party(name, kind, None, None, (real,))


def _by_soname(name: str, environment: Environment, system: System) -> Party:
    if os.path.exists(name):
        return _checked(_at_path(name, environment, system), system)
    found = search(system, name) if ".so" in name else None
    if found is None or found.path is None:
        raise NotFoundError(
            f"{name}: no package or distribution of that name for {environment.program}, "
            "and no library; name another Python with --python or a folder of packages with --path"
        )
    return _checked(Party(name, "file", None, None, (system.real(found.path),)), system)


def _checked(party: Party, system: System) -> Party:
    """PARTY, its paths as the SYSTEM has them."""
    if not party.paths:
        raise NotFoundError(f"{party.name}: has no native files, so nothing of it can clash")
    paths = tuple(system.inside(path) for path in party.paths)
    others = {system.inside(path): name for path, name in party.others.items()}
    return replace(party, paths=paths, others=others)
