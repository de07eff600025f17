"""The files that the rules of the house are about."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.toolchain import REPOSITORY

PACKAGE = REPOSITORY / "src" / "isolde"
HEADER = REPOSITORY / "core" / "isolde.h"

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def tracked_files() -> list[Path]:
    """Every file that git tracks and that still exists."""
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    files = (REPOSITORY / name for name in done.stdout.split("\0") if name)
    return [file for file in files if file.is_file()]


def package_modules() -> list[Path]:
    """Every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def public_modules() -> list[Path]:
    """The package's files that a user may import from: no part of their name starts with `_`."""
    return [
        file
        for file in package_modules()
        if file.name == "__init__.py" or not file.name.startswith("_")
    ]


def core_sources() -> list[Path]:
    """Every C file of the core."""
    return sorted((REPOSITORY / "core").rglob("*.c"))


def public_definitions(module: Path) -> Iterator[tuple[str, Definition]]:
    """The classes, functions and methods of ``module`` that a user may name."""
    yield from _public_in(ast.parse(module.read_text()).body, "")


def _public_in(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public_in(node.body, f"{prefix}{node.name}.")
