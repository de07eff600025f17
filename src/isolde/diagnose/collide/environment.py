"""The Python that packages are installed for: its program, and the folders it imports from.

Nothing is run: a virtual environment tells by its pyvenv.cfg, and where packages lie by lib.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isolde.errors import IsoldeError

_FOLDER = re.compile(r"python3(\.\d+t?)?")
_VERSION = re.compile(r"python(3\.\d+t?)")
_PACKAGES = ("site-packages", "dist-packages")


class NoPythonError(IsoldeError, LookupError):
    """There is no Python where one was asked for."""


@dataclass(frozen=True)
class Environment:
    """Where packages are looked for, and whose process they are loaded into.

    program: the interpreter, without links.
    folders: as sys.path has them, the first first.
    """

    program: str
    folders: tuple[str, ...]

    @property
    def tag(self) -> str | None:
        """What its extension modules have in their names, "311"; None where nothing tells."""
        for text in (os.path.basename(self.program), *self.folders):
            found = _VERSION.search(text)
            if found:
                return found[1].replace(".", "")
        return None

    def with_folders(self, folders: Sequence[str]) -> Environment:
        """The same, with FOLDERS before the others."""
        return Environment(self.program, (*map(os.path.abspath, folders), *self.folders))


def this_environment() -> Environment:
    """The Python that runs."""
    folders = tuple(folder for folder in sys.path if os.path.isdir(folder))
    return Environment(os.path.realpath(sys.executable), folders)


def environment_of(program: str) -> Environment:
    """The Python that PROGRAM starts, or that of the virtual environment in the folder PROGRAM.

    Raises:
        NoPythonError: there is none.
    """
    if os.path.isdir(program):
        program = os.path.join(program, "bin", "python")
    if not os.path.isfile(program):
        raise NoPythonError(f"{program}: no Python there; name its program, or its virtual folder")
    real = os.path.realpath(program)
    prefix = os.path.dirname(os.path.dirname(os.path.abspath(program)))
    is_virtual = os.path.isfile(os.path.join(prefix, "pyvenv.cfg"))
    if not is_virtual:
        prefix = os.path.dirname(os.path.dirname(real))
    folders = dict.fromkeys(each for place in _places(prefix) for each in _with_links(place))
    return Environment(real, tuple(folders))


def _places(prefix: str) -> Iterator[str]:
    """The folders of packages below a PREFIX."""
    libs = {os.path.realpath(f"{prefix}/{lib}"): lib for lib in ("lib64", "local/lib", "lib")}
    for lib in (f"{prefix}/{each}" for each in reversed(libs.values())):
        names = sorted(os.listdir(lib)) if os.path.isdir(lib) else []
        for name in names:
            if _FOLDER.fullmatch(name):
                places = [os.path.join(lib, name, each) for each in _PACKAGES]
                yield from (place for place in places if os.path.isdir(place))


def _with_links(folder: str) -> Iterator[str]:
    """FOLDER, and those that its .pth files add (site(3)); their code is not run."""
    yield folder
    for name in sorted(os.listdir(folder)):
        if name.endswith(".pth"):
            with open(os.path.join(folder, name), errors="surrogateescape") as file:
                lines = [line.rstrip() for line in file]
            for line in lines:
                place = os.path.join(folder, line)
                if line and not line.startswith(("#", "import ", "import\t")):
                    yield from (place,) if os.path.isdir(place) else ()
