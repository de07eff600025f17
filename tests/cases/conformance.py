"""The table of docs/reference/conformance.md: every rule, in every way it is run.

python -m tests.cases.conformance      # `make conformance`: runs all, writes the table
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.cases.builder import build_objects, run_host
from tests.cases.case import GLIBC, WAYS, Case, all_cases
from tests.toolchain import REPOSITORY, MissingToolError

PAGE = REPOSITORY / "docs" / "reference" / "conformance.md"
PASS, FAIL, NOT_RUN = "pass", "fail", "not run"

Outcomes = dict[tuple[str, str], str]  # by folder and way

_HEAD = """\
# Conformance

What Isolde does where a dynamic loader has to do something: one rule a row, one folder of
`tests/cases/` each, whose name begins with the number. The same C program proves a rule in up to
four ways:

- **glibc**: plain glibc, in the base namespace; where a rule is about several namespaces, with
  glibc's own `dlmopen`;
- **run**: `dlmopen` in a program that knows nothing of Isolde, started by `isolde run`;
- **Space**: Python's `Space.load` and `Library`, called by the C code of an extension;
- **C**: `isolde_dlopen` and its relatives.

A dash stands for a way in which the rule says nothing, with the reason. A failure is one that is
known, with its reason; each is still run, and Isolde's own must go on failing as long as they stand
here. The last column names where the rule is from: a standard, a manual page, or the tests of
another loader that look at the same behaviour. The tests themselves are our own.

"""


def documented(case: Case, way: str) -> str:
    """Return the outcome that the folder states."""
    return FAIL if way in case.fails else PASS


def table(cases: list[Case], outcomes: Outcomes) -> str:
    """Return the rows, as Markdown."""
    lines = ["| | rule | glibc | run | Space | C | from |", "|---|---|---|---|---|---|---|"]
    for case in cases:
        number = case.folder.name.split("_")[0]
        cells = [_cell(case, way, outcomes.get((case.folder.name, way), PASS)) for way in WAYS]
        lines.append(" | ".join((f"| {number}", _escaped(case.rule), *cells, f"{case.source} |")))
    return "\n".join(lines) + "\n"


def _cell(case: Case, way: str, outcome: str) -> str:
    reason = case.why_not(way)
    if reason is not None:
        return f"– {_escaped(reason)}"
    if outcome == documented(case, way):
        return f"fails: {_escaped(case.fails[way])}" if outcome == FAIL else PASS
    return f"**{outcome}**"


def _escaped(text: str) -> str:
    """TEXT as it reads, in a cell."""
    for character in "\\|<*_":
        text = text.replace(character, f"\\{character}")
    return text


def _outcome(case: Case, way: str, build: Path) -> str:
    try:
        done = run_host(case, way, build)
        expected = case.expected(way)
        if expected is None:
            expected = run_host(case, GLIBC, build).stdout
    except subprocess.TimeoutExpired:
        return FAIL
    return PASS if done.stdout == expected and done.returncode == 0 else FAIL


def _outcomes_of(case: Case, build: Path) -> Iterator[tuple[tuple[str, str], str]]:
    try:
        build_objects(case, build)
        for way in case.ways:
            yield (case.folder.name, way), _outcome(case, way, build)
    except MissingToolError:
        for way in case.ways:
            yield (case.folder.name, way), NOT_RUN


def run_all(cases: list[Case]) -> Outcomes:
    """Run every case in every way, as many at once as there are processors."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:

        def run(case: Case) -> Outcomes:
            build = Path(folder) / case.folder.name
            build.mkdir()
            return dict(_outcomes_of(case, build))

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = pool.map(run, cases)
            return {key: outcome for outcomes in found for key, outcome in outcomes.items()}


def main() -> int:
    """Write the page; 1 if anything came out otherwise than its folder says."""
    cases = all_cases()
    outcomes = run_all(cases)
    machine = f"`make conformance` last ran it with {' '.join(platform.libc_ver())}.\n\n"
    PAGE.write_text(_HEAD + machine + table(cases, outcomes))
    named = {case.folder.name: case for case in cases}
    strange = [key for key in outcomes if outcomes[key] != documented(named[key[0]], key[1])]
    for folder, way in strange:
        sys.stdout.write(f"{folder}, {way}: {outcomes[folder, way]}\n")
    sys.stdout.write(f"{len(outcomes)} runs of {len(cases)} rules, {len(strange)} unexpected\n")
    return 1 if strange else 0


if __name__ == "__main__":
    sys.exit(main())
