"""Symbols as people write them."""

from __future__ import annotations

import pytest

from isolde.diagnose.why.names import meant, near_names, split_version


@pytest.mark.parametrize(
    ("word", "name", "version"),
    [
        ("malloc", "malloc", None),
        ("malloc@GLIBC_2.2.5", "malloc", "GLIBC_2.2.5"),
        ("malloc@@GLIBC_2.2.5", "malloc", "GLIBC_2.2.5"),
        ("@plt", "@plt", None),
        ("malloc@", "malloc@", None),
    ],
)
def test_a_version_stands_behind_an_at(word: str, name: str, version: str | None) -> None:
    assert split_version(word) == (name, version)


def test_a_name_means_itself() -> None:
    assert meant("malloc", ["free", "malloc", "malloc"]) == ["malloc"]


def test_a_name_that_nobody_has_means_nothing() -> None:
    assert meant("malloc", ["free", "calloc"]) == []


def test_near_names_are_the_likest_first() -> None:
    names = ["deflate", "deflateInit_", "inflate", "deflat", "unrelated"]
    assert near_names("deflates", names)[0] == "deflate"
    assert near_names("nothing_like_it", names) == ()
