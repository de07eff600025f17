"""Words of GNU's tools: those that mean the same, and those that are not there yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from isolde.cli._gnu_words import LACKING
from tests.toolchain import require_tool
from tests.unit.cli.command import isolde

_SELF = str(Path(sys.executable).resolve())


def test_strings_takes_a_bare_number_for_the_fewest_characters(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"longer than ten\0short")
    assert isolde("strings", "-10", str(file)) == isolde("strings", "-n", "10", str(file))
    assert isolde("strings", "-10", str(file)).out == "longer than ten\n"


def test_a_number_that_is_a_value_stays_one(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"text")
    assert isolde("strings", "-s", "-10", str(file)).out == "text-10"


@pytest.fixture
def mangled(tmp_path: Path) -> str:
    source, made = tmp_path / "a.cc", tmp_path / "a.o"
    source.write_text("int twice(int x) { return 2 * x; }")
    subprocess.run([require_tool("g++"), "-c", source, "-o", made], check=True)
    return str(made)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--demangle=auto"], "twice(int)"),
        (["--demangle=none"], "_Z5twicei"),
        (["-C", "--no-demangle"], "_Z5twicei"),
        (["--no-demangle", "-C"], "twice(int)"),
    ],
)
def test_the_last_word_on_demangling_counts(mangled: str, words: list[str], name: str) -> None:
    assert isolde("nm", *words, mangled).out.endswith(f" T {name}\n")
    assert isolde("readelf", "-sW", *words, mangled).out.endswith(f" {name}\n")
    assert f" {name}\n" in isolde("objdump", "-t", *words, mangled).out


def test_a_style_of_demangling_that_is_not_there_is_misuse(mangled: str) -> None:
    done = isolde("nm", "--demangle=gnat", mangled)
    told = "isolde: --demangle 'gnat': say auto, gnu-v3, rust or none\n"
    assert (done.status, done.out, done.err) == (2, "", told)


def test_an_option_of_gnu_that_is_not_there_says_what_does_instead() -> None:
    done = isolde("readelf", "-A", _SELF)
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "isolde: -A is an option of GNU readelf that is not there yet: -x SECTION shows the bytes"
        " of a section; `isolde readelf --help` lists those that are\n"
    )


@pytest.mark.parametrize("tool", LACKING)
def test_options_that_are_said_to_be_lacking_are(tool: str) -> None:
    for option in LACKING[tool]:
        done = isolde(tool, option, _SELF)
        assert done.status == 2
        assert f"isolde: {option} is an option of GNU {tool} that is not there yet: " in done.err
