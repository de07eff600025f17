"""The rows of the table: commands that are compared, from rows.toml."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.agreement.values import FORMS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROWS = Path(__file__).with_name("rows.toml")
KINDS = ("elf", "archive", "any")


@dataclass(frozen=True)
class Row:
    """One command with its options; rows.toml says what the fields mean."""

    tool: str
    options: str
    theirs: str = ""
    on: str = "elf"
    largest: int = 1 << 40
    values: str = "words"

    @property
    def name(self) -> str:
        """How the row is called: the command without a file."""
        return f"{self.tool} {self.options}".strip()

    def our_words(self, file: str) -> list[str]:
        """The command line behind ``isolde``."""
        return [self.tool, *self.options.split(), file]

    def their_words(self, file: str) -> list[str]:
        """The command line of the tool that ours is compared with."""
        return [*(self.theirs or self.tool).split(), *self.options.split(), file]

    def wants(self, kind: str, size: int) -> bool:
        """Whether files of that KIND and SIZE are given to this command."""
        return self.on in (kind, "any") and size <= self.largest


def read_rows(path: Path = ROWS) -> list[Row]:
    """The rows in the file at PATH.

    Raises:
        TypeError: a row has a key that there is not.
        ValueError: a key has a value that there is not.
    """
    rows = [Row(**entry) for entry in tomllib.loads(path.read_text())["row"]]
    for row in rows:
        if row.on not in KINDS or row.values not in FORMS:
            raise ValueError(f"{row.name}: on = '{row.on}', values = '{row.values}'")
    return rows
