"""A failed load says what, who, where and why, and leaves the space as it was."""

from __future__ import annotations

import errno
import pickle
from pathlib import Path

import pytest

import isolde


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
