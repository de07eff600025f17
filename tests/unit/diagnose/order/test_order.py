"""The order of loading and of constructors, and what is said of cycles."""

from __future__ import annotations

from pathlib import Path

from isolde.diagnose.order import Order, loading_order
from isolde.diagnose.order.text import remarks, rows
from isolde.resolve import System
from tests.unit.resolve.made import library, program, runpath


def order(*paths: Path) -> Order:
    return loading_order([str(path) for path in paths], System(environment={}))


def test_what_is_needed_is_loaded_later_and_initialised_earlier(tmp_path: Path) -> None:
    b = library(tmp_path / "libb.so", [], ["-nostdlib"])
    a = library(tmp_path / "liba.so", [b], ["-nostdlib", *runpath("$ORIGIN")])
    assert rows(order(a)) == [(1, 2, "liba.so", str(a)), (2, 1, "libb.so", str(b))]


def test_files_are_opened_one_after_another(tmp_path: Path) -> None:
    a, b = (library(tmp_path / f"lib{name}.so", [], ["-nostdlib"]) for name in "ab")
    assert [row[:3] for row in rows(order(b, a))] == [(1, 1, "libb.so"), (2, 2, "liba.so")]


def test_a_cycle_is_told_with_the_way_round(tmp_path: Path) -> None:
    plain = ["-nostdlib", *runpath("$ORIGIN")]
    library(tmp_path / "libc1.so", [], plain)
    b = library(tmp_path / "libb.so", [tmp_path / "libc1.so"], plain)
    a = library(tmp_path / "liba.so", [b], plain)
    library(tmp_path / "libc1.so", [a], plain)
    assert remarks(order(a)) == ["cycle: liba.so -> libb.so -> libc1.so -> liba.so"]


def test_a_cycle_within_a_cycle_counts_the_others(tmp_path: Path) -> None:
    plain = ["-nostdlib", *runpath("$ORIGIN")]
    library(tmp_path / "libb.so", [], plain)
    library(tmp_path / "libc1.so", [], plain)
    a = library(tmp_path / "liba.so", [tmp_path / "libb.so", tmp_path / "libc1.so"], plain)
    library(tmp_path / "libb.so", [a], plain)
    library(tmp_path / "libc1.so", [a], plain)
    assert remarks(order(a)) == [
        "cycle: liba.so -> libb.so -> liba.so (and 1 more that need them and are needed by them)"
    ]


def test_an_object_that_wants_to_be_first_is_told(tmp_path: Path) -> None:
    a = library(tmp_path / "liba.so", [], ["-Wl,-z,initfirst"])
    main = program(tmp_path / "main", [a], runpath("$ORIGIN"))
    assert remarks(order(main)) == [f"{a} is marked to be initialised first (DF_1_INITFIRST)"]
