"""`make` alone says what there is, and leaves nothing out."""

from __future__ import annotations

import re
import subprocess

from tests.toolchain import REPOSITORY

_MAKEFILE = (REPOSITORY / "Makefile").read_text()
_TARGETS = re.findall(r"^([a-z][a-z-]*):(?!=)(.*)$", _MAKEFILE, re.MULTILINE)
_PHONY = re.findall(r"^\.PHONY: (.*)$", _MAKEFILE, re.MULTILINE)


def test_every_target_explains_itself() -> None:
    assert {name: rest for name, rest in _TARGETS if "## " not in rest} == {}


def test_every_target_is_phony_and_every_phony_target_exists() -> None:
    assert {name for name, _ in _TARGETS} == set(" ".join(_PHONY).split())


def test_no_target_is_written_twice() -> None:
    names = [name for name, _ in _TARGETS]
    assert sorted(set(names)) == sorted(names)


def test_make_alone_lists_every_target() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    listed = [line.split()[1] for line in done.stdout.splitlines()]
    assert listed == [name for name, _ in _TARGETS]
