"""Python extension modules: known by their names and their PyInit_ functions.

They ask for the interpreter's symbols and do not say where from: whoever opens them has them.  So
they are checked as an interpreter opens them, the one that they are made for.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from isolde.diagnose.check.names import asked
from isolde.errors import ElfError
from isolde.resolve.definitions import definitions
from isolde.resolve.machine import Machine, objection
from isolde.resolve.search import search

if TYPE_CHECKING:
    from isolde.elf.file import File
    from isolde.resolve.references import Reference
    from isolde.resolve.system import System

_TAGGED = re.compile(r"\.(?:cpython-(\d)(\d+)(t?)d?(?:-[\w.-]+)?|(abi3)|(pypy)[\w.-]*)\.so$")
_FOLDER = re.compile(r"/python(\d\.\d+t?)/")
_SITE = re.compile(r"(.*/(?:site|dist)-packages)/")
_NAME = re.compile(r"_?Py(?:[A-Z_]\w*|$)")
_ANY = "3"


class Extension(NamedTuple):
    """What is known of the Python that a file is for.

    version: "3.11", "3.13t"; "3" for any (the limited API); None for another implementation.
    host: the interpreter, or its library; None where there is none.
    """

    version: str | None
    host: str | None

    @property
    def description(self) -> str:
        """The interpreter, for a sentence."""
        return f"Python {self.version} ({self.host})" if self.host else f"Python {self.version}"

    @staticmethod
    def is_name(name: str) -> bool:
        """Whether a symbol of that NAME is of the Python C API."""
        return _NAME.match(name) is not None

    def is_interpreters(self, reference: Reference) -> bool:
        """Whether the REFERENCE is to the Python C API."""
        return self.is_name(reference.name)


def extension(system: System, path: str, file: File, machine: Machine) -> Extension | None:
    """What Python the FILE at PATH is a module for; None: it is no extension module."""
    if file.is_executable or not _is_extension(path, file):
        return None
    if any(name.startswith("libpython") for name in file.needed):
        return Extension(_version(path), None)
    version = _version(path)
    if version is None:
        return Extension(None, None)
    wanted = _versions_to_try(system, path, version)
    for each in wanted:
        for host in _hosts(system, path, each, machine):
            if _is_interpreter(system, host, machine):
                return Extension(version, host)
    return Extension(version, None)


def _is_extension(path: str, file: File) -> bool:
    if _TAGGED.search(path):
        return True
    stem = path.rpartition("/")[2].partition(".")[0]
    if definitions(file).numbers(f"PyInit_{stem}"):
        return True
    return any(_NAME.match(each.name) for each in asked(file))


def _version(path: str) -> str | None:
    match = _TAGGED.search(path)
    if match is not None and match[5]:
        return None
    if match is not None and match[1]:
        return f"{match[1]}.{match[2]}{match[3]}"
    return _ANY


def _versions_to_try(system: System, path: str, version: str) -> list[str]:
    """The version; for a module of the limited API that of its folder, then the running one."""
    if version != _ANY:
        return [version]
    folder = _FOLDER.search(path)
    here = [f"{sys.version_info[0]}.{sys.version_info[1]}"] if system.files.is_native else []
    known = [folder[1]] if folder else []
    return list(dict.fromkeys((*known, *here, *_installed(system))))


def _installed(system: System) -> list[str]:
    found = []
    for folder in ("/usr/local/bin", "/usr/bin"):
        try:
            names = os.listdir(system.real(folder))
        except OSError:
            continue
        found += [name[6:] for name in names if re.fullmatch(r"python3\.\d+t?", name)]
    return sorted(found, key=lambda each: -int(each.rstrip("t").partition(".")[2]))


def _hosts(system: System, path: str, version: str, machine: Machine) -> Iterator[str]:
    """Where an interpreter of that VERSION may be, the likeliest first."""
    name = f"python{version}"
    prefix, found, _ = path.partition(f"/lib/{name}/")
    if found:
        yield f"{prefix}/bin/{name}"
        yield from _base_of(system, prefix, name)
    if system.files.is_native and f"python{sys.version_info[0]}.{sys.version_info[1]}" == name:
        yield os.path.realpath(sys.executable)
    yield from (f"{folder}/{name}" for folder in ("/usr/local/bin", "/usr/bin"))
    library = search(system, f"lib{name}.so.1.0", machine=machine)
    if library.path is not None:
        yield library.path


def _base_of(system: System, prefix: str, name: str) -> Iterator[str]:
    """The interpreter that a virtual environment stands on."""
    try:
        with open(system.real(f"{prefix}/pyvenv.cfg"), encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return
    home = re.search(r"^home\s*=\s*(.+?)\s*$", text, re.MULTILINE)
    if home is not None:
        yield f"{home[1]}/{name}"


def _is_interpreter(system: System, path: str, machine: Machine) -> bool:
    """Whether the file at PATH is for that MACHINE, and it or its libpython has the C API."""
    try:
        head = system.head(path)
        if head[:4] != b"\x7fELF" or objection(head, machine) is not None:
            return False
        file = system.file(path)
        named = any(name.startswith("libpython") for name in file.needed)
        return named or bool(definitions(file).numbers("Py_IsInitialized"))
    except (OSError, ElfError):
        return False


def of_another_python(system: System, python: Extension, path: str) -> tuple[str, ...]:
    """What brings a module at PATH that suits the PYTHON."""
    site = _SITE.match(path)
    if site is None:
        which = "its Python" if python.version in (None, _ANY) else f"Python {python.version}"
        return (f"build {path} again for {which}",)
    package = _package_of(system, site[1], path[len(site[0]) :]) or "PACKAGE"
    pip = f"python{python.version} -m pip"
    return (f"{pip} install --force-reinstall --no-cache-dir {package}",)


def _package_of(system: System, folder: str, path: str) -> str | None:
    """The package that installed PATH into a FOLDER, as its RECORD says (PEP 376, PEP 427)."""
    try:
        names = [name for name in os.listdir(system.real(folder)) if name.endswith(".dist-info")]
        for name in names:
            record = system.real(f"{folder}/{name}/RECORD")
            if os.path.isfile(record):
                with open(record, encoding="utf-8", errors="surrogateescape") as file:
                    if any(line.startswith(f"{path},") for line in file):
                        return name.partition("-")[0]
    except OSError:
        pass
    return None
