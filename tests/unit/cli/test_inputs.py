"""What the tools that display files tell of those that they cannot read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isolde.resolve.closure import Closure
from isolde.resolve.system import System
from tests.unit.cli.command import isolde

TOOLS = (["nm"], ["size"], ["strings"], ["readelf", "-h"], ["objdump", "-f"])
ABSENT = "No such file or directory"


@pytest.mark.parametrize("words", TOOLS, ids=lambda words: words[0])
def test_errors_in_json_name_the_file(words: list[str]) -> None:
    done = isolde(*words, "--json", "/nowhere/a.o")
    message = f"/nowhere/a.o: {ABSENT}"
    assert (done.status, done.err) == (1, f"isolde: {message}\n")
    told = json.loads(done.out)
    assert told == {"files": [], "errors": [{"file": "/nowhere/a.o", "message": message}]}


@pytest.mark.parametrize("words", TOOLS, ids=lambda words: words[0])
def test_the_name_of_a_library_is_told_with_the_path_that_the_loader_finds(
    words: list[str],
) -> None:
    found = Closure(System()).open("libc.so.6")
    assert found is not None
    assert isolde(*words, "libc.so.6").err == (
        f"isolde: libc.so.6: {ABSENT}; `isolde tree libc.so.6` finds {found.path}\n"
    )


@pytest.mark.parametrize("name", ["libnowhere.so.6", "./libc.so.6", "c"])
def test_what_the_loader_does_not_find_or_search_for_is_told_alone(name: str) -> None:
    assert isolde("nm", name).err == f"isolde: {name}: {ABSENT}\n"


def test_an_error_about_no_file_alone_names_none(tmp_path: Path) -> None:
    done = isolde("objdump", "-s", "-j", "nothing", "--json", "/bin/sh")
    message = "no file has a section 'nothing' (-j)"
    assert json.loads(done.out)["errors"] == [{"file": None, "message": message}]
