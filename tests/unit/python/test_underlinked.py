"""Libraries that do not name what they need, in spaces with host=True."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import isolde


def test_what_is_missing_is_loaded_and_listed_with_the_reason(libraries: Path) -> None:
    bare = libraries / "libtwice_bare.so"
    with isolde.Space(search_path=[libraries], host=True) as space:
        assert space.load(bare).count_twice() == 2
        image = space.images[1]
        assert (image.soname, image.why) == ("libcounter.so", "provides count_up")
        assert image.needed_by == str(bare)


def test_without_host_nothing_is_added(libraries: Path) -> None:
    with (
        isolde.Space(search_path=[libraries]) as space,
        pytest.raises(isolde.LoadError, match="undefined symbol: count_up"),
    ):
        space.load(libraries / "libtwice_bare.so")


def test_a_search_in_vain_says_how_far_it_went(libraries: Path) -> None:
    with isolde.Space("s", host=True) as space, pytest.raises(isolde.LoadError) as refused:
        space.load(libraries / "libundefined.so")
    reason = str(refused.value).split(": undefined symbol: ")[1]
    assert re.fullmatch(
        r"\w+ \(looked in its dependencies, the space's global scope, the shared group, the host, "
        r"[1-9]\d+ libraries of search_path and /etc/ld.so.cache\); install the library that "
        r"defines it, or add its folder to search_path",
        reason,
    )
    assert refused.value.symbol is not None
