"""What libc's names mean to a program in a space: found by bisection, and told to its author."""

from __future__ import annotations

import re

import pytest

from tests.toolchain import CORE, REPOSITORY

_ERR = ("err", "errx", "warn", "warnx")
_PAGE = REPOSITORY / "docs" / "reference" / "symbol-resolution.md"


def _names(file: str) -> list[str]:
    return re.findall(r'^    \{"(\w+)", \w+\},$', (CORE / file).read_text(), re.MULTILINE)


def test_functions_are_sorted() -> None:
    assert _names("names.c")
    assert _names("names.c") == sorted(_names("names.c"))


@pytest.mark.parametrize("file", ["names.c", "variables.c"])
def test_every_name_is_documented(file: str) -> None:
    # Other spellings of libc's own, and what libc_nonshared.a makes of documented ones.
    inner = {
        "_environ",
        "__environ",
        "__progname",
        "__progname_full",
        "__open64_2",
        "__open_2",
        "__openat64_2",
        "__openat_2",
        "__posix_getopt",
        "__secure_getenv",
        "__cxa_at_quick_exit",
        "__register_atfork",
        "__readlink_chk",
    }
    covered_by_family = {"error_at_line", *("v" * v + n for v in (0, 1) for n in _ERR)}
    documented = set(re.findall(r"`(\w+)`", _PAGE.read_text()))
    assert set(_names(file)) - documented - inner - covered_by_family == set()
