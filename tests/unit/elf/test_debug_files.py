"""Separate debug files are found as gdb finds them: by build-id first, then by name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from isolde.binutils.strip import ALL, ONLY_DEBUG, Manner, Options, strip_file
from isolde.elf import ElfError, File
from isolde.elf.debug import debug_file, debug_link
from tests.unit.elf.test_rewriter import rewritten_bytes

Small = Callable[[str], Path]


@pytest.fixture
def stripped(small: Small, tmp_path: Path) -> Path:
    """A library without debugging information, and beside it, its debug file "it.debug"."""
    library = tmp_path / "it.so"
    shutil.copy(small("debug.so"), library)
    strip_file(str(library), Options(ONLY_DEBUG), output=str(tmp_path / "it.debug"))
    manner = Manner(debug_link=str(tmp_path / "it.debug"))
    strip_file(str(library), Options(ALL), manner)
    return library


def _found(library: Path, root: Path) -> str | None:
    with File(library) as file:
        return debug_file(file, [str(root)])


def test_by_its_name_beside_the_file(stripped: Path, tmp_path: Path) -> None:
    assert _found(stripped, tmp_path / "root") == str(tmp_path / "it.debug")


def test_by_its_name_in_the_folder_for_debug_files(stripped: Path, tmp_path: Path) -> None:
    (tmp_path / ".debug").mkdir()
    (tmp_path / "it.debug").rename(tmp_path / ".debug" / "it.debug")
    assert _found(stripped, tmp_path / "root") == str(tmp_path / ".debug" / "it.debug")


def test_by_its_name_below_the_root(stripped: Path, tmp_path: Path) -> None:
    place = Path(f"{tmp_path}/root{tmp_path}/it.debug")
    place.parent.mkdir(parents=True)
    (tmp_path / "it.debug").rename(place)
    assert _found(stripped, tmp_path / "root") == str(place)


def test_by_the_build_id_first(stripped: Path, tmp_path: Path) -> None:
    with File(stripped) as file:
        build_id = file.build_id
    assert build_id is not None
    place = tmp_path / "root" / ".build-id" / build_id[:2] / f"{build_id[2:]}.debug"
    place.parent.mkdir(parents=True)
    shutil.copy(tmp_path / "it.debug", place)
    assert _found(stripped, tmp_path / "root") == str(place)


def test_another_build_is_not_taken(stripped: Path, small: Small, tmp_path: Path) -> None:
    with File(stripped) as file:
        build_id = file.build_id
    assert build_id is not None
    place = tmp_path / "root" / ".build-id" / build_id[:2] / f"{build_id[2:]}.debug"
    place.parent.mkdir(parents=True)
    shutil.copy(small("library.so"), place)
    assert _found(stripped, tmp_path / "root") == str(tmp_path / "it.debug")


def test_another_checksum_is_not_taken(stripped: Path, tmp_path: Path) -> None:
    with (tmp_path / "it.debug").open("ab") as stream:
        stream.write(b"more")
    assert _found(stripped, tmp_path / "root") is None


def test_the_link_is_read(stripped: Path, tmp_path: Path) -> None:
    import zlib

    with File(stripped) as file:
        assert debug_link(file) == ("it.debug", zlib.crc32((tmp_path / "it.debug").read_bytes()))


def test_a_file_without_a_link_has_none(small: Small) -> None:
    with File(small("object.o")) as file:
        assert debug_link(file) is None


def test_a_link_in_which_something_is_missing(small: Small) -> None:
    with File.from_bytes(rewritten_bytes(small("library.so"), b"name"), "it") as file:
        section = file.section(".gnu_debuglink")
        assert section is not None
        with pytest.raises(ElfError) as caught:
            debug_link(file)
        assert str(caught.value) == (
            f"it: .gnu_debuglink has no name or no checksum (at offset {section.offset:#x})"
        )


def test_a_name_too_long_for_a_file_finds_nothing(small: Small, tmp_path: Path) -> None:
    data = rewritten_bytes(small("library.so"), b"x" * 300 + b"\0\0\0\0crc.")
    (tmp_path / "it.so").write_bytes(data)
    assert _found(tmp_path / "it.so", tmp_path) is None
