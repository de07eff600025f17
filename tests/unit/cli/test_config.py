"""`isolde config`: the folders and options that a C host needs."""

from __future__ import annotations

import json
from pathlib import Path

import isolde as package
from tests.unit.cli.command import isolde


def test_the_folders_hold_the_header_and_the_library() -> None:
    assert (Path(isolde("config", "--includedir").out.strip()) / "isolde.h").is_file()
    assert (Path(isolde("config", "--libdir").out.strip()) / "libisolde.so").is_file()
    assert Path(isolde("config", "--gdb").out.strip()).is_file()


def test_options_are_made_of_the_folders() -> None:
    facts = json.loads(isolde("config", "--json").out)
    library = facts["libdir"]
    assert facts["cflags"] == f"-I{facts['includedir']}"
    assert facts["libs"] == f"-L{library} -Wl,-rpath,{library} -lisolde"
    assert facts["version"] == package.__version__


def test_several_answers_stand_on_one_line() -> None:
    facts = json.loads(isolde("config", "--json").out)
    done = isolde("config", "--libs", "--cflags")
    assert done.out == f"{facts['cflags']} {facts['libs']}\n"


def test_asking_for_nothing_is_misuse() -> None:
    done = isolde("config")
    assert done.status == 2
    assert done.err == (
        "isolde: say what to print: one or more of --cflags, --libs, --includedir, --libdir, "
        "--gdb, or --json\n"
    )
