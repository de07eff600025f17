"""Small libraries, compiled once, and spaces to load them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import isolde
from tests.toolchain import compile_library

SOURCES = Path(__file__).parent / "sources"
_HERE = "-Wl,-rpath,$ORIGIN,--enable-new-dtags"
_ALONE = ("counter", "calls", "waits", "farewell", "undefined", "calls_back")


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds libNAME.so for each source."""
    folder = tmp_path_factory.mktemp("libraries")
    for name in _ALONE:
        soname = f"-Wl,-soname,lib{name}.so"
        compile_library(folder / f"lib{name}.so", [SOURCES / f"{name}.c"], [soname])
    counter = str(folder / "libcounter.so")
    compile_library(folder / "libtwice.so", [SOURCES / "twice.c"], [counter, _HERE])
    compile_library(folder / "libtwice_bare.so", [SOURCES / "twice.c"])
    _wants_a_version_that_is_gone(folder)
    return folder


def _wants_a_version_that_is_gone(folder: Path) -> None:
    """libwants_version.so, linked when libversions.so still had the version NEW."""
    script = folder / "versions.map"
    for version in ("NEW", "OLD"):
        script.write_text(f"{version} {{ versioned; }};")
        versions = folder / "libversions.so"
        flags = ["-Wl,-soname,libversions.so", f"-Wl,--version-script={script}"]
        compile_library(versions, [SOURCES / "versions.c"], flags)
        if version == "NEW":
            wants = folder / "libwants_version.so"
            compile_library(wants, [SOURCES / "wants_version.c"], [str(versions), _HERE])


@pytest.fixture
def space(request: pytest.FixtureRequest) -> Iterator[isolde.Space]:
    """A space named like the test; whatever the test did, it is closed afterwards."""
    made = isolde.Space(request.node.name)
    yield made
    made.close()


@pytest.fixture
def counter(libraries: Path, space: isolde.Space) -> isolde.Library:
    """libcounter.so in `space`."""
    return space.load(libraries / "libcounter.so")


@pytest.fixture
def calls(libraries: Path, space: isolde.Space) -> isolde.Library:
    """libcalls.so in `space`."""
    return space.load(libraries / "libcalls.so")
