"""`isolde tree`: what it prints where, and its exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.command import isolde
from tests.unit.diagnose.noted import noted_library
from tests.unit.docs.json_reference import documented_fields, fields_of
from tests.unit.resolve.made import library, program, runpath


def test_a_tree_in_a_pipe_is_plain_text(tmp_path: Path) -> None:
    a = library(tmp_path / "liba.so")
    main = program(tmp_path / "main", [a], runpath("$ORIGIN"))
    done = isolde("tree", str(main))
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[1] == f"└── liba.so => {a} [runpath of {main}]"


def test_several_files_have_a_tree_each(tmp_path: Path) -> None:
    a, b = library(tmp_path / "liba.so"), library(tmp_path / "libb.so")
    done = isolde("tree", str(a), str(b))
    assert [line for line in done.out.splitlines() if line.startswith("/")] == [
        str(a),
        str(b),
    ]


def test_what_is_missing_is_told_first_and_is_a_fault(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so")
    main = program(tmp_path / "main", [gone])
    gone.unlink()
    done = isolde("tree", str(main))
    assert done.status == 1
    assert done.err.startswith(f"isolde: libgone.so, needed by {main}, was not found; ")
    assert "libgone.so not found" in done.out


def test_a_recommended_library_that_is_missing_is_no_fault(tmp_path: Path) -> None:
    done = isolde("tree", str(noted_library(tmp_path / "libnoted.so", ["libgone.so"])))
    assert (done.status, done.err) == (0, "")


def test_a_file_that_is_not_there() -> None:
    done = isolde("tree", "/nowhere/main")
    assert (done.status, done.err) == (1, "isolde: /nowhere/main: No such file or directory\n")


def test_one_of_several_files_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    a, text = library(tmp_path / "liba.so"), tmp_path / "text"
    text.write_text("hello\n")
    done = isolde("tree", "/nowhere/main", str(text), str(a))
    assert done.status == 1
    assert done.err.splitlines()[0] == "isolde: /nowhere/main: No such file or directory"
    assert done.err.splitlines()[1].startswith(f"isolde: {text}: is no ELF file")
    assert done.out.splitlines()[0] == str(a)


def test_a_root_that_is_no_folder() -> None:
    done = isolde("tree", "--root", "/nowhere", "/bin/sh")
    assert (done.status, done.err) == (2, "isolde: --root /nowhere: no such folder\n")


def test_a_graph_is_printed_instead() -> None:
    done = isolde("tree", "--dot", "libz.so.1")
    assert done.out.startswith("digraph dependencies {\n")


def test_json_has_every_object_in_the_order_of_loading(tmp_path: Path) -> None:
    a = library(tmp_path / "liba.so")
    gone = library(tmp_path / "libgone.so")
    main = program(tmp_path / "main", [a, gone], runpath("/nowhere", "$ORIGIN"))
    gone.unlink()
    done = isolde("tree", "--json", str(main))
    assert done.status == 1
    (tree,) = json.loads(done.out)["trees"]
    assert [item["path"] for item in tree["objects"]][:2] == [str(main), str(a)]
    assert tree["objects"][1]["needed_by"] == 0
    assert tree["objects"][1]["tried"] == [
        {"path": "/nowhere/liba.so", "rule": "runpath", "objection": "no such file"}
    ]
    assert [branch["index"] for branch in tree["objects"][0]["branches"]][:2] == [1, None]
    assert [(each["name"], each["needed_by"]) for each in tree["missing"]] == [("libgone.so", 0)]


def test_json_has_the_documented_fields(tmp_path: Path) -> None:
    a, gone = library(tmp_path / "liba.so"), library(tmp_path / "libgone.so")
    main = program(tmp_path / "main", [a, gone], runpath("/nowhere", "$ORIGIN"))
    gone.unlink()
    done = isolde("tree", "--json", str(main), "/nowhere/main")
    assert fields_of(json.loads(done.out)) == documented_fields("isolde tree")


def test_a_name_that_the_output_cannot_encode_is_escaped(tmp_path: Path) -> None:
    made = library(tmp_path / "plain.so").rename(tmp_path / "é\udcff.so")
    done = subprocess.run(
        [sys.executable, "-m", "isolde.cli", "tree", made],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=True,
    )
    assert done.stdout.decode("ascii").startswith(f"{tmp_path}/\\xe9\\udcff.so\n")


def test_an_empty_name() -> None:
    done = isolde("tree", "")
    assert (done.status, done.err) == (1, "isolde: '' names no file: say which file to ask about\n")


def test_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    monkeypatch.chdir(tmp_path)
    done = isolde("tree", "build")
    assert (done.status, done.err) == (1, "isolde: ./build: is a directory, no ELF file\n")
