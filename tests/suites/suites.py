"""Runs other projects' test suites in a plain Python and with Isolde, and compares test by test.

``python -m tests.suites.suites --python PYTHON [SUITE...]`` (``make suites``): PYTHON is the
executable of a Python, or of a virtual environment that has what the suite needs. Each module
runs in a process of its own, once plain and once for each way. Exit status 1 if a test ends
otherwise and suites.toml does not explain it.

The ways: ``interpreter`` runs the module inside a private `isolde.Interpreter` of a process with
the developers' Python; ``isolate`` runs it in PYTHON itself with ISOLDE_ISOLATE naming the suite's
package.
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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from isolde.launch import STATIC_TLS
from isolde.report import print_table
from tests.toolchain import REPOSITORY

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
_SECONDS = 1200  # for one module


@dataclass(frozen=True)
class Suite:
    """Test modules of one project.

    isolate: what ISOLDE_ISOLATE names for them; leave_out: globs of tests that do not end even in
    a plain Python; wheels: they ship in the wheels of `make wheels`, so they run in the Python that
    has these.
    """

    name: str
    runner: str
    names: list[str]
    ways: list[str] = field(default_factory=lambda: ["interpreter"])
    isolate: str = ""
    leave_out: list[str] = field(default_factory=list)
    wheels: bool = False


@dataclass(frozen=True)
class Known:
    """Why the tests that match a glob may end otherwise in one way."""

    test: str
    why: str
    way: str = "*"


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


def read_suites() -> tuple[list[Suite], list[Known]]:
    """What suites.toml says."""
    with (HERE / "suites.toml").open("rb") as file:
        told = tomllib.load(file)
    return [Suite(**each) for each in told["suite"]], [
        Known(**each) for each in told.get("known", [])
    ]


def _command(way: str, suite: Suite, python: str, output: str, name: str) -> list[str]:
    arguments = [output, suite.runner, name, *(f"!{glob}" for glob in suite.leave_out)]
    if way == "interpreter":
        return [sys.executable, str(HERE / "inside.py"), python, *arguments]
    return [python, str(HERE / "runner.py"), *arguments]


def _environment(way: str, suite: Suite) -> dict[str, str]:
    environment = {**os.environ, "GLIBC_TUNABLES": f"glibc.rtld.optional_static_tls={STATIC_TLS}"}
    if way == "isolate":
        environment["ISOLDE_ISOLATE"] = suite.isolate
        environment["PYTHONPATH"] = str(REPOSITORY / "src")
    return environment


def _listen_to_interrupts() -> None:
    """As in a terminal; a shell that starts a command in the background ignores SIGINT for it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(way: str, suite: Suite, python: str, name: str) -> Ended:
    """Run one module in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="suites-") as folder:
        output = Path(folder) / "outcomes.json"
        try:
            done = subprocess.run(
                _command(way, suite, python, str(output), name),
                cwd=folder,
                env=_environment(way, suite),
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


def differences(plain: Ended, other: Ended) -> Iterator[tuple[str, str, str]]:
    """The tests that ended otherwise: name, plain outcome, the other's."""
    if plain.trouble != other.trouble:
        yield "(the run)", plain.trouble or "done", other.trouble or "done"
    for test in sorted({*plain.outcomes, *other.outcomes}):
        ours, theirs = plain.outcomes.get(test, "not run"), other.outcomes.get(test, "not run")
        if ours != theirs:
            yield test, ours, theirs


def _explained(known: Sequence[Known], way: str, name: str, test: str) -> bool:
    return any(
        fnmatch.fnmatchcase(way, each.way)
        and (
            fnmatch.fnmatchcase(test, each.test) or fnmatch.fnmatchcase(f"{name}:{test}", each.test)
        )
        for each in known
    )


def compare(suite: Suite, python: str, known: Sequence[Known]) -> tuple[list[list[str]], bool]:
    """The table's rows, and whether every difference is explained."""
    rows, fine = [], True
    for name in suite.names:
        plain = run("plain", suite, python, name)
        for way in suite.ways:
            other = run(way, suite, python, name)
            found = list(differences(plain, other))
            new = [each for each in found if not _explained(known, way, name, each[0])]
            fine = fine and not new
            rows.append(
                [
                    name,
                    way,
                    str(plain.count("passed")),
                    str(other.count("passed")),
                    str(other.count("skipped")),
                    str(other.count("failed", "error")),
                    str(len(found) - len(new)),
                    str(len(new)),
                ]
            )
            print("  ".join(rows[-1]), flush=True)
            for test, ours, theirs in new:
                print(f"    {test}: {ours}, {theirs} ({way})", flush=True)
                print("\n".join(f"      {line}" for line in other.why.get(test, "").splitlines()))
    return rows, fine


def main() -> int:
    """Run what the command line names, print the table."""
    parser = argparse.ArgumentParser(prog="suites", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--python", default=sys.executable, help="whose suites; a venv's has wheels"
    )
    parser.add_argument("--only", default="*", help="a glob of module names")
    parser.add_argument("--markdown", action="store_true", help="print the table for the docs")
    parser.add_argument("suite", nargs="*", help="which; default: all")
    options = parser.parse_args()
    suites, known = read_suites()
    head = ["module", "way", "passed plain", "passed", "skipped", "failed", "explained", "new"]
    everything, fine = [], True
    for suite in suites:
        if options.suite and suite.name not in options.suite:
            continue
        names = [name for name in suite.names if fnmatch.fnmatchcase(name, options.only)]
        chosen = Suite(suite.name, suite.runner, names, suite.ways, suite.isolate, suite.leave_out)
        rows, good = compare(chosen, options.python, known)
        everything += rows
        fine = fine and good
    if options.markdown:
        for row in [head, ["---"] * len(head), *everything]:
            print(f"| {' | '.join(row)} |")
    else:
        print_table(head, everything)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
