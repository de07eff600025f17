"""A virtual environment, as its pyvenv.cfg tells (PEP 405, and what virtualenv and uv add)."""

# ruff: noqa: PTH100, PTH118, PTH120, PTH123, PTH208
# Paths are text in this room: they come from pyvenv.cfg and sys.prefix and go to C.
from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

_FOLDER = re.compile(r"python(3\.\d+t?)")


@dataclass(frozen=True)
class VirtualEnvironment:
    """A folder with a pyvenv.cfg.

    Attributes:
        path: the folder.
        minor: the Python that it is for, "3.12" or "3.13t".
        settings: the lines of pyvenv.cfg.
    """

    path: str
    minor: str
    settings: Mapping[str, str]

    @classmethod
    def read(cls, path: str) -> VirtualEnvironment | None:
        """The virtual environment at PATH; None if there is none."""
        path = os.path.abspath(path)
        try:
            with open(os.path.join(path, "pyvenv.cfg"), encoding="utf-8") as file:
                pairs = [line.partition("=") for line in file if "=" in line]
        except (OSError, UnicodeDecodeError):
            return None
        settings = {key.strip().lower(): value.strip() for key, _, value in pairs}
        return cls(path, _minor_of(path, settings), settings)

    @property
    def program(self) -> str:
        """The program whose ``sys.prefix`` is this environment."""
        return os.path.join(self.path, "bin", "python")

    @property
    def base(self) -> str:
        """The prefix of the Python that it was made from."""
        return self.base_prefixes()[0]

    def base_prefixes(self) -> list[str]:
        """What may be that prefix: as written, and where the links in bin lead to."""
        home = self.settings.get("home", "")
        programs = (os.path.join(home, f"python{self.minor}"), self.program)
        folders = [home, *(os.path.dirname(os.path.realpath(each)) for each in programs)]
        told = [self.settings.get("base-prefix", ""), *map(os.path.dirname, filter(None, folders))]
        return list(dict.fromkeys(each for each in told if each)) or [self.path]


def _minor_of(path: str, settings: Mapping[str, str]) -> str:
    """The folder of its packages knows whether there is a GIL, pyvenv.cfg does not."""
    try:
        names = sorted(os.listdir(os.path.join(path, "lib")))
    except OSError:
        names = []
    folders = [match[1] for name in names if (match := _FOLDER.fullmatch(name))]
    version = settings.get("version") or settings.get("version_info") or ""
    minor = ".".join(version.split(".")[:2])
    matching = [each for each in folders if each.rstrip("t") == minor or not minor]
    return matching[0] if matching else minor
