"""What the core remembers is found by all that it depends on, and is bounded."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.toolchain import CORE, compile_object

SOURCE = Path(__file__).parent / "memo" / "memo.c"


@pytest.fixture(scope="module")
def memo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("memo") / "memo"
    checked = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-pthread"]
    warnings = ["-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"]
    return compile_object(program, [SOURCE, CORE / "memo.c"], [f"-I{CORE}", *warnings, *checked])


def printed(memo: Path, check: str) -> list[str]:
    done = subprocess.run(
        [str(memo), check],
        capture_output=True,
        text=True,
        check=True,
        env={"ASAN_OPTIONS": "detect_leaks=0"},  # what is remembered is never given back
    )
    return done.stdout.splitlines()


def test_the_same_words_have_one_number_and_others_another(memo: Path) -> None:
    assert printed(memo, "number") == ["known 0 1 0", "same 1, other 1, odd 1"]


def test_of_a_hundred_mebibytes_the_latest_and_the_wanted_stay(memo: Path) -> None:
    assert printed(memo, "bound") == [
        "the one in use 1, the second 0, the last 100",
        "remembered 15, alive 15",
    ]


def test_what_is_in_use_outlives_being_forgotten(memo: Path) -> None:
    assert printed(memo, "held") == ["forgotten 1, still 1000", "freed 1"]


def test_what_was_forgotten_comes_back_under_another_number(memo: Path) -> None:
    assert printed(memo, "again") == ["known 0, same number 0"]
