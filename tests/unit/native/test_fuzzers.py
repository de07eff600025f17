"""What the fuzzers of debugging information once found stays mended; their seeds find nothing."""

from __future__ import annotations

import functools
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.run import build, targets
from tests.fuzz.seeds import join_sections
from tests.toolchain import require_tool

_PROGRAM_HEADERS = 32  # offset of e_phoff in Elf64_Ehdr
_SECTION_HEADERS = 40  # of e_shoff


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the fuzzer of a name, whose seeds are in a folder beside it."""
    folder = tmp_path_factory.mktemp("fuzzers")

    @functools.cache
    def built(name: str) -> Path:
        target = targets()[name]
        target.write_seeds(folder / f"{name}.seeds")
        return build(target, require_tool("clang"), folder)

    return built


def run(fuzzer: Path, *inputs: Path) -> None:
    done = subprocess.run([fuzzer, *inputs], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def seeds(fuzzer: Path) -> list[Path]:
    return sorted(fuzzer.with_suffix(".seeds").iterdir())


@pytest.mark.parametrize("name", ["dwarf", "debugfile"])
def test_the_seeds_find_nothing(fuzzer: Callable[[str], Path], name: str) -> None:
    assert len(seeds(fuzzer(name))) >= 8
    run(fuzzer(name), *seeds(fuzzer(name)))


def test_an_absent_section_is_no_null_pointer(
    fuzzer: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "input").write_bytes(join_sections({}))
    run(fuzzer("dwarf"), tmp_path / "input")


def test_a_place_of_a_thread_local_variable_may_be_any_number(
    fuzzer: Callable[[str], Path], tmp_path: Path
) -> None:
    abbreviation = bytes([1, 0x34, 0, 0x02, 0x18, 0, 0, 0])  # a variable: DW_AT_location, exprloc
    location = b"\x0e" + struct.pack("<Q", 1 << 63) + b"\x9b"  # const8u, form_tls_address
    unit = struct.pack("<HBBI", 5, 1, 8, 0) + bytes([1, len(location)]) + location
    info = struct.pack("<I", len(unit)) + unit
    content = join_sections({"info": info, "abbrev": abbreviation})
    (tmp_path / "input").write_bytes(content)
    run(fuzzer("dwarf"), tmp_path / "input")


@pytest.mark.parametrize("what", ["program headers", "symbols"])
def test_what_is_moved_is_not_the_place_of_the_section_headers(
    fuzzer: Callable[[str], Path], tmp_path: Path, what: str
) -> None:
    program = fuzzer("debugfile")
    content = bytearray((program.with_suffix(".seeds") / "dwarf5").read_bytes())
    if what == "program headers":
        struct.pack_into("<Q", content, _PROGRAM_HEADERS, _SECTION_HEADERS - 16)  # p_vaddr
    else:
        (sections,) = struct.unpack_from("<Q", content, _SECTION_HEADERS)
        symbols = struct.pack("<IIQQQQ", 0, 2, 0, 0, _SECTION_HEADERS - 8, 24)  # st_value
        content[sections + 64 : sections + 64 + len(symbols)] = symbols
    (tmp_path / "input").write_bytes(content)
    run(program, tmp_path / "input")
