"""Debugging information that is moved says what the linker would have said for that address."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.toolchain import CORE, compile_object, require_tool

SOURCES = Path(__file__).with_name("dwarf")
BASE = 0x7A5000000000
LAST = 1 << 24
BROKEN = 300


@pytest.fixture(scope="module")
def mover(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("mover") / "mover"
    sources = [SOURCES / "mover.c", CORE / "dwarf.c"]
    checked = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    return compile_object(program, sources, [f"-I{CORE}", "-Wall", "-Wextra", *checked])


def linked(folder: Path, source: str, *flags: str, compiler: str) -> tuple[Path, Path]:
    """The sample, linked as a shared object for address 0 and for BASE."""
    driver = require_tool(compiler)
    common = ["-fPIC", *flags, str(SOURCES / source), "-c", "-o", str(folder / "sample.o")]
    subprocess.run([driver, *common], check=True, cwd=folder)
    linker = [flag for flag in flags if flag.startswith(("-Wl,", "-fuse-ld="))]
    option = "--image-base=" if "-fuse-ld=lld" in flags else "-Ttext-segment="
    low, high = folder / "low.so", folder / "high.so"
    for base, output in ((0, low), (BASE, high)):
        place = f"-Wl,{option}{base:#x}"
        command = [driver, "-shared", str(folder / "sample.o"), *linker, place, "-o", str(output)]
        subprocess.run(command, check=True)
    return low, high


def moved(mover: Path, folder: Path, source: str, *flags: str, compiler: str = "gcc") -> str:
    """What the mover says of the two; AddressSanitizer watches broken versions of it too."""
    low, high = linked(folder, source, *flags, compiler=compiler)
    command = [str(mover), str(low), str(high), hex(BASE), hex(LAST), str(BROKEN)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


def sections(output: str) -> set[str]:
    assert "differs" not in output
    return {line.removeprefix("has ") for line in output.splitlines()}


@pytest.mark.parametrize("level", ["-O0", "-O2"])
@pytest.mark.parametrize("form", ["-gdwarf32", "-gdwarf64"])
@pytest.mark.parametrize("version", [2, 3, 4, 5])
@pytest.mark.parametrize("source", ["sample.c", "sample.cpp"])
def test_every_version_of_gcc(
    mover: Path, tmp_path: Path, source: str, version: int, form: str, level: str
) -> None:
    compiler = "g++" if source.endswith("cpp") else "gcc"
    flags = (f"-gdwarf-{version}", form, level)
    found = sections(moved(mover, tmp_path, source, *flags, compiler=compiler))
    lists = {".debug_rnglists"} if version == 5 else {".debug_ranges"}
    if level == "-O2":
        lists |= {".debug_loclists"} if version == 5 else {".debug_loc"}
    assert lists | {".debug_info", ".debug_line", ".debug_aranges"} <= found


@pytest.mark.parametrize(
    ("flags", "section"),
    [
        (["-O2", "-fno-asynchronous-unwind-tables"], ".debug_frame"),
        (["-O2", "-gdwarf-4", "-fdebug-types-section"], ".debug_types"),
        (["-O2", "-gdwarf-5", "-fdebug-types-section"], ".debug_rnglists"),
        (["-O2", "-gdwarf-5", "-gsplit-dwarf"], ".debug_addr"),
        (["-O2", "-ffunction-sections", "-gdwarf-4"], ".debug_ranges"),
        (["-O2", "-gno-as-locview-support", "-gvariable-location-views"], ".debug_loclists"),
    ],
    ids=str,
)
def test_less_usual_forms(mover: Path, tmp_path: Path, flags: list[str], section: str) -> None:
    source = "sample.cpp" if "-fdebug-types-section" in flags else "sample.c"
    compiler = "g++" if source.endswith("cpp") else "gcc"
    assert section in sections(moved(mover, tmp_path, source, "-g", *flags, compiler=compiler))


@pytest.mark.parametrize("version", [4, 5])
def test_what_the_linker_has_thrown_away_stays_away(
    mover: Path, tmp_path: Path, version: int
) -> None:
    hidden = ["-ffunction-sections", "-fvisibility=hidden", "-Wl,--gc-sections"]
    flags = [f"-gdwarf-{version}", "-O1", *hidden]
    assert ".debug_info" in sections(moved(mover, tmp_path, "sample.c", *flags))


@pytest.mark.skipif(shutil.which("clang") is None, reason="clang is not installed")
@pytest.mark.parametrize("linker", ["bfd", "lld"])
@pytest.mark.parametrize("level", ["-O0", "-O2"])
@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_every_version_of_clang(
    mover: Path, tmp_path: Path, version: int, level: str, linker: str
) -> None:
    require_tool(f"ld.{linker}")
    flags = [f"-gdwarf-{version}", level, "-ffunction-sections", f"-fuse-ld={linker}"]
    found = sections(moved(mover, tmp_path, "sample.c", *flags, compiler="clang"))
    assert {".debug_info", ".debug_line"} <= found
