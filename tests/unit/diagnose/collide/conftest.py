"""Small libraries that collide, and glibc as the witness of each prediction."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from isolde.diagnose.collide import Collision, Scenario, collide, this_environment
from tests.toolchain import compile_library, compile_object
from tests.unit.diagnose.collide.witness import Crossings, crossings

HERE = Path(__file__).parent


class Pair:
    """Libraries in a folder, and what happens when they are opened in one process."""

    def __init__(self, folder: Path, opener: Path) -> None:
        self.folder = folder
        self.opener = opener

    def library(
        self, name: str, code: str, flags: Sequence[str] = (), *, language: str = "c"
    ) -> Path:
        """Make FOLDER/NAME; its soname is the last part of NAME, others are found beside it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        source = path.with_suffix(f".{language}")
        source.write_text(code)
        found = f"-Wl,--disable-new-dtags,-rpath,{path.parent},-rpath-link,{path.parent}"
        loose = "-Wl,--no-as-needed,--allow-shlib-undefined"
        options = [f"-Wl,-soname,{path.name}", loose, found, *flags]
        compiler = "g++" if language == "cpp" else None
        return compile_library(path, [source], options, compiler)

    def program(self, name: str, code: str, flags: Sequence[str] = ()) -> Path:
        source = self.folder / f"{name}.c"
        source.write_text(code)
        return compile_object(self.folder / name, [source], flags)

    def scripted(self, text: str) -> str:
        """The option that takes versions from TEXT."""
        path = self.folder / "versions.map"
        path.write_text(text)
        return f"-Wl,--version-script={path}"

    def told(self, *files: Path) -> Collision:
        """What is predicted for FILES, which glibc must confirm in every order and mode."""
        names = [str(file) for file in files]
        told = collide(names, this_environment())
        for scenario in told.scenarios:
            parties = {name: [name] for name in names}
            seen = crossings(self.opener, scenario.mode, parties, scenario.order)
            assert predicted(scenario) == seen, (scenario.mode, scenario.order)
        return told


def predicted(scenario: Scenario) -> Crossings:
    """The crossings of a SCENARIO as a witness tells them."""
    return {
        (os.path.realpath(each.asker), each.symbol, os.path.realpath(each.definer))
        for each in scenario.crossings
    }


@pytest.fixture(scope="session")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("opener")
    return compile_object(folder / "opener", [HERE / "opener.c"])


@pytest.fixture
def pair(tmp_path: Path, opener: Path) -> Pair:
    return Pair(tmp_path, opener)
