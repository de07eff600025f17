"""Packages made for these tests: each has an extension module and its own version of one library.

first.libs/libcount.so   count() adds 1           second.libs/libcount.so   adds 100
first/_native.so         needs it                  second/_native.so
"""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.toolchain import MissingToolError, compile_library

SOURCES = Path(__file__).parent / "sources"
Printed = Callable[..., str]


def python_headers() -> str:
    """The flag by which a compiler finds Python.h."""
    folder = Path(sysconfig.get_paths()["include"])
    if not (folder / "Python.h").exists():
        raise MissingToolError("Python.h is not installed (python3-dev)")
    return f"-I{folder}"


def make_package(site: Path, name: str, step: int, *flags: str) -> Path:
    """A package whose `count` adds STEP, as a wheel would lay it out."""
    libraries = site / f"{name}.libs"
    library = compile_library(
        libraries / "libcount.so",
        [SOURCES / "count.c"],
        [f"-DSTEP={step}", "-Wl,-soname,libcount.so"],
    )
    runpath = f"-Wl,-rpath,$ORIGIN/../{name}.libs"
    module = site / name / "_native.so"
    flags = (python_headers(), *flags, str(library), runpath)
    compile_library(module, [SOURCES / "counting.c"], flags)
    (site / name / "__init__.py").write_text(f"from {name}._native import count\n")
    return site / name


def make_metadata(site: Path, distribution: str, *files: str) -> None:
    """What an installer writes of a distribution."""
    folder = site / f"{distribution.replace('-', '_')}-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Name: {distribution}\nVersion: 1.0\n")
    (folder / "RECORD").write_text("".join(f"{file},,\n" for file in files))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages `first`, `second`, and `chain`, which imports `second`."""
    folder = tmp_path_factory.mktemp("site")
    make_package(folder, "first", 1)
    make_package(folder, "second", 100)
    make_package(folder, "chain", 10_000, '-DWHILE_IMPORTED="second"')
    make_metadata(folder, "The-Second", "second/__init__.py", "second/_native.so", "_beside.py")
    (folder / "_beside.py").write_text("")
    return folder
