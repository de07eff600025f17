"""Runs other projects' test suites in a plain Python and in an Interpreter, compares test by test.

usage: python -m tests.suites.suites [--python PYTHON]... [--only GLOB]... [--markdown] [SUITE...]

Each module runs in a process of its own, once plain and once inside a private
`isolde.Interpreter` of a process with the developers' Python. Exit status 1 if a test ends
otherwise and suites.toml does not explain it. With --markdown, docs/reference/python-suites.md gets
the rows of what ran, and keeps the others.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import isolde
from isolde.report import print_table
from tests.end_to_end.packages import environment
from tests.toolchain import REPOSITORY

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
PAGE = REPOSITORY / "docs" / "reference" / "python-suites.md"
_SECONDS = 1200  # for one module
_HEAD = ("module", "Python", "passed plain", "passed inside", "skipped", "failed", "explained")
_MARK = "<!-- suites -->\n"
_CANNOT_BE_LOADED = "unittest.loader._FailedTest."


@dataclass(frozen=True)
class Suite:
    """Test modules of one project.

    Attributes:
        name: what the command line calls it.
        runner: unittest or pytest.
        names: of the modules.
        runs_in: the Pythons, unless the command line names others.
        wheels: they ship in the wheels of `make wheels`, and run in the Python that has these.
        tests_of: the project whose tests are not in its wheel but in its source distribution.
        leave_out: globs of tests that do not end even in a plain Python.
    """

    name: str
    runner: str
    names: list[str]
    runs_in: list[str] = field(default_factory=lambda: ["3.12", "3.11"])
    wheels: bool = False
    tests_of: str = ""
    leave_out: list[str] = field(default_factory=list)

    def pythons(self, named: Sequence[str]) -> list[str]:
        """The executables of the Pythons it runs in."""
        if self.wheels:
            return [str(environment.python("own").executable)]
        return [_executable(python) for python in named or self.runs_in]

    def environment(self) -> dict[str, str]:
        """The variables it runs with."""
        path = [environment.wheels(environment.TOOLS)] if self.wheels else []
        path += [environment.tests_of(self.tests_of)] if self.tests_of else []
        return {**os.environ, **({"PYTHONPATH": os.pathsep.join(map(str, path))} if path else {})}


@dataclass(frozen=True)
class Known:
    """Why the tests that match a glob may end otherwise inside, in the Pythons that match."""

    test: str
    why: str
    python: str = "*"


@dataclass(frozen=True)
class Ended:
    """How each test of a module ended, or why there is nothing to tell."""

    outcomes: dict[str, str]
    why: dict[str, str]
    trouble: str = ""

    def count(self, *kinds: str) -> int:
        """How many ended so."""
        counted = Counter(self.outcomes.values())
        return sum(counted[kind] for kind in kinds)


@dataclass(frozen=True)
class Compared:
    """A module that ran both ways; NEW are the differences that nothing explains."""

    name: str
    version: str
    plain: Ended
    inside: Ended
    explained: int
    new: list[tuple[str, str, str]]

    @property
    def missing(self) -> bool:
        """Whether the Python was installed without this module."""
        return all(test.startswith(_CANNOT_BE_LOADED) for test in self.plain.outcomes)

    def row(self) -> tuple[str, ...]:
        """Its line of the table."""
        inside = self.inside
        failed = inside.count("failed", "error")
        counts = self.plain.count("passed"), inside.count("passed"), inside.count("skipped"), failed
        explained = f"{self.explained}" + (f" of {self.explained + len(self.new)}" * bool(self.new))
        return self.name, self.version, *map(str, counts), explained

    def told(self) -> Iterator[str]:
        """What is new in it, for a person."""
        for test, plain, inside in self.new:
            yield f"    {test}: {plain}, inside {inside}"
            why = self.inside.why.get(test, "") or self.plain.why.get(test, "")
            yield from (f"      {line}" for line in why.splitlines() if line.strip())


def read_suites() -> tuple[list[Suite], list[Known]]:
    """What suites.toml says."""
    with (HERE / "suites.toml").open("rb") as file:
        told = tomllib.load(file)
    return [Suite(**each) for each in told["suite"]], [
        Known(**each) for each in told.get("known", [])
    ]


def _executable(python: str) -> str:
    found = isolde.find_python(python)
    return found.executable or f"{found.prefix}/bin/python3"


def _listen_to_interrupts() -> None:
    """As in a terminal: a shell makes what it starts in the background ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _run(program: Sequence[str], suite: Suite, name: str) -> Ended:
    """Run one module in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="suites-") as folder:
        output = Path(folder) / "outcomes.json"
        left_out = [f"!{glob}" for glob in suite.leave_out]
        try:
            done = subprocess.run(
                [*program, str(output), suite.runner, name, *left_out],
                cwd=folder,
                env=suite.environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                preexec_fn=_listen_to_interrupts,
            )
        except subprocess.TimeoutExpired:
            return Ended({}, {}, f"not done after {_SECONDS} s")
        if not output.exists():
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no output"]
            return Ended({}, {}, f"status {done.returncode}: {last[0]}")
        told = json.loads(output.read_text())
        trouble = f"status {done.returncode} at the end" if done.returncode else ""
        return Ended(told["outcomes"], told["why"], trouble)


def differences(plain: Ended, inside: Ended) -> Iterator[tuple[str, str, str]]:
    """The tests that ended otherwise: name, plain outcome, outcome inside."""
    if plain.trouble != inside.trouble:
        yield "(the run)", plain.trouble or "done", inside.trouble or "done"
    if not plain.outcomes:
        yield "(the run)", plain.trouble or "no tests", inside.trouble or "no tests"
    for test in sorted({*plain.outcomes, *inside.outcomes}):
        ours, theirs = (each.outcomes.get(test, "not run") for each in (plain, inside))
        if ours != theirs:
            yield test, ours, theirs


def is_explained(known: Sequence[Known], version: str, name: str, test: str) -> bool:
    """Whether suites.toml knows that this test ends otherwise."""
    return any(
        fnmatch.fnmatchcase(version, each.python)
        and (
            fnmatch.fnmatchcase(test, each.test) or fnmatch.fnmatchcase(f"{name}:{test}", each.test)
        )
        for each in known
    )


def compare(suite: Suite, python: str, name: str, known: Sequence[Known]) -> Compared:
    """Run a module both ways."""
    version = isolde.find_python(python).version
    plain = _run([python, str(HERE / "runner.py")], suite, name)
    inside = _run([sys.executable, str(HERE / "inside.py"), python], suite, name)
    found = list(differences(plain, inside))
    new = [each for each in found if not is_explained(known, version, name, each[0])]
    return Compared(name, version, plain, inside, len(found) - len(new), new)


def write(rows: Sequence[Sequence[str]]) -> None:
    """Put ROWS into the page, in place of those of the same modules and Pythons."""
    before, _, rest = PAGE.read_text().partition(_MARK)
    table, _, after = rest.partition(_MARK)
    cells = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    merged = {(row[0], row[1]): row for row in [*cells, *rows]}
    lines = [_HEAD, ["---"] * len(_HEAD), *(merged[key] for key in sorted(merged))]
    text = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    PAGE.write_text(f"{before}{_MARK}{text}{_MARK}{after}")


def _chosen(
    suites: Sequence[Suite], pythons: Sequence[str], wanted: Callable[[str, str], bool]
) -> Iterator[tuple[Suite, str, str]]:
    for suite in suites:
        names = [name for name in suite.names if wanted(suite.name, name)]
        for python in suite.pythons(pythons) if names else ():
            yield from ((suite, python, name) for name in names)


def main() -> int:
    """Run what the command line names, print the table."""
    parser = argparse.ArgumentParser(prog="suites", description=__doc__.splitlines()[0])
    parser.add_argument("--python", action="append", help="of CPython's own suites")
    parser.add_argument("--only", action="append", help="a glob of module names")
    parser.add_argument("--markdown", action="store_true", help="write the rows into the docs")
    parser.add_argument("suite", nargs="*", help="which; default: all")
    options = parser.parse_args()
    suites, known = read_suites()

    def wanted(suite: str, name: str) -> bool:
        named = not options.suite or suite in options.suite
        return named and any(fnmatch.fnmatchcase(name, glob) for glob in options.only or ["*"])

    rows, fine = [], True
    for suite, python, name in _chosen(suites, options.python or (), wanted):
        compared = compare(suite, python, name, known)
        fine = fine and not compared.new
        if compared.missing and not compared.new:
            print(f"{name}: not installed with {compared.version}", flush=True)
            continue
        rows.append(compared.row())
        print("  ".join(rows[-1]), *compared.told(), sep="\n", flush=True)
        if options.markdown:
            write(rows[-1:])
    if not options.markdown:
        print_table(_HEAD, rows)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
