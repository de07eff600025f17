"""Runs test modules and writes down how each test ended; for any CPython from 3.9 on.

Runs in a plain Python (``python runner.py OUTPUT unittest|pytest NAME...``) and, by ``main``, in a
private interpreter: so it imports nothing of ours.
"""

# ruff: noqa: N802
# The names are those of unittest.
from __future__ import annotations

import fnmatch
import json
import sys
import traceback
import unittest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Outcomes = tuple[dict[str, str], dict[str, str]]  # how each test ended, why it did not pass


def _told(error: Any) -> str:
    return "".join(traceback.format_exception(*error))


class _Outcomes(unittest.TestResult):
    """Counts a test with subtests once: failed if one of them failed."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: dict[str, str] = {}
        self.why: dict[str, str] = {}

    def _note(self, test: Any, outcome: str, why: str = "") -> None:
        name = test.id() if hasattr(test, "id") else str(test)
        if self.outcomes.get(name) not in ("failed", "error"):
            self.outcomes[name] = outcome
        if why:
            self.why[name] = why[-3000:]

    def addSuccess(self, test: Any) -> None:
        self._note(test, "passed")

    def addFailure(self, test: Any, err: Any) -> None:
        self._note(test, "failed", _told(err))

    def addError(self, test: Any, err: Any) -> None:
        self._note(test, "error", _told(err))

    def addSkip(self, test: Any, reason: str) -> None:
        self._note(test, "skipped", reason)

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        self._note(test, "failed as expected")

    def addUnexpectedSuccess(self, test: Any) -> None:
        self._note(test, "failed", "an expected failure has succeeded")

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        if err is not None:
            self._note(test, "failed", _told(err))


def _kept(suite: Iterable[Any], left_out: list[str]) -> Iterator[Any]:
    """The tests of SUITE, whatever is nested in it, but for those that match a glob."""
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            kept = type(each)(_kept(each, left_out))  # modules' and classes' set-ups stay theirs
            yield kept
        elif not any(fnmatch.fnmatchcase(each.id(), glob) for glob in left_out):
            yield each


def run_unittest(names: list[str]) -> Outcomes:
    """How the tests of these modules ended, and why those that did not pass.

    A name with "!" before it is a glob of tests to leave out.
    """
    result = _Outcomes()
    left_out = [name[1:] for name in names if name.startswith("!")]
    for name in names:
        if name.startswith("!"):
            continue
        try:
            suite = unittest.defaultTestLoader.loadTestsFromName(name)
        except unittest.SkipTest as reason:
            result.outcomes[name] = "skipped"
            result.why[name] = str(reason)
            continue
        unittest.TestSuite(_kept(suite, left_out)).run(result)
    return result.outcomes, result.why


class _Plugin:
    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.why: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid] = report.outcome
            if report.outcome == "failed":
                self.why[report.nodeid] = str(report.longrepr)[-3000:]


def run_pytest(names: list[str]) -> Outcomes:
    """The same by pytest, in modules and packages that can be imported."""
    import pytest

    plugin = _Plugin()
    status = pytest.main(["-q", "-p", "no:cacheprovider", "--pyargs", *names], plugins=[plugin])
    if status not in (0, 1):
        raise RuntimeError(f"pytest: status {status}")
    return plugin.outcomes, plugin.why


def main(output: str, kind: str, names: list[str]) -> None:
    """Run and write JSON: {"outcomes": {test: outcome}, "why": {test: text}}."""
    outcomes, why = {"unittest": run_unittest, "pytest": run_pytest}[kind](names)
    with open(output, "w") as file:  # noqa: PTH123
        json.dump({"outcomes": outcomes, "why": why}, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
