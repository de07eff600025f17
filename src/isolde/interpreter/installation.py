"""The CPythons of this machine that can be loaded into a space: those with a shared libpython.

Nothing is executed or loaded to find them.  A Python counts when both halves of it are there: a
``libpythonX.Y.so`` that this process could map, and the standard library beside it.
"""

# ruff: noqa: PTH100, PTH113, PTH118, PTH119, PTH120, PTH208
# Paths are text in this room: they come from pyvenv.cfg and sys.prefix and go to C.
from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass

from isolde.interpreter._libpython import Libpython, is_libpython_name, read_libpython
from isolde.interpreter._places import MULTIARCH, library_folders, prefixes

_PARTS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+)(?:(a|b|rc)(\d+))?)?")
_STAGES = {"a": -3, "b": -2, "rc": -1, None: 0}


@dataclass(frozen=True)
class Python:
    """A CPython that can be loaded into a space.

    Attributes:
        path: its libpython, the real file behind all symbolic links.
        version: "3.12.1"; "3.12" where the file does not tell more.
        prefix: the folder with its standard library (``sys.base_prefix``).
        executable: the program that ``sys.executable`` shall name, of the same version: that of the
            virtual environment, when one was asked for; None if the Python comes without a program.
        abiflags: as in ``sys.abiflags``: "t" for a build without GIL, "d" for a debug build.
        venv: the virtual environment that was asked for, or None.
    """

    path: str
    version: str
    prefix: str
    executable: str | None
    abiflags: str = ""
    venv: str | None = None

    @property
    def minor(self) -> str:
        """What extension modules are compiled for: "3.12", and "3.13t" without GIL."""
        return ".".join(self.version.split(".")[:2]) + self.abiflags

    @property
    def free_threaded(self) -> bool:
        """Whether this is a build without GIL, for which extension modules are compiled apart."""
        return "t" in self.abiflags


def pythons() -> list[Python]:
    """The CPythons (3.9 to 3.14) of this machine that can be loaded into a space, best first.

    First the one that is running, then others of the same version, then newer before older ones.
    Builds without GIL (3.13t) and debug builds are listed after the usual ones of their version.
    They are looked for where the running Python lives, in the folders of ISOLDE_PYTHONS (separated
    by colons), where pyenv, uv, rye, conda, mamba, mise and asdf keep theirs, in /usr/local and
    in /usr.
    """
    found: dict[str, Python] = {}
    for prefix in prefixes():
        for python in pythons_of(prefix):
            found.setdefault(python.path, python)
    return sorted(found.values(), key=_rank)


def pythons_of(prefix: str) -> list[Python]:
    """Those whose libpython is in a folder of PREFIX, in no order."""
    files = (path for folder in library_folders(prefix) for path in _libpythons_in(folder))
    candidates = {os.path.realpath(path): path for path in files}
    described = (python_at(path) for path in candidates.values())
    return [python for python in described if python is not None]


def python_at(path: str) -> Python | None:
    """The Python whose libpython is PATH; None if it is not usable, or lacks its other half."""
    facts = read_libpython(path)
    prefix = facts and (
        prefix_of(os.path.abspath(path), facts) or prefix_of(os.path.realpath(path), facts)
    )
    if not facts or not prefix:
        return None
    program = os.path.join(prefix, "bin", facts.name)
    executable = program if os.access(program, os.X_OK) else None
    return Python(os.path.realpath(path), facts.version, prefix, executable, facts.abiflags)


def prefix_of(path: str, facts: Libpython) -> str | None:
    """The prefix whose standard library belongs to the libpython PATH, by where that is.

    No folder further up is asked: /usr/local/lib/libpython3.11.so is no libpython of /usr.
    """
    folder = os.path.dirname(path)
    above = os.path.dirname(folder)
    if os.path.basename(folder) == MULTIARCH:
        above = os.path.dirname(above)
    found = (each for each in (above, folder) if has_standard_library(each, facts.library_folder))
    return next(found, None)


def has_standard_library(prefix: str, name: str) -> bool:
    """Whether PREFIX has the standard library NAME ("python3.12"), by CPython's own landmark."""
    return any(
        os.path.isfile(os.path.join(prefix, lib, name, landmark))
        for lib in ("lib", "lib64")
        for landmark in ("os.py", "os.pyc")
    )


def _libpythons_in(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, each) for each in sorted(names) if is_libpython_name(each)]


def is_running(python: Python) -> bool:
    """Whether PYTHON is the one that runs this, in whichever virtual environment."""
    return python.minor == running_minor() and _is_same(python.prefix, sys.base_prefix)


def is_running_environment(python: Python) -> bool:
    """Whether PYTHON is the one that runs this, in the same virtual environment, or none."""
    return is_running(python) and _is_same(python.venv or python.prefix, sys.prefix)


def running_minor() -> str:
    """`Python.minor` of the Python that runs this."""
    return f"{sys.version_info.major}.{sys.version_info.minor}{sys.abiflags}"


def _rank(python: Python) -> tuple[object, ...]:
    is_other_version = python.minor != running_minor()
    major, minor, *rest = (-part for part in version_key(python.version))
    return not is_running(python), is_other_version, major, minor, python.abiflags, rest


def _is_same(folder: str, other: str) -> bool:
    return os.path.realpath(folder) == os.path.realpath(other)


def version_key(version: str) -> tuple[int, ...]:
    """A key that orders versions as releases: 3.13.0rc2 before 3.13.0."""
    match = _PARTS.match(version)
    if match is None:
        return ()
    major, minor, patch, stage, number = match.groups()
    return int(major), int(minor), int(patch or 0), _STAGES[stage], int(number or 0)
