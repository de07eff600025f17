"""What a shell completes behind `isolde`."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def _completed(*words: str) -> list[str]:
    request = {
        "_ISOLDE_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("isolde", *words)),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-m", "isolde.cli"],
        env={**os.environ, **request},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        (("collide", "--mode", "l"), ["local"]),
        (("objdump", "-M", "a"), ["att"]),
        (("nm", "--format", "p"), ["posix"]),
        (("size", "--format", "s"), ["sysv"]),
    ],
)
def test_words_that_an_option_takes_are_offered(words: tuple[str, ...], answers: list[str]) -> None:
    assert _completed(*words) == answers


def test_the_numbers_of_processes_are_offered() -> None:
    mine = str(os.getpid())
    offered = _completed("ps", mine)
    assert mine in offered
    assert all(number.startswith(mine) for number in offered)
