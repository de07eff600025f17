"""docs/reference/agreement.md: how many files of the machine each command agrees on."""

from __future__ import annotations

import platform
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.agreement.comparison import DIFFERENT, SAME_BYTES, SAME_VALUES, Comparison
from tests.agreement.explained import Rule, reasons_for
from tests.agreement.rows import Row
from tests.toolchain import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "agreement.md"

_HEAD = """\
# Agreement with binutils

Isolde's object-file tools and those of GNU binutils, and `ldd` of glibc, given the same files:
every ELF file and archive of a machine below `/usr/bin`, `/usr/sbin`, `/usr/lib`, `/usr/libexec`
and `/lib64`, and of the wheels that Isolde is proved on, each inode once. *Same bytes* is what it
says; *same values* means the same words, with other spaces between (or what the row's form in
`tests/agreement/rows.toml` forgives, such as addresses, which only the true `ldd` has). Exit
statuses are compared, too. Each line that differs is
explained by a rule of `tests/agreement/explained.toml`; a difference without one makes
`make agreement` fail.

"""


class Tally:
    """The comparisons so far, by row."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._counts: Counter[tuple[str, str]] = Counter()
        self._reasons: Counter[Rule] = Counter()
        self.unexplained: list[Comparison] = []

    def add(self, each: Comparison) -> None:
        """Counts EACH."""
        outcome = each.outcome
        if outcome == DIFFERENT:
            reasons = reasons_for(each, self._rules)
            self._reasons.update(reasons)
            outcome = "explained" if reasons else "unexplained"
            if not reasons:
                self.unexplained.append(each)
        self._counts[each.row, outcome] += 1

    def rows(self, rows: Sequence[Row]) -> list[tuple[object, ...]]:
        """For each of ROWS: command, files, same bytes, same values, explained, unexplained."""
        kinds = (SAME_BYTES, SAME_VALUES, "explained", "unexplained")
        counted = []
        for row in rows:
            counts = [self._counts[row.name, kind] for kind in kinds]
            if sum(counts):
                counted.append((row.name, sum(counts), *counts))
        return counted

    def reasons(self) -> list[tuple[str, int, str]]:
        """Rows, how many files, and why; the most frequent first."""
        return [(rule.rows, count, rule.why) for rule, count in self._reasons.most_common()]


COLUMNS = ("command", "files", "same bytes", "same values", "explained", "unexplained")


def write_page(
    tally: Tally, rows: Sequence[Row], files: int, there: int, page: Path = PAGE
) -> None:
    """Writes the page of the reference, about FILES of the files that are THERE."""
    page.write_text(_HEAD + _circumstances(files, there) + _table(tally, rows) + _reasons(tally))


def _circumstances(files: int, there: int) -> str:
    version = subprocess.run(["nm", "--version"], capture_output=True, text=True, check=True)
    tools = f"GNU binutils {version.stdout.splitlines()[0].rpartition(' ')[2]}"
    libc = " ".join(platform.libc_ver())
    return (
        f"`make agreement` last compared {files} of the {there} files, taken evenly from first to "
        f"last, with {tools} and {libc}.\n\n"
    )


def _table(tally: Tally, rows: Sequence[Row]) -> str:
    lines = [f"| {' | '.join(COLUMNS)} |", "|---|---|---|---|---|---|"]
    for name, *counts in tally.rows(rows):
        lines.append(f"| `{name}` | {' | '.join(str(count) for count in counts)} |")
    return "\n".join(lines) + "\n"


def _reasons(tally: Tally) -> str:
    found = tally.reasons()
    if not found:
        return ""
    lines = ["", "## Why they differ", "", "| commands | files | why |", "|---|---|---|"]
    lines += [f"| `{rows}` | {count} | {why} |" for rows, count, why in found]
    return "\n".join(lines) + "\n"
