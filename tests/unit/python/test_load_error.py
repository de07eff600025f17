"""A failed load says what, who, where and why, and leaves the space as it was."""

from __future__ import annotations

import errno
import os
import pickle
from pathlib import Path

import pytest

import isolde
from tests.toolchain import compile_library


def _refused(space: isolde.Space, file: str | Path) -> isolde.LoadError:
    before = space.images
    with pytest.raises(isolde.LoadError) as refused:
        space.load(file)
    assert space.images == before
    return refused.value


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with isolde.Space(search_path=[tmp_path]) as space:
        error = _refused(space, "libnowhere.so.1")
    assert (error.file, error.needed_by) == ("libnowhere.so.1", None)
    assert error.tried[0] == f"{tmp_path} (search_path)"
    assert "libnowhere.so.1" in str(error)
    assert error.errno == errno.ENOENT


def test_a_missing_need_names_both_sides(libraries: Path, tmp_path: Path) -> None:
    orphan = tmp_path / "libtwice.so"
    orphan.write_bytes((libraries / "libtwice.so").read_bytes())
    with isolde.Space() as space:
        error = _refused(space, orphan)
    assert (error.file, error.needed_by) == ("libcounter.so", str(orphan))
    assert any(str(tmp_path) in place for place in error.tried)
    assert "libcounter.so" in str(error)
    assert str(orphan) in str(error)


def test_an_undefined_symbol_is_named(libraries: Path, space: isolde.Space) -> None:
    error = _refused(space, libraries / "libundefined.so")
    assert error.symbol == "nobody_defines_this"
    assert "nobody_defines_this" in str(error)
    assert str(libraries / "libundefined.so") in str(error)


def test_a_missing_version_is_named(libraries: Path, space: isolde.Space) -> None:
    error = _refused(space, libraries / "libwants_version.so")
    assert error.version == "NEW"
    assert "libversions.so" in str(error)


def test_a_file_that_is_no_library_is_refused(tmp_path: Path, space: isolde.Space) -> None:
    text = tmp_path / "libtext.so"
    text.write_text("I am not an ELF object, however long I may become. " * 100)
    error = _refused(space, text)
    assert error.file == str(text)
    assert error.errno == errno.ENOEXEC


def test_it_is_an_os_error(space: isolde.Space) -> None:
    with pytest.raises(OSError, match=r"libnowhere\.so"):
        space.load("libnowhere.so")


def test_it_travels_to_other_processes(libraries: Path, space: isolde.Space) -> None:
    error = _refused(space, libraries / "libwants_version.so")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is isolde.LoadError
    assert (str(copy), vars(copy), copy.errno) == (str(error), vars(error), error.errno)


def test_the_space_goes_on(libraries: Path, space: isolde.Space) -> None:
    _refused(space, libraries / "libundefined.so")
    assert space.load(libraries / "libcalls.so").add(1, 2) == 3


def test_what_is_only_asked_for_is_said_not_to_be_open() -> None:
    with isolde.Space("empty") as space, pytest.raises(isolde.LoadError) as refused:
        space.load("libz.so.1", os.RTLD_NOLOAD | os.RTLD_NOW)
    assert str(refused.value) == "libz.so.1 is not open in space 'empty' (RTLD_NOLOAD)"


def test_a_definition_that_is_kept_local_is_named(tmp_path: Path) -> None:
    (tmp_path / "definer.c").write_text("int wanted(void) { return 1; }")
    (tmp_path / "user.c").write_text("int wanted(void); int use(void) { return wanted(); }")
    definer = compile_library(tmp_path / "libdefiner.so", [tmp_path / "definer.c"])
    user = compile_library(tmp_path / "libuser.so", [tmp_path / "user.c"])
    with isolde.Space("local") as space:
        space.load(definer)
        assert str(_refused(space, user)) == (
            f"{user} in space 'local': undefined symbol: wanted (looked in its dependencies, the "
            f"space's global scope, the shared group); {definer} defines it: open that with "
            "RTLD_GLOBAL"
        )
