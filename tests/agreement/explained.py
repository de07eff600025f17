"""Why the tools differ, by rules from explained.toml."""

from __future__ import annotations

import fnmatch
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.agreement.comparison import Comparison

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXPLAINED = Path(__file__).with_name("explained.toml")


@dataclass(frozen=True)
class Rule:
    """A reason for lines that differ.

    rows: a glob over commands with options.  files: a glob over paths.
    theirs, ours: regular expressions; each line that only that side has must be found by one of
    the rules that apply.  "" finds none.
    """

    rows: str
    why: str
    files: str = "*"
    theirs: str = ""
    ours: str = ""

    def applies_to(self, each: Comparison) -> bool:
        """Whether the rule is about that command and file."""
        return fnmatch.fnmatchcase(each.row, self.rows) and fnmatch.fnmatchcase(
            each.file, self.files
        )


def read_rules(path: Path = EXPLAINED) -> list[Rule]:
    """The rules in the file at PATH.

    Raises:
        TypeError: a rule has a key that there is not.
    """
    return [Rule(**entry) for entry in tomllib.loads(path.read_text()).get("difference", ())]


def reasons_for(each: Comparison, rules: Sequence[Rule]) -> list[Rule]:
    """The rules that together explain every line of a difference; none if one line is left."""
    applying = [rule for rule in rules if rule.applies_to(each)]
    used: list[Rule] = []
    for side in ("theirs", "ours"):
        for line in getattr(each, side):
            rule = _first(applying, side, line)
            if rule is None:
                return []
            used.append(rule)
    return list(dict.fromkeys(used))


def _first(rules: Sequence[Rule], side: str, line: str) -> Rule | None:
    for rule in rules:
        pattern = getattr(rule, side)
        if pattern and re.search(pattern, line):
            return rule
    return None
