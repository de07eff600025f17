"""The libraries that the programs of this folder open, compiled once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.run.running import HERE
from tests.toolchain import compile_library

_FLAGS = {
    "second": ("-L.", "-lfirst", "-Wl,-rpath,$ORIGIN"),
    "versions": (f"-Wl,--version-script={HERE / 'libraries' / 'versions.map'}",),
    "opener": ("-Wl,-rpath,$ORIGIN/inner",),
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds them all."""
    folder = tmp_path_factory.mktemp("run")
    for source in sorted((HERE / "libraries").glob("*.c*")):
        flags = (flag.replace("-L.", f"-L{folder}") for flag in _FLAGS.get(source.stem, ()))
        compile_library(folder / f"lib{source.stem}.so", [source], tuple(flags))
    compile_library(folder / "inner" / "libinner.so", [HERE / "libraries" / "counter.c"])
    return folder
