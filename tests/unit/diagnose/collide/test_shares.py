"""A soname that is loaded already answers for another file of the same soname."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolde.diagnose.collide import Collision, Share, collide, this_environment
from tests.unit.diagnose.collide.conftest import Pair
from tests.unit.diagnose.collide.witness import RefusedError, loaded

_OLD = "int old(void) { return 1; }"
_NEW = f"{_OLD} int added(void) {{ return 2; }}"
_ASK = "int {0}(void); int ask_{0}(void) {{ return {0}(); }}"


def _told(*files: Path) -> Collision:
    return collide([str(file) for file in files], this_environment())


def _share(told: Collision, first: Path) -> Share:
    (share,) = next(each.shares for each in told.scenarios if each.order[0] == str(first))
    return share


def _versions(pair: Pair, text: str) -> list[str]:
    return [pair.scripted(text)]


def test_the_second_gets_the_firsts_copy(pair: Pair) -> None:
    copies = [pair.library(f"{name}/libdeep.so.1", _OLD) for name in ("a", "b")]
    first = pair.library("a/libfirst.so", _ASK.format("old"), [str(copies[0])])
    second = pair.library("b/libsecond.so", "int old(void); int two(void) { return old(); }",
                          [str(copies[1])])  # fmt: skip
    told = pair.told(first, second)
    share = _share(told, first)
    assert (share.name, share.party, share.owner) == ("libdeep.so.1", str(second), str(first))
    assert (share.wanted, share.got) == (str(copies[1]), str(copies[0]))
    assert (share.lost_symbols, share.lost_versions, share.same_build) == ((), (), False)
    assert [each.why for each in told.scenarios[0].crossings] == ["soname"]
    assert str(copies[1]) not in loaded(pair.opener, [str(first), str(second)])


def test_a_copy_of_the_same_build_is_told(pair: Pair) -> None:
    build = ["-Wl,--build-id=0x1234"]
    copies = [pair.library(f"{name}/libdeep.so.1", _OLD, build) for name in ("a", "b")]
    first = pair.library("a/libfirst.so", _ASK.format("old"), [str(copies[0])])
    second = pair.library("b/libsecond.so", "int two(void) { return 2; }", [str(copies[1])])
    assert _share(pair.told(first, second), first).same_build


def test_what_the_copy_lacks_is_named_and_glibc_refuses_it(pair: Pair) -> None:
    old, new = pair.library("a/libdeep.so.1", _OLD), pair.library("b/libdeep.so.1", _NEW)
    first = pair.library("a/libfirst.so", _ASK.format("old"), [str(old)])
    second = pair.library("b/libsecond.so", _ASK.format("added"), [str(new)])
    told = _told(first, second)
    assert _share(told, first).lost_symbols == ("added",)
    assert _share(told, second).lost_symbols == ()
    assert told.advice.action == "isolate"
    with pytest.raises(RefusedError, match="undefined symbol: added"):
        loaded(pair.opener, [str(first), str(second)])
    assert loaded(pair.opener, [str(second), str(first)])


def test_a_version_that_the_copy_lacks_is_named_and_glibc_refuses_it(pair: Pair) -> None:
    one, two = "ONE { global: old; };", "ONE { global: old; }; TWO { global: added; } ONE;"
    old = pair.library("a/libdeep.so.1", _OLD, _versions(pair, one))
    new = pair.library("b/libdeep.so.1", _NEW, _versions(pair, two))
    first = pair.library("a/libfirst.so", _ASK.format("old"), [str(old)])
    second = pair.library("b/libsecond.so", _ASK.format("added"), [str(new)])
    told = _told(first, second)
    assert _share(told, first).lost_versions == ("TWO",)
    assert (
        f"{second} gets {first}'s copy of libdeep.so.1, which has no version TWO."
        in told.advice.reasons
    )
    with pytest.raises(RefusedError, match="version `TWO' not found"):
        loaded(pair.opener, [str(first), str(second)])
