"""What the package imports, it asks for; what it asks for, it uses."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import requires

from tests.unit.house.sources import package_modules

# Imported by others on our behalf: msgspec reads TOML through tomli before Python 3.11.
_THROUGH_OTHERS = {"tomli"}
# Provided by the program that the module runs in: isolde-gdb.py runs in gdb.
_OF_THE_HOST = {"gdb"}


def _declared(*, extras: bool) -> set[str]:
    wanted = [line for line in requires("isolde") or [] if extras or "extra ==" not in line]
    return {re.split(r"[^\w-]", line, maxsplit=1)[0].lower() for line in wanted}


def _imported() -> set[str]:
    trees = [ast.parse(module.read_text()) for module in package_modules()]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    taken = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    roots = {name.split(".")[0] for name in plain | taken}
    return roots - set(sys.stdlib_module_names) - {"isolde", "_ctypes"} - _OF_THE_HOST


def test_every_import_is_declared() -> None:
    assert _imported() - _declared(extras=True) == set()


def test_every_declared_dependency_is_used() -> None:
    """By an import, or by name: uvicorn takes its loop and its parser as words."""
    text = "\n".join(module.read_text() for module in package_modules())
    words = set(re.findall(r"[\"'](\w+)[\"']", text))
    assert _declared(extras=False) - _imported() - words - _THROUGH_OTHERS == set()
