"""The test suites that packages bring along, plain and isolated, and the table of the results.

usage: python -m tests.end_to_end.packages.suites [SUITE ...]

A suite runs twice, unmodified: the second time ISOLDE_ISOLATE names its package.  Each test must
end alike.  Without arguments all suites are run, and docs/reference/packages.md is written.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.end_to_end.packages import environment
from tests.end_to_end.packages.environment import TOOLS, Python
from tests.toolchain import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "packages.md"
Outcomes = Mapping[str, str]


@dataclass(frozen=True)
class Suite:
    """Some of a package's tests.

    Attributes:
        name: what the table calls it.
        isolated: the value of ISOLDE_ISOLATE.
        modules: the tests, as modules.
        builds: of Python, to run it on.
    """

    name: str
    isolated: str
    modules: tuple[str, ...]
    builds: tuple[str, ...] = ("own",)


SUITES = (
    Suite(
        "numpy",
        "numpy",
        (
            "numpy.linalg",
            "numpy.random",
            "numpy._core.tests.test_multiarray",
            "numpy._core.tests.test_umath",
        ),
        ("own", "system"),
    ),
    Suite("scipy", "scipy,numpy", ("scipy.linalg", "scipy.fft")),
    Suite("pandas", "pandas,numpy", ("pandas.tests.libs", "pandas.tests.groupby")),
    Suite("pyarrow", "pyarrow", ("pyarrow.tests.test_array", "pyarrow.tests.test_compute")),
    Suite("shapely", "shapely", ("shapely",), ("own", "system")),
    Suite("scikit-learn", "scikit-learn,scipy,numpy", ("sklearn.cluster",)),
    Suite("CPython", "*", ("test_ctypes", "test_import", "test_importlib", "test_threading")),
)


def _command(suite: Suite, report: Path) -> list[str]:
    if suite.name == "CPython":
        return ["-m", "test", "--junit-xml", str(report), *suite.modules]
    options = ["-q", "-p", "no:cacheprovider", "--junitxml", str(report)]
    return ["-m", "pytest", *options, "--pyargs", *suite.modules]


def _outcomes(report: Path) -> Outcomes:
    """What became of each test: "passed", or "failure", "error" or "skipped"."""
    ends = {"failure", "error", "skipped"}
    found: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        end = [child.tag for child in case if child.tag in ends]
        found[f"{case.get('classname')} {case.get('name')}"] = end[0] if end else "passed"
    return found


def run(python: Python, suite: Suite, isolated: str) -> Outcomes:
    """Run a suite; RuntimeError where it ends before its last test, as by a crash."""
    variables = {"ISOLDE_ISOLATE": isolated, "PYTHONPATH": str(environment.wheels(TOOLS))}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(
            [python.executable, *_command(suite, report)],
            env={**os.environ, **variables},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            raise RuntimeError(f"{suite.name}: {done.returncode}\n{done.stdout}{done.stderr}")
        return _outcomes(report)


def _counts(outcomes: Outcomes) -> str:
    counts = Counter(outcomes.values())
    failed = counts["failure"] + counts["error"]
    return f"{counts['passed']:,} / {failed:,} / {counts['skipped']:,}"


def _row(build: str, suite: Suite) -> tuple[str, int]:
    """A line of the table, and how many tests ended differently."""
    python = environment.python(build)
    plain, ours = run(python, suite, ""), run(python, suite, suite.isolated)
    differing = [name for name in plain.keys() | ours.keys() if plain.get(name) != ours.get(name)]
    for name in sorted(differing):
        print(f"{suite.name}: {name}: {plain.get(name)}, isolated {ours.get(name)}")
    modules = ", ".join(f"`{module}`" for module in suite.modules)
    cells = [
        suite.name,
        modules,
        environment.BUILDS[build],
        _counts(plain),
        _counts(ours),
        f"{len(differing)}",
    ]
    return f"| {' | '.join(cells)} |", len(differing)


_HEAD = """\
| package | tests | Python | plain: passed / failed / skipped | isolated | ended differently |
|---|---|---|---|---|---|
"""
_MARK = "<!-- suites -->\n"


def write(rows: list[str]) -> None:
    """Put the table into the page."""
    before, _, rest = PAGE.read_text().partition(_MARK)
    after = rest.partition(_MARK)[2]
    lines = "".join(f"{row}\n" for row in rows)
    PAGE.write_text(f"{before}{_MARK}{_HEAD}{lines}{_MARK}{after}")


def main(names: list[str]) -> int:
    """Run the suites named, or all, and write what all gave."""
    rows, differing = [], 0
    for suite in SUITES:
        for build in suite.builds if not names or suite.name in names else ():
            if build in environment.interpreters():
                row, count = _row(build, suite)
                print(row, flush=True)
                rows.append(row)
                differing += count
    if not names:
        write(rows)
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
