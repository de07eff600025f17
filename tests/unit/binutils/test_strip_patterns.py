"""Names on the command line of `strip`: as they are, or with wildcards."""

from __future__ import annotations

import pytest

from isolde.binutils.strip import Patterns


def test_without_wildcards_a_name_means_itself() -> None:
    patterns = Patterns(["a*", "!b", "c"])
    assert [name for name in ("a*", "ab", "!b", "b", "c", "cc") if name in patterns] == [
        "a*",
        "!b",
        "c",
    ]


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        (["a*"], ["a", "ab", "abc"]),
        (["a?"], ["ab"]),
        (["[ab]b"], ["ab", "bb"]),
        (["*", "!a*"], ["b", "bb"]),
        (["b"], ["b"]),
        (["!a*"], []),
        ([], []),
    ],
)
def test_with_wildcards(names: list[str], meant: list[str]) -> None:
    patterns = Patterns(names, wildcards=True)
    assert [name for name in ("a", "ab", "abc", "b", "bb") if name in patterns] == meant


def test_nothing_is_meant_by_nothing() -> None:
    assert not Patterns()
    assert not Patterns(["!a"], wildcards=True)
    assert Patterns(["a"])
