"""One file given to both tools: the same bytes, the same values, or which lines differ."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from tests.agreement.rows import Row
from tests.agreement.runs import Answer, run_ours, run_theirs
from tests.agreement.values import FORMS

SAME_BYTES, SAME_VALUES, DIFFERENT = "same bytes", "same values", "different"
_SHOWN = 400  # lines of a difference that are kept, of either side


class Comparison(NamedTuple):
    """How a row went for a file; the lines are those that only one side has, with spaces single.

    A line of its own tells of exit statuses that differ ("exit status 1"), of the same lines in
    another order ("another order"), and of a tool that failed.
    """

    row: str
    file: str
    outcome: str
    theirs: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()


def compare(row: Row, file: str) -> Comparison:
    """Runs both tools of ROW on FILE."""
    return comparison_of(
        row, file, run_theirs(row.their_words(file)), run_ours(row.our_words(file))
    )


def comparison_of(row: Row, file: str, theirs: Answer, ours: Answer) -> Comparison:
    """How the two answers compare."""
    states = _state(theirs), _state(ours)
    if theirs.text == ours.text and states[0] == states[1]:
        return Comparison(row.name, file, SAME_BYTES)
    form = FORMS[row.values]
    first, second = form(theirs.text), form(ours.text)
    if first == second and states[0] == states[1]:
        return Comparison(row.name, file, SAME_VALUES)
    only_first, only_second = _difference(first, second)
    if not only_first and not only_second and first != second:
        only_second = ["another order"]
    if states[0] != states[1]:
        only_first.insert(0, states[0])
        only_second.insert(0, states[1])
    return Comparison(row.name, file, DIFFERENT, tuple(only_first), tuple(only_second))


def _state(answer: Answer) -> str:
    return answer.fault or f"exit status {answer.status}"


def _difference(first: list[bytes], second: list[bytes]) -> tuple[list[str], list[str]]:
    counts = Counter(first), Counter(second)
    return _shown(counts[0] - counts[1]), _shown(counts[1] - counts[0])


def _shown(lines: Counter[bytes]) -> list[str]:
    return [line.decode("utf-8", "replace") for line in list(lines.elements())[:_SHOWN]]
