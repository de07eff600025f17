"""The exceptions are what their module draws."""

from __future__ import annotations

import re

import pytest

import isolde
from isolde import errors

TREE = re.findall(r"[├└]── (\w+) +\(also (\w+)\)", errors.__doc__ or "")


def test_the_drawing_is_complete() -> None:
    drawn = {name for name, _ in TREE}
    here = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    own = {kind.__name__ for kind in here if kind.__module__ == errors.__name__}
    assert drawn == own - {"IsoldeError"}


@pytest.mark.parametrize(("name", "parent"), TREE)
def test_each_is_also_what_it_is_drawn_as(name: str, parent: str) -> None:
    kind = getattr(isolde, name)
    assert issubclass(kind, isolde.IsoldeError)
    assert issubclass(kind, getattr(__import__("builtins"), parent))
