"""`isolde size` prints what binutils' prints, and tells the same as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.binutils.kinds import ISOLDE, run, same_as_binutils
from tests.unit.docs.json_reference import documented_fields, fields_of

Kinds = dict[str, Path]

OPTIONS = ["", "-A", "-A -x", "-A -o", "-B -x", "-o", "-G", "-G -x", "-t", "-G -t"]
OPTIONS += ["--common", "-A --common", "--format sysv --radix 16"]


@pytest.mark.parametrize("options", OPTIONS)
def test_the_text_is_that_of_binutils(options: str, kinds: Kinds) -> None:
    names = ("object", "archive", "library", "program", "stripped")
    same_as_binutils("size", [*options.split(), *(str(kinds[name]) for name in names)])


def test_what_cannot_be_read_does_not_hide_the_others(kinds: Kinds) -> None:
    absent = str(kinds["text"].with_name("absent.o"))
    done = run([*ISOLDE, "size", absent, str(kinds["program"])])
    assert str(kinds["program"]).encode() in done.stdout
    assert done.returncode == 1
    assert done.stderr.decode() == f"isolde: {absent}: No such file or directory\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--radix", "2"], "isolde: --radix '2': say 8, 10 or 16\n"),
        (["--format", "elf"], "isolde: --format 'elf': say berkeley, sysv or gnu\n"),
    ],
)
def test_misuse_says_what_would_do(words: list[str], message: str, kinds: Kinds) -> None:
    done = run([*ISOLDE, "size", *words, str(kinds["object"])])
    assert (done.returncode, done.stderr.decode()) == (2, message)


def test_json_has_the_documented_fields_and_what_the_text_has(kinds: Kinds) -> None:
    paths = [str(kinds["library"]), "/nowhere/a.o"]
    told = json.loads(run([*ISOLDE, "size", "--json", *paths]).stdout)
    assert fields_of(told) == documented_fields("isolde size")
    (library,) = told["files"]
    numbers = run([*ISOLDE, "size", str(kinds["library"])]).stdout.split(b"\n")[1].split()[:4]
    parts = ("text", "data", "bss", "total")
    assert [library[part] for part in parts] == [int(number) for number in numbers]
    assert {"name": ".text"}.items() <= next(
        part for part in library["sections"] if part["name"] == ".text"
    ).items()
