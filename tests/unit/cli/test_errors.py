"""What JSON says of errors is what its page says."""

from __future__ import annotations

import inspect
import re

from isolde.cli import _errors
from tests.toolchain import REPOSITORY

_ROW = re.compile(r"^\| `(\w+)` \| (\d) \| .* \| (.*) \|$", re.MULTILINE)


def test_every_kind_of_error_stands_on_the_page_with_its_keys() -> None:
    page = (REPOSITORY / "docs" / "reference" / "json.md").read_text().split("\n## ")[0]
    rows = {kind: re.findall(r"`(\w+)`", keys) for kind, _, keys in _ROW.findall(page)}
    kinds = set(re.findall(r'"(\w+)"', inspect.getsource(_errors._kind_of)))
    assert set(rows) == kinds
    assert {kind: list(names) for kind, names in _errors._FACTS.items()} == {
        kind: keys for kind, keys in rows.items() if kind in _errors._FACTS
    }
