"""`isolde config`: the folders and options that a C or C++ host needs."""

from __future__ import annotations

import json
from pathlib import Path

import isolde as package
from tests.unit.cli.command import isolde


def test_the_folders_hold_the_header_and_the_library() -> None:
    assert (Path(isolde("config", "--includedir").out.strip()) / "isolde.h").is_file()
    assert (Path(isolde("config", "--libdir").out.strip()) / "libisolde.so").is_file()
    assert Path(isolde("config", "--gdb").out.strip()).is_file()


def test_the_folders_hold_what_pkg_config_and_cmake_look_for() -> None:
    pkg_config, cmake = isolde("config", "--pkg-config-path", "--cmakedir").out.split()
    assert (Path(pkg_config) / "isolde.pc").is_file()
    assert (Path(pkg_config) / "isolde-static.pc").is_file()
    assert (Path(cmake) / "isoldeConfig.cmake").is_file()


def test_options_are_made_of_the_folders() -> None:
    facts = json.loads(isolde("config", "--json").out)
    library = facts["libdir"]
    assert facts["cflags"] == f"-I{facts['includedir']}"
    assert facts["libs"] == f"-L{library} -Wl,-rpath,{library} -lisolde"
    assert facts["version"] == package.__version__


def test_static_options_name_the_archive_and_what_it_needs() -> None:
    library = json.loads(isolde("config", "--json").out)["libdir"]
    assert Path(library, "libisolde.a").is_file()
    done = isolde("config", "--libs", "--static")
    assert done.out == f"{library}/libisolde.a -Wl,-z,nodelete -ldl -pthread\n"


def test_static_alone_is_misuse() -> None:
    done = isolde("config", "--static", "--cflags")
    assert done.status == 2
    assert done.err == "isolde: --static goes with --libs\n"


def test_several_answers_stand_on_one_line() -> None:
    facts = json.loads(isolde("config", "--json").out)
    done = isolde("config", "--libs", "--cflags")
    assert done.out == f"{facts['cflags']} {facts['libs']}\n"


def test_asking_for_nothing_is_misuse() -> None:
    done = isolde("config")
    assert done.status == 2
    assert done.err == (
        "isolde: say what to print: one or more of --cflags, --libs, --includedir, --libdir, "
        "--pkg-config-path, --cmakedir, --gdb, or --json\n"
    )
