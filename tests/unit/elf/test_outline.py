"""What is read of a file with a few `pread`s is what the whole reader says."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from isolde.elf import File
from isolde.elf.outline import START, Outline, outline_of, read_outline
from isolde.errors import ElfError
from tests.unit.resolve.made import library, program, rpath, runpath

_FOLDERS = ("/usr/bin", "/usr/lib/x86_64-linux-gnu")


def quick(path: Path) -> Outline | None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        return read_outline(descriptor, os.pread(descriptor, START, 0), size)
    finally:
        os.close(descriptor)


def whole(path: Path) -> Outline | None:
    try:
        with File(path) as file:
            return outline_of(file)
    except ElfError:
        return None


def same(one: Outline | None, other: Outline | None) -> bool:
    """Whether they agree; the whole reader does not look for notes."""
    return one is None or (other is not None and _without_notes(one) == _without_notes(other))


def _without_notes(outline: Outline) -> Outline:
    return outline._replace(has_dlopen_notes=False)


def test_files_of_this_machine_have_the_outline_that_the_reader_gives() -> None:
    files = [path for folder in _FOLDERS for path in sorted(Path(folder).iterdir())]
    elf = [path for path in files if path.is_file() and path.open("rb").read(4) == b"\x7fELF"]
    assert len(elf) > 100
    assert [path for path in elf if not same(quick(path), whole(path))] == []
    unread = [
        path for path in elf if quick(path) is None and (found := whole(path)) and found.is_dynamic
    ]
    assert unread == []


def test_every_string_of_the_dynamic_section_is_read(tmp_path: Path) -> None:
    library(tmp_path / "libreal.so")
    flags = ["-Wl,-F,libreal.so", "-Wl,-f,libmore.so", *runpath("/a", "$ORIGIN")]
    path = library(tmp_path / "libfilter.so", [tmp_path / "libreal.so"], flags)
    seen = quick(path)
    assert seen is not None
    assert same(seen, whole(path))
    assert (seen.soname, seen.runpath) == ("libfilter.so", "/a:$ORIGIN")
    old = quick(program(tmp_path / "old", [], rpath("/b")))
    assert old is not None
    assert (old.rpath, old.runpath, old.is_executable) == ("/b", None, True)
    assert old.interpreter == "/lib64/ld-linux-x86-64.so.2"


def test_a_name_of_thousands_of_letters_is_left_to_the_reader(tmp_path: Path) -> None:
    path = library(tmp_path / "liba.so", [], ["-Wl,-soname," + "x" * 3000])
    assert quick(path) is None
    assert whole(path).soname == "x" * 3000  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_damaged_is_read_alike_or_left_to_the_reader(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    path = library(tmp_path / "liba.so", [library(tmp_path / "libb.so")], runpath("/a"))
    data = path.read_bytes()
    with File(path) as file:
        dynamic = next(each for each in file.segments if each.type == 2)
    places = [*range(16, 900), *range(dynamic.offset, dynamic.offset + dynamic.file_size)]
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(dice.randint(1, 3)):
            damaged[dice.choice(places)] = dice.choice((0, 1, 0x7F, 0xFF, dice.randrange(256)))
        path.write_bytes(damaged[: dice.choice((len(data), dice.randrange(20, len(data))))])
        assert same(quick(path), whole(path)), path
