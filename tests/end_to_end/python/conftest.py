from __future__ import annotations

from pathlib import Path

import pytest

from isolde.interpreter import Python
from tests.end_to_end.python.starting import MACHINES, NEWER, Machine


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """A Python of this machine and a folder, in which a command is run with and without Isolde."""
    return _machine(request.param, tmp_path)


@pytest.fixture(params=NEWER)
def newer(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """The same, of the Pythons in which Isolde itself runs."""
    return _machine(request.param, tmp_path)


def _machine(python: Python, folder: Path) -> Machine:
    assert python.executable is not None
    return Machine(python.executable, python.version, folder)
