"""`isolde nm` prints what binutils' prints, and tells the same as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isolde.demangle import has_cxx_runtime
from tests.end_to_end.binutils.kinds import ISOLDE, run, same_as_binutils
from tests.unit.docs.json_reference import documented_fields, fields_of

Kinds = dict[str, Path]

OPTIONS = [
    "",
    "-a",
    "-a -n",
    "-A",
    "-A -P",
    "-D",
    "-D --without-symbol-versions",
    "-D -S",
    "-g",
    "--defined-only",
    "-j",
    "-n",
    "-n -r",
    "-p",
    "-P",
    "-P -t d",
    "-r",
    "-s",
    "-S",
    "--size-sort",
    "--size-sort -S -r",
    "-t d",
    "-t o -S",
    "-u",
    "-W",
]


@pytest.mark.parametrize("options", OPTIONS)
def test_the_text_is_that_of_binutils(options: str, kinds: Kinds) -> None:
    files = [str(kinds[name]) for name in ("object", "archive", "library", "program", "stripped")]
    same_as_binutils("nm", [*options.split(), *files])


@pytest.mark.parametrize("options", ["", "-P", "-s", "-A"])
def test_one_file_has_no_heading_but_members_have(options: str, kinds: Kinds) -> None:
    for name in ("object", "archive"):
        same_as_binutils("nm", [*options.split(), str(kinds[name])])


@pytest.mark.skipif(not has_cxx_runtime(), reason="this machine has no C++ runtime")
def test_names_are_demangled_as_binutils_does(kinds: Kinds) -> None:
    same_as_binutils("nm", ["-C", str(kinds["cxx"])])


def test_without_a_cxx_runtime_names_stay_and_a_note_says_so(
    kinds: Kinds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for runtime in ("libstdc++.so.6", "libc++abi.so.1"):
        (tmp_path / runtime).write_bytes(b"")  # found first, and no library
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    done = run([*ISOLDE, "nm", "-C", str(kinds["cxx"])])
    assert b"_ZN6shapes4area" in done.stdout
    assert done.returncode == 0
    assert done.stderr.decode() == (
        "C++ names stay as they are: this machine has neither libstdc++.so.6 nor libc++abi.so.1\n"
    )


def test_what_cannot_be_read_does_not_hide_the_others(kinds: Kinds) -> None:
    text, absent = str(kinds["text"]), str(kinds["text"].with_name("absent.o"))
    done = run([*ISOLDE, "nm", "-j", text, absent, str(kinds["program"])])
    assert b"\nmain\n" in done.stdout
    assert done.returncode == 1
    first, second = done.stderr.decode().splitlines()
    assert first == (
        f"isolde: {text}: is no ELF file: it begins with 6e 6f 20 6f, not with 7f 45 4c 46"
        " (at offset 0x0)"
    )
    assert second == f"isolde: {absent}: No such file or directory"


def test_a_file_without_symbols_is_no_fault(kinds: Kinds) -> None:
    done = run([*ISOLDE, "nm", str(kinds["stripped"])])
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode() == f"{kinds['stripped']}: no symbols\n"
    assert run([*ISOLDE, "nm", "--quiet", str(kinds["stripped"])]).stderr == b""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-t", "q"], "isolde: --radix 'q': say d, o or x\n"),
        (["-f", "sysv"], "isolde: --format 'sysv': say bsd, posix or just-symbols\n"),
    ],
)
def test_misuse_says_what_would_do(words: list[str], message: str, kinds: Kinds) -> None:
    done = run([*ISOLDE, "nm", *words, str(kinds["object"])])
    assert (done.returncode, done.stderr.decode()) == (2, message)


def test_json_has_the_documented_fields_and_what_the_text_has(kinds: Kinds) -> None:
    path = str(kinds["archive"])
    told = json.loads(run([*ISOLDE, "nm", "--json", path, "/nowhere/a.o"]).stdout)
    assert fields_of(told) == documented_fields("isolde nm")
    object_, cxx = told["files"]
    assert (object_["file"], object_["member"], cxx["member"]) == (path, "all.o", "cxx.o")
    lines = run([*ISOLDE, "nm", str(kinds["object"])]).stdout.decode().splitlines()
    assert lines == [
        f"{' ' * 16 if each['value'] is None else format(each['value'], '016x')}"
        f" {each['letter']} {each['name']}"
        for each in object_["symbols"]
    ]
