"""A function fits on a screen: 30 lines of Python, 60 of C (docstrings and comments apart)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.toolchain import REPOSITORY
from tests.unit.house.sources import core_sources, package_modules

Functions = Callable[[Path], Iterator[tuple[str, int]]]

_PYTHON_LINES = 30
_C_LINES = 60


def _python_functions(module: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                yield node.name, (body[-1].end_lineno or 0) - body[0].lineno + 1


def _c_functions(source: Path) -> Iterator[tuple[str, int]]:
    """The functions of a file that clang-format has laid out: `}` in the first column ends one.

    One begins with the line that names it, which its `{` need not stand in.
    """
    head, start = "", 0
    code = re.sub(r"/\*.*?\*/", "", source.read_text(), flags=re.DOTALL)
    lines = [line.rstrip() for line in code.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if line == "}" and head:
            yield head, number - start - 1
            head = ""
        elif not line.startswith((" ", "\t", "#", "}")):
            head, start = (line, number) if "(" in line and not line.endswith(";") else ("", 0)


def _too_long(files: list[Path], functions: Functions, limit: int) -> list[str]:
    return [
        f"{file.relative_to(REPOSITORY)}: {name}: {length} lines"
        for file in files
        for name, length in functions(file)
        if length > limit
    ]


def test_python_functions_fit_on_a_screen() -> None:
    assert _too_long(package_modules(), _python_functions, _PYTHON_LINES) == []


def test_c_functions_fit_on_a_screen() -> None:
    assert _too_long(core_sources(), _c_functions, _C_LINES) == []
