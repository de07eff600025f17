"""What copies cost as their number grows: how it is followed, kept and told."""

from __future__ import annotations

import json

from benchmarks.copies import ISOLDE, copies, small
from benchmarks.curves import Curve, Followed, Point, curve_of, curves_of_runs, lines


def _followed(way: str, *numbers: int) -> Followed:
    with copies(way, small()) as program:
        followed = Followed(way, program)
        for number in numbers:
            followed.follow_to(number)
    return followed


def test_each_number_has_its_figures() -> None:
    followed = _followed(ISOLDE, 1, 4)
    assert list(followed.figures) == [1, 4]
    assert {"open", "close", "dlsym", "memory", "mappings"} == set(followed.figures[4])
    assert followed.figures[4]["mappings"] > followed.figures[1]["mappings"]
    assert followed.ended == ""


def test_a_way_that_ends_keeps_its_last_number_and_its_reason() -> None:
    followed = _followed("dlmopen", 1, 100, 1000)
    last = max(followed.figures)
    assert 1 < last < 16
    assert "open" not in followed.figures[last]
    assert "namespaces" in followed.ended


def test_processes_are_not_made_by_the_thousand() -> None:
    """And that they have no mappings or symbols in this process."""
    followed = _followed("posix_spawn", 1, 1001)
    assert list(followed.figures) == [1]
    assert set(followed.figures[1]) == {"open", "close", "memory"}
    assert followed.ended == "asked for no more"


def _run(way: str, figures: dict[int, dict[str, float]], ended: str = "") -> Followed:
    run = object.__new__(Followed)
    run.way, run.figures, run.ended = way, figures, ended
    return run


def test_a_point_is_the_median_of_the_runs_that_came_so_far() -> None:
    runs = [
        [_run("memfd", {1: {"open": 3.0}, 10: {"open": 1.0}})],
        [_run("memfd", {1: {"open": 5.0}})],
        [_run("memfd", {1: {"open": 9.0}})],
    ]
    assert curves_of_runs("libz", runs) == [
        Curve("libz", "memfd", "open", "us", (Point(1, 5, 3, 9), Point(10, 1, 1, 1)), "")
    ]


def test_a_curve_survives_json() -> None:
    curve = Curve("libz", "fork", "memory", "KiB", (Point(1, 5.5, 3, 9),), "no more")
    assert curve_of(json.loads(json.dumps(curve.facts()))) == curve


def test_why_a_curve_ends_is_told_once() -> None:
    made = [
        Curve("libz", "fork", quantity, unit, (Point(1, 5.5, 3, 9), Point(1000, 4, 3, 9)), "full")
        for quantity, unit in (("open", "us"), ("memory", "KiB"))
    ]
    assert list(lines(made)) == [
        "libz, open us, fork: 1: 5.5  1,000: 4.0",
        "libz, memory KiB, fork: 1: 5.5  1,000: 4.0 (full)",
    ]
