"""The pictures of what a space costs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.curves import Curve, Point
from benchmarks.measure import LeftOut, row_of
from benchmarks.pictures import draw, pictures

_POINTS = tuple(Point(number, 20.0 + number / 1000, 19, 22) for number in (1, 10, 100))
_CURVES = [
    Curve("libz.so.1", way, quantity, "us", _POINTS, "")
    for way in ("isolde", "dlmopen", "memfd", "fork", "posix_spawn")
    for quantity in ("open", "mappings", "dlsym")
]
_ROWS = [
    row_of("one more copy: libz.so.1", "fork", "us", [(25.0, 130.0)] * 2),
    row_of("one more space: libz.so.1", "the floor", "us", [(25.0, 15.0)] * 2),
]


def _results(*, curves: bool = True, rows: bool = True) -> dict[str, Any]:
    return {
        "rows": [row.facts() for row in _ROWS] if rows else [],
        "curves": [curve.facts() for curve in _CURVES] if curves else [],
    }


@pytest.fixture
def drawn() -> dict[str, str]:
    pytest.importorskip("matplotlib", reason="it comes with the extra [bench]")
    return dict(pictures(_results()))


def test_there_are_pictures_of_what_was_measured(drawn: dict[str, str]) -> None:
    assert sorted(drawn) == [
        "cost-inside.svg",
        "cost-mappings.svg",
        "cost-open.svg",
        "cost-ways.svg",
    ]


def test_the_same_results_give_the_same_bytes(drawn: dict[str, str]) -> None:
    assert dict(pictures(_results())) == drawn
    assert not any(re.search(r"\d{4}-\d\d-\d\d|dc:date", text) for text in drawn.values())


def test_every_colour_has_one_for_the_dark(drawn: dict[str, str]) -> None:
    """What is written in an element's style is legible on white only."""
    for name, text in drawn.items():
        used = set(re.findall(r"(?:fill|stroke): #[0-9a-f]{6}\b(?! !important)", text))
        turned = set(re.findall(r'\[style\*="((?:fill|stroke): #[0-9a-f]{6})"\]', text))
        assert used - turned == set(), name


def test_a_picture_is_xml_whose_words_are_text(drawn: dict[str, str]) -> None:
    words = " ".join(ElementTree.fromstring(drawn["cost-open.svg"]).itertext())
    for told in ("one more copy, µs of processor time", "copies in the process", "posix_spawn"):
        assert told in words


def test_files_are_written_where_they_are_wanted(tmp_path: Path, drawn: dict[str, str]) -> None:
    results = tmp_path / "results.json"
    results.write_text(json.dumps(_results()))
    made = draw(results, tmp_path / "pictures")
    assert {file.name: file.read_text() for file in made} == drawn


def test_nothing_is_drawn_of_nothing() -> None:
    assert list(pictures(_results(curves=False, rows=False))) == []


def test_without_matplotlib_the_pictures_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(LeftOut, match="matplotlib is not installed"):
        list(pictures(_results()))
