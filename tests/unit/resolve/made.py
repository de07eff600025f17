"""Small libraries and programs made for one test, and what glibc itself loads for them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.toolchain import compile_library, compile_object

LOADER = Path("/lib64/ld-linux-x86-64.so.2")


def library(path: Path, needed: Sequence[Path] = (), flags: Sequence[str] = ()) -> Path:
    """Make a library that needs those; its soname is its file's name."""
    soname = f"-Wl,-soname,{path.name}"
    others = [str(other) for other in needed]
    return compile_library(path, [], [soname, "-Wl,--no-as-needed", *others, *flags])


def program(path: Path, needed: Sequence[Path] = (), flags: Sequence[str] = ()) -> Path:
    """Make a program that needs those libraries and does nothing."""
    source = path.with_suffix(".c")
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text("int main(void) { return 0; }\n")
    others = [str(other) for other in needed]
    loose = "-Wl,--unresolved-symbols=ignore-all"
    return compile_object(path, [source], ["-Wl,--no-as-needed", *others, loose, *flags])


def runpath(*folders: str) -> list[str]:
    return [f"-Wl,--enable-new-dtags,-rpath,{':'.join(folders)}"]


def rpath(*folders: str) -> list[str]:
    return [f"-Wl,--disable-new-dtags,-rpath,{':'.join(folders)}"]


def glibc_list(path: Path | str, environment: Mapping[str, str] | None = None) -> list[str]:
    """Return the paths of what glibc's ld.so loads for a file, in its order, itself left out.

    What it does not find is "NAME => not found".
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LD_")}
    done = subprocess.run(
        [LOADER, path],
        env={**clean, **(environment or {}), "LD_TRACE_LOADED_OBJECTS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines, done.stderr
    return [_path(line) for line in lines if not line.startswith("linux-vdso")]


def _path(line: str) -> str:
    if line.endswith("not found"):
        return line
    return line.partition(" => ")[2].rpartition(" (")[0] or line.rpartition(" (")[0]
