"""Standard streams that are closed, full, or have no reader any more."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from isolde.cli._main import COMMANDS

_ISOLDE = (sys.executable, "-m", "isolde.cli")
_SELF = str(Path(sys.executable).resolve())


def _by_shell(words: Sequence[str], redirection: str) -> tuple[int, str, str]:
    done = subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", *_ISOLDE, *words],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


_PRINTING = [[name, "--help"] for name in COMMANDS] + [
    ["size", _SELF],
    ["nm", "-D", _SELF],
    ["tree", _SELF],
    ["size", "--json", _SELF],
    ["strings", _SELF],
    ["--version"],
]


@pytest.mark.parametrize("words", _PRINTING, ids=lambda words: " ".join(words[:2]))
def test_a_closed_standard_output_is_told(words: list[str]) -> None:
    told = "isolde: cannot write to standard output: Bad file descriptor\n"
    assert _by_shell(words, ">&-") == (1, "", told)


def test_a_closed_standard_error_changes_nothing_else() -> None:
    assert _by_shell(["nm", "/nowhere/file"], "2>&-") == (1, "", "")
    assert _by_shell(["size", _SELF], "2>&-") == _by_shell(["size", _SELF], "")


def test_a_closed_standard_input_is_an_empty_one() -> None:
    assert _by_shell(["strings"], "<&-") == (0, "", "")


@pytest.mark.parametrize("words", [["size"], ["strings", "-d"], ["strings", "-d", "-t", "x"]])
def test_a_full_disk_is_told(words: list[str]) -> None:
    told = "isolde: cannot write to standard output: No space left on device\n"
    assert _by_shell([*words, _SELF], ">/dev/full") == (1, "", told)


@pytest.mark.parametrize("words", _PRINTING, ids=lambda words: " ".join(words[:2]))
def test_a_reader_that_has_left_is_no_fault_worth_a_word(words: list[str]) -> None:
    process = subprocess.Popen([*_ISOLDE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 141
    process.stderr.close()


def test_a_program_that_is_started_finds_its_streams_as_they_were() -> None:
    script = "for each in 0 1 2; do test -e /proc/$$/fd/$each || echo $each closed >&2; done"
    words = ["run", "--static-tls", "100000", "/bin/sh", "-c", script]
    assert _by_shell(words, "<&- >&-") == (0, "", "0 closed\n1 closed\n")


def test_bytes_of_a_name_that_are_no_utf8_are_told_as_such(tmp_path: Path) -> None:
    name = bytes(tmp_path) + b"/\xff.so"
    done = subprocess.run([*_ISOLDE, "nm", name], capture_output=True, check=False)
    assert done.stderr == b"isolde: %b/\\xff.so: No such file or directory\n" % bytes(tmp_path)
