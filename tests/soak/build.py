"""Compiles the soak tests' libraries and programs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.toolchain import compile_library, compile_object, link_with_libisolde

FOLDER = Path(__file__).resolve().parent
# What the programs print when nothing was wrong.
ALL_WELL = {"soak": "wrong 0, left 0, mapped 0\n", "namespaces": "wrong 0, left 0\n"}
# `make soak` sets it: how many times as long as an ordinary test run.
TIMES = int(os.environ.get("ISOLDE_SOAK_TIMES", "1"))


def build_libraries(folder: Path) -> None:
    """Compile the libraries that soak.c opens into ``folder``."""
    sources = FOLDER / "libraries"
    base = compile_library(
        folder / "libbase.so", [sources / "base.cpp"], ["-Wl,-soname,libbase.so"]
    )
    compile_library(folder / "libthrower.so", [sources / "thrower.cpp"])
    needs_base = [str(base), "-Wl,-rpath,$ORIGIN"]
    compile_library(folder / "libtop.so", [sources / "top.cpp"], needs_base)
    models = {
        "libcounter.so": "-mtls-dialect=gnu",
        "libdescriptor.so": "-mtls-dialect=gnu2",
        "libinitial.so": "-ftls-model=initial-exec",
    }
    for name, flag in models.items():
        compile_library(folder / name, [sources / "counter.c"], [flag])
    for name in ("state", "keys"):
        compile_library(folder / f"lib{name}.so", [sources / f"{name}.c"])


def build_program(folder: Path, name: str) -> Path:
    """Compile ``name``.c against libisolde into ``folder``."""
    flags = ("-Wall", "-Wextra", "-Werror", "-pthread", *link_with_libisolde())
    return compile_object(folder / name, [FOLDER / f"{name}.c"], flags)


def build_unmodified(folder: Path, name: str) -> Path:
    """Compile ``name``.c, which knows nothing of libisolde, into ``folder``."""
    flags = ("-Wall", "-Wextra", "-Werror", "-pthread")
    return compile_object(folder / name, [FOLDER / f"{name}.c"], flags)


def printed_by(command: Sequence[object], timeout_s: float) -> str:
    """Run ``command``; return its standard output. It must exit 0."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout
