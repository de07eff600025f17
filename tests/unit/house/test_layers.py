"""Data flows one way, down: nothing imports what stands above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.unit.house.sources import PACKAGE, package_modules

# From the ground up.  Rooms of one floor do not know each other.
_FLOORS = (
    {"errors", "record"},
    {"image", "elf", "prototype", "report", "demangle"},
    {"_core", "resolve"},
    {"space"},
    {"backtrace", "binutils", "engine", "interpose", "launch", "interpreter", "packages"},
    {"gateway", "demo", "startup", "diagnose"},
    {"cli"},
    {"__main__"},
)
# The public noun is written in several files, and `isolde` itself is where they meet.
_SPACE = {"__init__", "_arguments", "_functions", "library", "space"}


def _room(name: str) -> str:
    return "space" if name in _SPACE else name


def _room_of(module: Path) -> str:
    return _room(module.relative_to(PACKAGE).parts[0].removesuffix(".py"))


def _floor(room: str) -> int:
    floors = [number for number, rooms in enumerate(_FLOORS) if room in rooms]
    assert floors, f"isolde.{room} has no floor yet: give it one in {__file__}"
    return floors[0]


def _imported_rooms(module: Path) -> Iterator[str]:
    """The rooms that a module imports when it runs; what only a type checker sees is free."""
    tree = ast.parse(module.read_text())
    unseen = {node for guard in ast.walk(tree) if _is_type_guard(guard) for node in ast.walk(guard)}
    for node in ast.walk(tree):
        if node in unseen:
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "isolde":
            yield from (_room_named(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("isolde."):
            yield _room((node.module or "").split(".")[1])


def _room_named(name: str) -> str:
    """The room of ``from isolde import name``: a module's own, or that of the package itself."""
    is_module = (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists()
    return _room(name) if is_module else "space"


def _is_type_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def test_nothing_imports_what_stands_above_it() -> None:
    upward = [
        f"{module.relative_to(PACKAGE)} imports isolde.{room}"
        for module in package_modules()
        for room in _imported_rooms(module)
        if room != _room_of(module) and _floor(room) >= _floor(_room_of(module))
    ]
    assert upward == []


def test_every_import_is_absolute() -> None:
    relative = [
        f"{module.relative_to(PACKAGE)}:{node.lineno}"
        for module in package_modules()
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []
