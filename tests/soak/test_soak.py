"""What must hold for hours, for a few seconds; `make soak` takes its time."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.soak.build import (
    TIMES,
    build_libraries,
    build_program,
    build_unmodified,
    printed_by,
)

_PATIENCE_S = 120 * TIMES
# Growth of the heap and of the stack that is no leak: a page table here, a bin of malloc there.
_NOISE_KIB = 256


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("soak")
    build_libraries(folder)
    return folder


@pytest.mark.timeout(_PATIENCE_S)
def test_threads_in_the_same_spaces(folder: Path) -> None:
    program = build_program(folder, "soak")
    said = printed_by([program, folder, 8, 40 * TIMES, 250, 1, 0], _PATIENCE_S)
    assert said == "wrong 0, left 0, mapped 0\n"


@pytest.mark.timeout(_PATIENCE_S)
@pytest.mark.parametrize("way", ["space", "library"])
@pytest.mark.parametrize(
    "name", ["libstate.so", "libtop.so", "libcounter.so", "libdescriptor.so", "libinitial.so"]
)
def test_opening_and_closing_leaves_nothing(folder: Path, name: str, way: str) -> None:
    program = build_program(folder, "cycles")
    said = printed_by([program, folder / name, 1000 * TIMES, way], _PATIENCE_S)
    resident_kib, mappings, descriptors = map(int, said.split())
    assert (mappings, descriptors) == (0, 0)
    assert resident_kib <= _NOISE_KIB


@pytest.mark.timeout(_PATIENCE_S)
def test_twelve_thousand_spaces(folder: Path) -> None:
    program = build_program(folder, "thousands")
    said = printed_by([program, folder / "libstate.so", 12_000], _PATIENCE_S)
    assert said == "opened 12000, right 12000, closed 12000, left 0\n"


# Private memory of ten thousand, each with a libstdc++, and as much again.
_CROWD_KIB = 2 * 10_000 * 85


@pytest.mark.timeout(_PATIENCE_S)
def test_ten_thousand_spaces_each_with_its_own_libstdcxx(folder: Path) -> None:
    available = re.search(r"MemAvailable: +(\d+)", Path("/proc/meminfo").read_text())
    if available is None or int(available[1]) < _CROWD_KIB:
        pytest.skip("too little memory is free")
    program = build_program(folder, "crowd")
    said = printed_by([program, folder / "libthrower.so", 10_000], _PATIENCE_S)
    assert said == (
        "opened 10000, caught in 104 of 104, mappings each 6, closed 10000, left 0, of files 0\n"
    )


@pytest.mark.timeout(_PATIENCE_S)
def test_namespaces_of_an_unmodified_program(folder: Path) -> None:
    started = [sys.executable, "-m", "isolde", "run", build_unmodified(folder, "namespaces")]
    said = printed_by([*started, folder, 16, 5 * TIMES, 10, 0], _PATIENCE_S)
    assert said == "wrong 0, left 0\n"
