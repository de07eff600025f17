"""Plain words are read without typer, and mean what they mean to typer."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import typing
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from isolde.cli._quick import QUICK, read_words
from tests.unit.resolve.made import library, program, runpath

_BY_TYPER = "import sys; from isolde.cli._main import main; main()"
_EITHER_WAY = "import sys; from isolde.cli import main; main()"


def _done(source: str, words: Sequence[str]) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", source, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("files")
    a, gone = library(folder / "liba.so"), library(folder / "libgone.so")
    main = program(folder / "main", [a], runpath("$ORIGIN"))
    broken = program(folder / "broken", [a, gone], runpath("$ORIGIN"))
    gone.unlink()
    text = folder / "text"
    text.write_text("hello\n")
    return {"MAIN": str(main), "BROKEN": str(broken), "TEXT": str(text), "ROOT": str(folder)}


@pytest.mark.parametrize("command", QUICK)
@pytest.mark.parametrize(
    "words",
    [
        ["MAIN"],
        ["BROKEN"],
        ["MAIN", "BROKEN", "libz.so.1"],
        ["--json", "MAIN"],
        ["MAIN", "--json", "--json"],
        ["--root", "ROOT", "/main"],
        ["--root=ROOT", "/main"],
        ["--root", "/nowhere", "MAIN"],
        ["--root"],
        ["TEXT"],
        ["/nowhere/main"],
        ["--nonsense", "MAIN"],
        ["--", "MAIN"],
        [],
    ],
    ids=" ".join,
)
def test_both_ways_print_the_same(command: str, words: list[str], files: dict[str, str]) -> None:
    named = [_filled(word, files) for word in words]
    assert _done(_EITHER_WAY, [command, *named]) == _done(_BY_TYPER, [command, *named])


def _filled(word: str, files: dict[str, str]) -> str:
    for name, path in files.items():
        word = word.replace(name, path)
    return word


@pytest.mark.parametrize("words", [["-a", "MAIN"], ["-v", "MAIN"], ["--dot", "MAIN"]])
def test_flags_of_tree_mean_the_same(words: list[str], files: dict[str, str]) -> None:
    named = [_filled(word, files) for word in words]
    assert _done(_EITHER_WAY, ["tree", *named]) == _done(_BY_TYPER, ["tree", *named])


@pytest.mark.parametrize("command", QUICK)
def test_every_row_names_parameters_that_there_are(command: str) -> None:
    row = QUICK[command]
    # What does the work may take what it is given as it is: then typer's command has the names.
    by_typer = getattr(import_module(f"isolde.cli.{command}"), command)
    parameters = inspect.signature(by_typer).parameters
    assert {*row.flags.values(), *row.values.values()} <= set(parameters)


@pytest.mark.parametrize("command", QUICK)
def test_every_flag_means_the_parameter_that_typer_gives_it(command: str) -> None:
    by_typer = getattr(import_module(f"isolde.cli.{command}"), command)
    annotations = typing.get_type_hints(by_typer, include_extras=True)
    for flag, parameter in QUICK[command].flags.items():
        option = annotations[parameter].__metadata__[0]
        # Typer keeps the first of an option's names where an argument has its default.
        names = (option.default, *option.param_decls)
        # "--this/--no-this": only the first sets it.
        assert flag in [name.split("/")[0] for name in names if isinstance(name, str)]


def test_flags_can_be_joined() -> None:
    joined, apart = (
        read_words(QUICK["tree"], words) for words in (["-av", "a"], ["-a", "-v", "a"])
    )
    assert joined == apart == (["a"], {"every": True, "verbose": True})
    assert read_words(QUICK["tree"], ["-ax", "a"]) is None


@pytest.mark.parametrize(
    "words",
    [
        ["readelf", "-hlW", "MAIN"],
        ["readelf", "-e", "--json", "MAIN"],
        ["readelf", "-h", "none"],
        ["objdump", "-fhw", "MAIN"],
        ["objdump", "-R", "none"],
        ["objdump", "MAIN"],
    ],
)
def test_object_file_tools_are_the_same_either_way(words: list[str], files: dict[str, str]) -> None:
    named = [_filled(word, files) for word in words]
    assert _done(_EITHER_WAY, named) == _done(_BY_TYPER, named)


@pytest.mark.parametrize(
    "words",
    [["-h"], ["a", "--help"], ["--root"], ["--root", "--json", "a"], ["--", "a"], []],
)
def test_words_that_are_not_plain_are_left_to_typer(words: list[str]) -> None:
    assert read_words(QUICK["tree"], words) is None


def test_plain_words_import_neither_typer_nor_typing(tmp_path: Path) -> None:
    main = program(tmp_path / "main")
    source = (
        "import sys; before = set(sys.modules); from isolde.cli._quick import run_quickly\n"
        f"assert run_quickly(['tree', {str(main)!r}]) == 0\n"
        "print(sorted((set(sys.modules) - before) & {'typer', 'typing', 're', 'json',"
        " 'pathlib', 'collections', 'dataclasses', 'isolde.elf.file'}))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{source}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_output_that_takes_no_more_is_told_once() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "isolde.cli", "tree", "/bin/sh"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == ("isolde: cannot write to standard output: No space left on device\n")
