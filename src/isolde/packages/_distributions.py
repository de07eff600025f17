"""Which installed distribution brings which packages, as its folder of metadata says.

`importlib.metadata` answers the same, but parses every file of the record into an object, and takes
20 ms to import: as long as some of the packages that are isolated.

A root is a name that a distribution brings as a whole: a package that no package of its own
contains ("rasterio", or "google.protobuf" in a folder that many distributions fill), or a module
outside of any package ("_cffi_backend").
"""

# Pathlib would cost more than what is read here:
# ruff: noqa: PTH116, PTH118, PTH122, PTH123, PTH208

from __future__ import annotations

import os
import sys
from importlib.machinery import all_suffixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_METADATA = (".dist-info", ".egg-info")
_SUFFIXES = tuple(sorted(all_suffixes(), key=len, reverse=True))


class Distribution:
    """One folder of metadata."""

    def __init__(self, name: str, path: str) -> None:
        """NAME: normalised.  PATH: of its metadata."""
        self.name = name
        self._path = path
        self._roots: frozenset[str] | None = None

    @property
    def version(self) -> str | None:
        """As the name of its metadata has it."""
        words = os.path.splitext(self._path)[0].rpartition(os.sep)[2].split("-")
        return words[1] if len(words) > 1 else None

    def roots(self) -> frozenset[str]:
        """The packages and modules that it brings; none where its metadata does not say."""
        if self._roots is None:
            self._roots = frozenset(self._read_roots())
        return self._roots

    def _read_roots(self) -> Iterable[str]:
        record = self._read("RECORD") or self._read("installed-files.txt")
        if record:
            roots = _roots_of(line.split(",", 1)[0] for line in record.splitlines())
            # Installed to be edited: the record holds what finds the packages, not them.
            found = {root for root in roots if not root.startswith("__editable__")}
            return found or self._read("top_level.txt").split()
        # A system's packages have no record of their files.
        return self._read("top_level.txt").split() or [self.name.replace("-", "_")]

    def _read(self, file: str) -> str:
        try:
            with open(os.path.join(self._path, file), encoding="utf-8", errors="replace") as stream:
                return stream.read()
        except OSError:
            return ""


def normalised(name: str) -> str:
    """A distribution's name as comparisons take it: "Foo_Bar.baz" is "foo-bar-baz"."""
    words = name.lower().replace("_", "-").replace(".", "-").split("-")
    return "-".join(word for word in words if word)


def _module_of(path: str) -> str | None:
    """The last part of a module's name; None for a file that is no module."""
    file = path.rpartition("/")[2]
    for suffix in _SUFFIXES:
        if file.endswith(suffix):
            return file.removesuffix(suffix)
    return None


def _roots_of(files: Iterable[str]) -> set[str]:
    """The roots among the FILES of a record, whose paths are relative and have slashes."""
    modules: dict[str, set[str]] = {}  # folder: the modules in it
    for path in files:
        module = None if path.startswith(("..", "/")) else _module_of(path)
        if module is not None and "__pycache__" not in path:
            modules.setdefault(path.rpartition("/")[0], set()).add(module)
    packages = {folder for folder, inside in modules.items() if "__init__" in inside}
    roots = {folder for folder in packages if not _inside(folder, packages)}
    for folder, inside in modules.items():
        if folder not in packages and not _inside(folder, packages):
            roots.update(f"{folder}/{module}" if folder else module for module in inside)
    return {root.replace("/", ".") for root in roots}


def _inside(folder: str, packages: set[str]) -> bool:
    """Whether a folder above FOLDER is a package."""
    above = folder.rpartition("/")[0]
    while above:
        if above in packages:
            return True
        above = above.rpartition("/")[0]
    return False


_in_folder: dict[str, tuple[int, list[Distribution]]] = {}


def _changed(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


def _list(folder: str) -> Iterator[Distribution]:
    try:
        entries = sorted(os.listdir(folder))
    except OSError:
        return
    for entry in entries:
        stem, suffix = os.path.splitext(entry)
        if suffix in _METADATA:
            yield Distribution(normalised(stem.split("-", 1)[0]), os.path.join(folder, entry))


def in_folder(folder: str) -> list[Distribution]:
    """Those installed in one folder of sys.path."""
    changed = _changed(folder)
    known = _in_folder.get(folder)
    if known is None or known[0] != changed:
        known = changed, list(_list(folder))
        _in_folder[folder] = known
    return known[1]


def named(name: str) -> Distribution | None:
    """The first on sys.path that has this name, however it is spelt."""
    wanted = normalised(name)
    found = (
        each for folder in sys.path for each in in_folder(folder or ".") if each.name == wanted
    )
    return next(found, None)


def _brings(distribution: Distribution, module: str) -> bool:
    return any(f"{module}.".startswith(f"{root}.") for root in distribution.roots())


def bringing(module: str, folder: str) -> Distribution | None:
    """The distribution in FOLDER that brings MODULE, as a root or inside of one."""
    guess = normalised(module.partition(".")[0])
    guessed_first = sorted(in_folder(folder), key=lambda each: each.name != guess)
    return next((each for each in guessed_first if _brings(each, module)), None)
