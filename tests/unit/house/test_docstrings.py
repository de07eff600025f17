"""Whatever a user can name explains itself to help()."""

from __future__ import annotations

import ast
import inspect

import isolde
from tests.unit.house.sources import PACKAGE, package_modules, public_definitions, public_modules


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(module.relative_to(PACKAGE))
        for module in package_modules()
        if not ast.get_docstring(ast.parse(module.read_text()))
    ]
    assert silent == []


def test_every_public_class_and_function_has_a_docstring() -> None:
    silent = [
        f"{module.relative_to(PACKAGE)}: {name}"
        for module in public_modules()
        for name, node in public_definitions(module)
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_name_of_the_package_explains_itself() -> None:
    things = {name: getattr(isolde, name) for name in isolde.__all__}
    callables = {name: thing for name, thing in things.items() if callable(thing)}
    assert callables
    assert [name for name, thing in callables.items() if not inspect.getdoc(thing)] == []
