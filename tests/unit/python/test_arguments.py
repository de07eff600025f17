"""Wrong arguments are refused with what was expected; every spelling of a right one works."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import isolde

Refusal = tuple[Callable[[isolde.Space], object], type[Exception], str]


def _load(file: object, *rest: object) -> Callable[[isolde.Space], object]:
    return lambda space: space.load(file, *rest)  # type: ignore[arg-type]


def _space(*arguments: object, **keywords: object) -> Callable[[isolde.Space], object]:
    return lambda _: isolde.Space(*arguments, **keywords)  # type: ignore[arg-type]


def _link(*arguments: object) -> Callable[[isolde.Space], object]:
    return lambda space: space.link(*arguments)  # type: ignore[arg-type]


def _self_link(space: isolde.Space) -> None:
    space.link(space, "libz.so.1")


def _symbol(name: object) -> Callable[[isolde.Space], object]:
    return lambda space: space.symbol(name)  # type: ignore[arg-type]


_FILE = r"soname or path \(str, bytes or os.PathLike\), not "
_FOLDERS = r"search_path must be an iterable of folders \(str, bytes or os.PathLike\), not "
_SHARED = r"shared must be an iterable of sonames \(str\)"

REFUSALS: dict[str, Refusal] = {
    "load None": (_load(None), TypeError, _FILE + "NoneType"),
    "load a number": (_load(3), TypeError, _FILE + "int"),
    "load nothing": (_load(""), ValueError, "a path must not be empty"),
    "load no bytes": (_load(b""), ValueError, "a path must not be empty"),
    "load with NUL": (_load("a\0b"), ValueError, "must not contain a NUL byte"),
    "mode is a word": (_load("libz.so.1", "now"), TypeError, "int of RTLD_. flags, not str"),
    "mode is unknown": (_load("libz.so.1", 1 << 20), ValueError, "mode"),
    "name is bytes": (_space(b"a"), TypeError, "must be str or None, not bytes"),
    "name is empty": (_space(""), ValueError, "name must not be empty"),
    "name with NUL": (_space("a\0b"), ValueError, "must not contain a NUL byte"),
    "one folder": (_space(search_path="/tmp"), TypeError, _FOLDERS + "a single str"),
    "folders are a number": (_space(search_path=1), TypeError, _FOLDERS + "int"),
    "a folder is a number": (_space(search_path=[1]), TypeError, _FOLDERS + "int"),
    "a folder is empty": (_space(search_path=[""]), ValueError, "a path must not be empty"),
    "one soname": (_space(shared="libc.so.6"), TypeError, _SHARED + ", not a single str"),
    "a soname is bytes": (_space(shared=[b"x"]), TypeError, _SHARED + ", and one .* is bytes"),
    "only a mark": (_space(shared=["!"]), ValueError, "a soname in shared must not be empty"),
    "private libc": (_space(shared=["!libc.so.6"]), ValueError, "libc.so.6 cannot be private"),
    "link to a name": (_link("a", "libz.so.1"), TypeError, "linked to a Space, not str"),
    "link to itself": (_self_link, ValueError, "they are one space"),
    "link for nothing": (_link(isolde.Space()), ValueError, "no soname is given"),
    "link libc": (_link(isolde.Space(), "libc.so.6"), ValueError, "take it from the host"),
    "link a number": (_link(isolde.Space(), 1), TypeError, "sonames must be .* one of them is int"),
    "positional search": (_space("a", ["/tmp"]), TypeError, "positional argument"),
    "symbol is None": (_symbol(None), TypeError, "symbol's name must be str or bytes, not NoneT"),
    "symbol is empty": (_symbol(""), ValueError, "symbol's name must not be empty"),
    "symbol with NUL": (_symbol("a\0b"), ValueError, "must not contain a NUL byte"),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_it_is_refused(refusal: Refusal, space: isolde.Space) -> None:
    attempt, kind, message = refusal
    with pytest.raises(kind, match=message.replace("RTLD_.", r"RTLD_\*")):
        attempt(space)


def test_a_refused_space_is_not_left_behind() -> None:
    before = isolde.spaces()
    with pytest.raises(TypeError):
        isolde.Space("left behind", shared=3)  # type: ignore[arg-type]
    assert isolde.spaces() == before


@pytest.mark.parametrize("spelling", [str, os.fsencode, Path], ids=["str", "bytes", "Path"])
def test_a_file_may_be(
    spelling: Callable[[Path], str], libraries: Path, space: isolde.Space
) -> None:
    assert space.load(spelling(libraries / "libcalls.so")).add(1, 2) == 3


def test_a_file_may_be_relative(
    libraries: Path, space: isolde.Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(libraries)
    assert space.load("./libcalls.so").add(1, 2) == 3


def test_a_path_may_be_no_utf8(libraries: Path, tmp_path: Path, space: isolde.Space) -> None:
    odd = os.fsencode(tmp_path) + b"/lib\xff.so"
    os.link(libraries / "libcalls.so", odd)
    library = space.load(odd)
    assert os.fsencode(library.path) == odd
    assert space.load(os.fsdecode(odd)).base == library.base


def test_a_library_is_not_asked_for_numbers(calls: isolde.Library) -> None:
    with pytest.raises(TypeError, match="must be str or bytes, not int"):
        calls[1]  # type: ignore[index]
