"""In which order extension modules are opened, as far as the sources tell: nothing is imported.

A package's own `import` statements are followed, file by file, those of the module's body; what is
inside functions, and what compiled modules import (but numpy, which they name), cannot be seen.
Modules that nothing is seen to import come last, by name, each with the packages around it.
"""

from __future__ import annotations

import mmap
import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES

from isolde.elf import File

_STRINGS = re.compile(r'("""|\'\'\').*?\1', re.DOTALL)
_BLOCK = re.compile(r"(?:def|class|async def|if (?:typing\.|t\.)?TYPE_CHECKING)\b")
_IMPORT = re.compile(r"^[ \t]*import[ \t]+([\w., \t]+)")
_FROM = re.compile(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(.*)")
_NAME = re.compile(r"([A-Za-z_]\w*)(?:[ \t]+as[ \t]+\w+)?")
# numpy's import_array() imports the module that has its C interface, by this name.
_NUMPYS = (b"numpy._core._multiarray_umath", b"numpy.core._multiarray_umath")
_NOWHERE = 1000  # deeper than any indentation


class Imports:
    """What imports of one environment open, in order; a module is imported once."""

    def __init__(self, folders: Iterable[str]) -> None:
        """FOLDERS: as sys.path has them."""
        self._folders = tuple(folders)
        self._done: set[str] = set()
        self.opened: dict[str, str] = {}
        """Files of extension modules, with the modules' names."""

    def add(self, module: str) -> None:
        """Imports MODULE, "a.b.c", with the packages around it."""
        parts = module.split(".")
        if parts[0] in sys.stdlib_module_names:
            return
        for end in range(1, len(parts) + 1):
            if not self._add_one(".".join(parts[:end])):
                return

    def _add_one(self, module: str) -> bool:
        """Whether there is such a module; its package is imported already."""
        file = self._file(module)
        if file is None:
            return False
        if module not in self._done:
            self._done.add(module)
            if not file.endswith(".py"):
                self.opened[file] = module
                if _uses_numpy(file):
                    self.add("numpy")
                return True
            package = module if file.endswith("__init__.py") else module.rpartition(".")[0]
            for each in _imported(file, package):
                self.add(each)
        return True

    def _file(self, module: str) -> str | None:
        steps = module.split(".")
        for folder in self._folders:
            file = _module_file(os.path.join(folder, *steps))
            if file is not None:
                return file
        return None


@cache
def _module_file(place: str) -> str | None:
    """The file of the module at PLACE, a path without an ending, as the import system takes it."""
    if os.path.isfile(f"{place}/__init__.py"):
        return f"{place}/__init__.py"
    endings = (*EXTENSION_SUFFIXES, ".py")
    return next((place + each for each in endings if os.path.isfile(place + each)), None)


def _uses_numpy(module: str) -> bool:
    """Whether the extension MODULE imports numpy as it starts, for its C interface.

    It, or a library beside it that it needs, then has the name of the module to import.
    """
    with File(module) as file:
        beside = [os.path.join(os.path.dirname(module), name) for name in file.needed]
    return any(_names_numpy(path) for path in (module, *beside) if os.path.isfile(path))


def _names_numpy(path: str) -> bool:
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
        return any(data.find(name) >= 0 for name in _NUMPYS)


def _imported(file: str, package: str) -> Iterator[str]:
    """The modules that the source FILE, of that PACKAGE, imports as its body runs.

    Of `from a import b` that is "a", and "a.b", which may be no module.
    """
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            text = stream.read()
    except OSError:
        return
    for line in _body(_STRINGS.sub("", text)):
        plain, since = _IMPORT.match(line), _FROM.match(line)
        if plain:
            yield from (each.split()[0] for each in plain[1].split(",") if each.strip())
        elif since:
            module = _absolute(since[1], package)
            yield module
            yield from (f"{module}.{each[1]}" for each in _NAME.finditer(since[2]))


def _body(text: str) -> Iterator[str]:
    """The statements with `import` that run with the module; those in brackets as one line."""
    inside, open_line = _NOWHERE, ""
    for line in text.splitlines():
        if open_line:
            open_line += " " + line.partition("#")[0].strip()
        elif line.strip():
            depth = len(line) - len(line.lstrip())
            if depth <= inside:
                inside = depth if _BLOCK.match(line, depth) else _NOWHERE
        if not open_line and (inside != _NOWHERE or "import" not in line):
            continue
        open_line = open_line or line.partition("#")[0]
        if "(" in open_line and ")" not in open_line:
            continue
        yield open_line
        open_line = ""


def _absolute(module: str, package: str) -> str:
    dots = len(module) - len(module.lstrip("."))
    if not dots:
        return module
    parts = package.split(".")
    base = ".".join(parts[: len(parts) - dots + 1])
    return f"{base}.{module[dots:]}" if module[dots:] else base
