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


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("operator new", "_Znwm"),
        ("operator new(unsigned long)", "_Znwm"),
        ("a::operator bool", "_ZN1acvbEv"),
        ("vtable for a::b", "_ZTVN1a1bE"),
        ("f<int>(int)", "_Z1fIiEvT_"),
        ("f<int>", "_Z1fIiEvT_"),
        ("a::f(long)", "_ZN1a1fEl"),
        ("(anonymous namespace)::f()", "_ZN12_GLOBAL__N_11fEv"),
    ],
)
def test_a_readable_name_means_the_mangled_one(word: str, name: str) -> None:
    names = ["_Znwm", "_ZN1acvbEv", "_ZTVN1a1bE", "_Z1fIiEvT_", "_ZN1a1fEi", "_ZN1a1fEl"]
    assert meant(word, [*names, "_ZN12_GLOBAL__N_11fEv"]) == [name]


def test_near_a_readable_name_are_its_other_parameters() -> None:
    names = ["_ZN3Foo1fEl", "_ZN3Foo1gEl", "_ZN9unrelated5thingEv"]
    assert near_names("Foo::f(int)", names) == ("Foo::f(long)", "Foo::g(long)")
