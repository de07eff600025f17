"""What the table says of pairs, and how it is written."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import main, measured, table_line
from benchmarks.measure import LeftOut, Row, row_of, rows_printed
from benchmarks.rows import floor


def test_a_ratio_is_the_median_of_the_pairs_own_ratios() -> None:
    """Not the ratio of the medians: 4/1 and 1/4 come from noise that both of a pair met."""
    row = row_of("row", "peer", "us", [(4.0, 1.0), (2.0, 4.0), (1.0, 4.0)])
    assert (row.ours, row.peer, row.ratio, row.pairs) == (2.0, 4.0, 0.5, 3)
    assert (row.ratio_low, row.ratio_high) == (0.375, 2.25)


def test_one_pair_is_no_row() -> None:
    with pytest.raises(ValueError, match="row: 1 pairs are too few for quartiles"):
        row_of("row", "peer", "us", [(1.0, 2.0)])


def test_printed_pairs_become_a_row_for_each_name_and_unit() -> None:
    output = "open\t2\t4\tus\nsize\t1\t1\tKiB\nopen\t3\t4\tus\nsize\t1\t2\tKiB\n"
    rows = rows_printed(output, "glibc", "libz")
    assert [(row.name, row.unit, row.pairs) for row in rows] == [
        ("open: libz", "us", 2),
        ("size: libz", "KiB", 2),
    ]


def test_a_small_ratio_keeps_a_digit_that_counts() -> None:
    rows = [row_of("a call", "fork", "ns", [(ours, 4000.0)] * 2) for ours in (2.0, 80.0, 4000.0)]
    told = [table_line(row).split("|")[5].strip(" *") for row in rows]
    assert told == ["0.0005", "0.02", "1.00"]


def test_the_floor_is_measured_with_the_pages_that_relocations_write() -> None:
    """Of every real library here; a page is the least that a library without a symbol writes."""
    rows = floor(1)
    if not rows:
        pytest.skip("none of the real libraries is on this machine")
    assert {row.against for row in rows} == {"the floor"}
    assert all(row.peer >= 4 for row in rows if row.name.startswith("memory"))


def test_what_is_missing_or_fails_does_not_take_the_others_along(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(effort: int) -> list[Row]:
        raise LeftOut("no peer here")

    def broken(effort: int) -> list[Row]:
        raise RuntimeError("status 1")

    def sound(effort: int) -> list[Row]:
        return [row_of("row", "peer", "us", [(1.0, 2.0)] * effort)]

    monkeypatch.setattr(
        "benchmarks.__main__.ALL", {"absent": absent, "broken": broken, "sound": sound}
    )
    told = measured(["absent", "broken", "sound"], 2, lambda row: row.name)
    assert (told.left_out, told.failed) == ({"absent": "no peer here"}, {"broken": "status 1"})
    assert [row.name for row in told.rows] == ["row"]
    assert capsys.readouterr().out == (
        "absent: left out, no peer here\nbroken: failed, status 1\nrow\n"
    )


def test_rows_that_do_not_exist_are_refused_with_those_that_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["opne"])
    assert "no rows 'opne'; there are open, floor, " in capsys.readouterr().err
