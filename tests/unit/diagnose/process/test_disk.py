"""Whether a mapped file is the one on disk, where the kernel and stat(2) number it differently.

btrfs gives stat(2) another device than /proc/PID/maps, and some stacked file systems another inode.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from isolde.diagnose.process.disk import Disk
from isolde.diagnose.process.facts import OnDisk
from isolde.diagnose.process.mappings import Mapping
from isolde.diagnose.process.process import Process
from isolde.diagnose.process.view import View
from isolde.elf import File
from tests.toolchain import compile_library

Judge = Callable[[Path, int, int, str | None], OnDisk]


@pytest.fixture
def judge() -> Iterator[Judge]:
    """Judges a file that this process has mapped, by the kernel's device and inode."""
    with Process(os.getpid()) as process:
        view = View(process)

        def ask(file: Path, device: int, inode: int, build_id: str | None) -> OnDisk:
            mapping = Mapping(0x1000, 0x2000, "r-xp", 0, device, inode, str(file))
            return Disk(view, {}).judge(mapping, None, lambda: build_id)

        yield ask
        view.close()


@pytest.fixture
def built(tmp_path: Path) -> tuple[Path, str]:
    """A library, and its build-id."""
    file = compile_library(tmp_path / "libbuilt.so", [], ["-Wl,--build-id"])
    with File(file) as opened:
        assert opened.build_id is not None
        return file, opened.build_id


def test_the_same_build_under_other_numbers_is_the_same_file(
    judge: Judge, built: tuple[Path, str]
) -> None:
    file, build_id = built
    assert judge(file, 0, 1, build_id) == OnDisk("ok")


def test_another_build_under_other_numbers_is_another_file(
    judge: Judge, built: tuple[Path, str]
) -> None:
    file, build_id = built
    assert judge(file, 0, 1, "00" * 20) == OnDisk("replaced", build_id)


def test_without_build_ids_the_inode_decides(judge: Judge, tmp_path: Path) -> None:
    file = tmp_path / "no library"
    file.touch()
    inode = file.stat().st_ino
    assert judge(file, 0, inode, None) == OnDisk("ok")
    assert judge(file, 0, inode + 1, None) == OnDisk("replaced")


def test_a_file_that_cannot_be_looked_at_is_unknown(judge: Judge, tmp_path: Path) -> None:
    assert judge(tmp_path / "not there", 0, 1, None) == OnDisk("unknown")
