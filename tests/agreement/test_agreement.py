"""The comparison itself: it sees every kind of difference, and a sample of the machine agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolde.demangle import has_cxx_runtime
from tests.agreement.comparison import DIFFERENT, SAME_BYTES, SAME_VALUES, comparison_of
from tests.agreement.explained import Rule, read_rules, reasons_for
from tests.agreement.files import SYSTEM, object_files, spread
from tests.agreement.rows import Row, read_rows
from tests.agreement.runs import Answer, run_ours
from tests.agreement.table import Tally, write_page
from tests.agreement.workers import compare_all
from tests.toolchain import MissingToolError, require_tool

ROW = Row("nm", "-D")
_SAMPLE = 24


@pytest.mark.parametrize(
    ("theirs", "ours", "outcome"),
    [
        (b"a b\n", b"a b\n", SAME_BYTES),
        (b"a  b\n", b"a b\n", SAME_VALUES),
        (b"a b\n", b"a c\n", DIFFERENT),
        (b"a\nb\n", b"b\na\n", DIFFERENT),
    ],
)
def test_texts_are_compared(theirs: bytes, ours: bytes, outcome: str) -> None:
    assert comparison_of(ROW, "file", Answer(theirs, 0), Answer(ours, 0)).outcome == outcome


def test_a_difference_names_the_lines_that_one_side_has() -> None:
    first, second = Answer(b"a\nb\n", 0), Answer(b"a\nc\n", 1)
    found = comparison_of(ROW, "file", first, second)
    assert (found.theirs, found.ours) == (("exit status 0", "b"), ("exit status 1", "c"))
    assert comparison_of(ROW, "file", Answer(b"a\nb\n", 0), Answer(b"b\na\n", 0)).ours == (
        "another order",
    )


def test_lines_in_another_order_have_the_same_values_where_a_row_says_so() -> None:
    row = Row("nm", "-p", values="lines")
    first, second = Answer(b"a\nb\n", 0), Answer(b"b\na\n", 0)
    assert comparison_of(row, "file", first, second).outcome == SAME_VALUES


def test_a_tool_that_fails_is_a_difference() -> None:
    found = comparison_of(ROW, "file", Answer(b"", 0), Answer(b"", 0, "KeyError: 'x'"))
    assert found.ours == ("KeyError: 'x'",)


def test_rules_explain_a_difference_only_whole() -> None:
    found = comparison_of(ROW, "/lib/x.so", Answer(b"a\nb\n", 0), Answer(b"c\n", 0))
    some = Rule("nm*", "why", theirs="^[ab]$")
    rest = Rule("nm -D", "why", files="*/x.so", ours="^c$")
    assert reasons_for(found, [some]) == []
    assert reasons_for(found, [some, rest]) == [some, rest]
    assert reasons_for(found, [some, Rule("nm -D", "why", files="*/y.so", ours="c")]) == []


def test_our_command_runs_in_this_process_and_leaves_nothing(tmp_path: Path) -> None:
    answer = run_ours(["strings", str(tmp_path / "absent")])
    assert (answer.text, answer.status, answer.fault) == (b"", 1, "")


def test_every_rule_has_a_reason() -> None:
    assert [rule.rows for rule in read_rules() if len(rule.why) < 20] == []


def test_the_page_has_a_row_for_each_command(tmp_path: Path) -> None:
    require_tool("nm")
    tally = Tally([])
    tally.add(comparison_of(ROW, "file", Answer(b"a\n", 0), Answer(b"a\n", 0)))
    write_page(tally, [ROW], 1, 2, tmp_path / "page.md")
    assert "| `nm -D` | 1 | 1 | 0 | 0 | 0 |" in (tmp_path / "page.md").read_text()


def _can_run(row: Row) -> bool:
    try:
        require_tool((row.theirs or row.tool).split()[0])
    except MissingToolError:
        return False
    return has_cxx_runtime() or "-C" not in row.options


def test_a_sample_of_the_machine_agrees() -> None:
    rows = [row for row in read_rows() if _can_run(row)]
    files = [each for each in object_files(SYSTEM[:1]) if each.size < 1 << 20]
    tally = Tally(read_rules())
    for found in compare_all(spread(files, _SAMPLE), rows, workers=1):
        for each in found:
            tally.add(each)
    assert tally.rows(rows)
    assert tally.unexplained == []
