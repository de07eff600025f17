"""The native files below a folder: which of them a program opens, and in what order.

Extension modules are opened by `import`; a library that none of them needs is opened by the package
itself (ctypes, cffi).  In which order, only a run would tell: what is not known from the imports in
the sources comes after, by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from isolde.elf import File
from isolde.errors import ElfError

_NAME = re.compile(r"\.so(\.[\w.]+)?$")
_TAG = re.compile(r"\.(?:cpython|pypy|graalpy)\w*-(\w+?)-")


def native_files(folder: str) -> list[str]:
    """Every ELF library below FOLDER, by its path."""
    found = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        found += [os.path.join(place, name) for name in sorted(names) if _NAME.search(name)]
    return [path for path in found if _is_elf(path)]


def _is_elf(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def is_module(path: str) -> bool:
    """Whether the file at PATH is an extension module of CPython: it says PyInit_NAME."""
    name = os.path.basename(path).split(".", 1)[0]
    try:
        with File(path) as file:
            return f"PyInit_{name}" in file.dynamic_symbols.names
    except (OSError, ElfError):
        return False


def opened(paths: Iterable[str], version: str | None) -> tuple[str, ...]:
    """Those of the PATHS that are opened for themselves: modules first, then what none needs.

    VERSION: the Python that imports them ("311"); modules for another are left out.
    """
    mine = [path for path in paths if not _is_for_another(path, version)]
    modules = [path for path in mine if is_module(path)]
    needed, sonames = _named_by(mine), set[str]()
    others = []
    for path in mine:
        soname = _soname(path)
        if path not in modules and not {soname, os.path.basename(path)} & needed:
            if soname not in sonames:
                others.append(path)
            sonames.add(soname)
    return (*modules, *others)


def _is_for_another(path: str, version: str | None) -> bool:
    tag = _TAG.search(os.path.basename(path))
    return tag is not None and version is not None and tag[1] != version


def _named_by(paths: Iterable[str]) -> set[str]:
    return {name for path in paths for name in _needed(path)}


def _needed(path: str) -> Iterator[str]:
    try:
        with File(path) as file:
            yield from file.needed
    except (OSError, ElfError):
        return


def _soname(path: str) -> str:
    try:
        with File(path) as file:
            return file.soname or os.path.basename(path)
    except (OSError, ElfError):
        return os.path.basename(path)
