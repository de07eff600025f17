"""The fields that docs/reference/json.md gives a command, and those that its output has.

A field is named by its way from the outside: `members[].name` is the name of each of the members.
"""

from __future__ import annotations

import re

from tests.toolchain import REPOSITORY

_PAGE = REPOSITORY / "docs" / "reference" / "json.md"
_ROW = re.compile(r"^\| `([\w.\[\]]+)` \|", re.MULTILINE)


def documented_fields(heading: str) -> set[str]:
    """The first column of the tables below `## HEADING`."""
    section = _PAGE.read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return set(_ROW.findall(section))


def fields_of(value: object, way: str = "") -> set[str]:
    """Every field in VALUE, which `json.loads` gave; an empty list shows none of its own."""
    if isinstance(value, list):
        return {field for each in value for field in fields_of(each, f"{way}[]")}
    if not isinstance(value, dict):
        return set()
    found = set()
    for name, inner in value.items():
        field = f"{way}.{name}" if way else name
        found |= {field} | fields_of(inner, field)
    return found
