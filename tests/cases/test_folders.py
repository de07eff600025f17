"""The folders themselves: numbered once, each with a rule, none with a file that nobody uses."""

from __future__ import annotations

from collections import Counter

from tests.cases.case import FOLDER, WAYS, all_cases
from tests.cases.conformance import PAGE, documented, table

_SOURCES = {".c", ".cpp", ".s"}


def test_every_number_is_used_once() -> None:
    numbers = Counter(case.folder.name.split("_")[0] for case in all_cases())
    assert [number for number, uses in numbers.items() if uses > 1] == []


def test_every_rule_is_a_sentence() -> None:
    assert [case.folder.name for case in all_cases() if not case.rule.endswith(".")] == []


def test_every_source_is_used() -> None:
    used = {case.host_source().resolve() for case in all_cases()}
    for case in all_cases():
        sources = (source for library in case.libraries for source in library.sources)
        used |= {(case.folder / source).resolve() for source in sources}
    present = {path for path in FOLDER.glob("*/*") if path.suffix in _SOURCES}
    assert sorted(path.relative_to(FOLDER) for path in present - used) == []


def test_every_way_left_out_or_failing_has_a_reason() -> None:
    for case in all_cases():
        reasons = {**case.not_applicable, **case.fails}
        assert set(reasons) <= {*WAYS, "others"}, case.folder.name
        assert all(reasons.values()), case.folder.name
        assert set(case.fails) <= set(case.ways), case.folder.name


def test_the_table_of_results_is_what_the_folders_say() -> None:
    """Otherwise: make conformance."""
    cases = all_cases()
    outcomes = {(case.folder.name, way): documented(case, way) for case in cases for way in WAYS}
    assert PAGE.read_text().endswith("\n\n" + table(cases, outcomes))
