"""What the comparison of test suites notices."""

from __future__ import annotations

from pathlib import Path

import pytest

import isolde
from tests.suites import suites
from tests.suites.suites import Ended, Known, Suite

_TESTS = """
import signal, sys, unittest
class Tests(unittest.TestCase):
    def test_alike(self): pass
    def test_inside(self): self.assertNotIn("_isolde_agent", sys.modules)
    def test_interrupts(self): self.assertNotEqual(signal.getsignal(signal.SIGINT), signal.SIG_IGN)
    def test_left_out(self): raise Exception
"""


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    (tmp_path / "test_little.py").write_text(_TESTS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return Suite("little", "unittest", ["test_little"], leave_out=["*.test_left_out"])


def test_a_test_that_ends_otherwise_inside_is_new(suite: Suite) -> None:
    python = isolde.find_python().executable
    assert python is not None
    compared = suites.compare(suite, python, "test_little", [])
    assert compared.new == [("test_little.Tests.test_inside", "passed", "failed")]
    assert compared.row()[2:] == ("3", "2", "0", "1", "0 of 1")


def test_a_difference_that_is_known_is_explained(suite: Suite) -> None:
    python = isolde.find_python().executable
    assert python is not None
    known = [Known("test_little:*.test_inside", "it looks for the interpreter")]
    compared = suites.compare(suite, python, "test_little", known)
    assert compared.new == []
    assert compared.row()[-1] == "1"


def test_a_crash_and_a_run_of_nothing_are_differences() -> None:
    fine, nothing = Ended({"a": "passed"}, {}), Ended({}, {})
    crashed = Ended({"a": "passed"}, {}, "status -11 at the end")
    assert list(suites.differences(fine, crashed)) == [("(the run)", "done", crashed.trouble)]
    assert list(suites.differences(nothing, nothing)) == [("(the run)", "no tests", "no tests")]


def test_the_table_keeps_the_rows_of_what_did_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suites, "PAGE", page := tmp_path / "page.md")
    page.write_text("before\n<!-- suites -->\n<!-- suites -->\nafter\n")
    suites.write([["b", "3.12.1", "1", "1", "0", "0", "0"]])
    suites.write([["a", "3.12.1", "2", "2", "0", "0", "0"]])
    suites.write([["b", "3.12.1", "3", "3", "0", "0", "0"]])
    rows = page.read_text().splitlines()[4:]
    assert rows == [
        "| a | 3.12.1 | 2 | 2 | 0 | 0 | 0 |",
        "| b | 3.12.1 | 3 | 3 | 0 | 0 | 0 |",
        "<!-- suites -->",
        "after",
    ]
