"""`isolde order`: what it prints, and its exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.command import isolde
from tests.unit.docs.json_reference import documented_fields, fields_of
from tests.unit.resolve.made import library, program, runpath


def test_a_table_in_the_order_of_loading(tmp_path: Path) -> None:
    b = library(tmp_path / "libb.so", [], ["-nostdlib"])
    a = library(tmp_path / "liba.so", [b], ["-nostdlib", *runpath("$ORIGIN")])
    done = isolde("order", str(a))
    assert (done.status, done.err) == (0, "")
    assert [line.split() for line in done.out.splitlines()] == [
        ["LOAD", "INIT", "OBJECT", "PATH"],
        ["1", "2", "liba.so", str(a)],
        ["2", "1", "libb.so", str(b)],
    ]


def test_cycles_stand_below_the_table(tmp_path: Path) -> None:
    library(tmp_path / "libb.so")
    a = library(tmp_path / "liba.so", [tmp_path / "libb.so"], runpath("$ORIGIN"))
    library(tmp_path / "libb.so", [a], runpath("$ORIGIN"))
    assert isolde("order", str(a)).out.splitlines()[-1] == "cycle: liba.so -> libb.so -> liba.so"


def test_what_is_missing_is_told_and_is_a_fault(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so")
    main = program(tmp_path / "main", [gone])
    gone.unlink()
    done = isolde("order", str(main))
    assert done.status == 1
    assert done.err.startswith(f"isolde: libgone.so, needed by {main}, was not found; ")
    assert str(main) in done.out


def test_json_has_the_cycles(tmp_path: Path) -> None:
    library(tmp_path / "libb.so")
    a = library(tmp_path / "liba.so", [tmp_path / "libb.so"], runpath("$ORIGIN"))
    b = library(tmp_path / "libb.so", [a], runpath("$ORIGIN"))
    facts = json.loads(isolde("order", "--json", str(a)).out)
    assert facts["cycles"] == [{"objects": [str(a), str(b)], "path": [str(a), str(b)]}]
    assert [item["load"] for item in facts["objects"]] == [1, 2, 3, 4]


def test_json_has_the_documented_fields(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so")
    library(tmp_path / "libb.so")
    a = library(tmp_path / "liba.so", [tmp_path / "libb.so"], runpath("$ORIGIN"))
    library(tmp_path / "libb.so", [a, gone], runpath("$ORIGIN"))
    gone.unlink()
    done = isolde("order", "--json", str(a))
    assert fields_of(json.loads(done.out)) == documented_fields("isolde order")
