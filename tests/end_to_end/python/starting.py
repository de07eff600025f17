"""A command line, given to a Python itself and to `isolde python`."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from isolde.interpreter import pythons

_FOUND = [python for python in pythons() if python.executable]
# The running one first; on Debian its own Python is the second.
MACHINES = [pytest.param(each, id=f"{each.version}-{each.prefix}") for each in _FOUND]
OLDER = [each for each, python in zip(MACHINES, _FOUND, strict=True) if python.minor == "3.9"]
NEWER = [each for each in MACHINES if each not in OLDER]


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Machine:
    """Where both run."""

    python: str
    version: str
    folder: Path

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def plain(self, *arguments: str, given: str = "", **variables: str) -> Done:
        return _run([self.python, *arguments], self.folder, given, variables)

    def isolde(self, *arguments: str, given: str = "", **variables: str) -> Done:
        return _run([*self.command, *arguments], self.folder, given, variables)

    @property
    def command(self) -> list[str]:
        """With -I, so that variables for the Python to be started do not touch this one."""
        return [sys.executable, "-Im", "isolde.cli", "python", "--python", self.python]


def _run(command: list[str], folder: Path, given: str, variables: dict[str, str]) -> Done:
    environ = {name: value for name, value in os.environ.items() if name not in _OURS}
    done = subprocess.run(
        command,
        cwd=folder,
        input=given,
        env={**environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


_OURS = ("PYTHONPATH", "ISOLDE_ISOLATE", "GLIBC_TUNABLES", "LD_PRELOAD")
