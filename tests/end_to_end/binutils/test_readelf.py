"""`isolde readelf` prints what GNU readelf 2.40 prints, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import require_tool

ISOLDE = [sys.executable, "-m", "isolde.cli", "readelf"]

DISPLAYS = [
    *("-h", "-S", "-t", "-l", "-d", "-s", "-r", "-V", "-n", "-I", "-g", "-u", "-e", "-a"),
    *("-sC", "-rC", "--dyn-syms", "-sD", "-rD", "-hS", "-lS"),
    *(
        "-x.dynsym",
        "-x.text",
        "-x1",
        "-p.comment",
        "-p.dynstr",
        "-x.bss",
        "-x.text -p.strtab -x.data",
    ),
    *("-x.debug_str", "-p.debug_str", "-zp.debug_str", "-zx.debug_str"),
]


def run(tool: list[str], *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*tool, *words],
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "1"},
    )


def gnu_readelf() -> list[str]:
    """GNU readelf, in the release that ours is a likeness of."""
    found = run([require_tool("readelf")], "--version").stdout.decode().split("\n", 1)[0]
    if not found.endswith(" 2.40"):
        pytest.skip(f"the text changes from release to release, and this is {found}")
    return ["readelf"]


@pytest.mark.parametrize("width", ["", "-W"])
@pytest.mark.parametrize("display", DISPLAYS)
def test_the_text_is_readelfs(objects: list[Path], display: str, width: str) -> None:
    words = [*display.split(), *filter(None, [width]), *map(str, objects)]
    assert run(ISOLDE, *words).stdout.decode("latin-1") == run(gnu_readelf(), *words).stdout.decode(
        "latin-1"
    )


@pytest.mark.parametrize("width", ["", "-W"])
def test_one_file_has_no_title(objects: list[Path], width: str) -> None:
    words = ["-a", *filter(None, [width]), str(objects[0])]
    assert run(ISOLDE, *words).stdout == run(gnu_readelf(), *words).stdout


def test_long_names_of_sections_are_whole_among_the_headers_only(tmp_path: Path) -> None:
    source = f'.section .text.{"a" * 300},"ax"\nnop\n'
    command = [require_tool("gcc"), "-x", "assembler", "-", "-c", "-o", "long.o"]
    subprocess.run(command, input=source, text=True, cwd=tmp_path, check=True)
    for words in (["-SW"], ["-S"], ["-tW"], ["-sW"]):
        path = str(tmp_path / "long.o")
        assert run(ISOLDE, *words, path).stdout == run(gnu_readelf(), *words, path).stdout


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The core of a process."""
    folder = tmp_path_factory.mktemp("core")
    (folder / "main.c").write_text("int main(void) { return 0; }\n")
    subprocess.run([require_tool("gcc"), "-o", "main", "main.c"], cwd=folder, check=True)
    commands = ("start", "generate-core-file core", "kill")
    words = [word for command in commands for word in ("-ex", command)]
    gdb = [require_tool("gdb"), "-q", "-nx", "-batch", *words, "main"]
    subprocess.run(gdb, cwd=folder, capture_output=True, check=True, timeout=120)
    return folder / "core"


@pytest.mark.parametrize("display", ["-h", "-l", "-S", "-lW", "-s", "-d"])
def test_a_core_is_read_as_readelf_reads_it(core: Path, display: str) -> None:
    assert run(ISOLDE, display, str(core)).stdout == run(gnu_readelf(), display, str(core)).stdout


def test_the_mapped_files_of_a_core_are_listed_where_readelf_2_40_cannot(core: Path) -> None:
    theirs = run(gnu_readelf(), "-n", str(core)).stdout.split(b"\n")
    assert b"    Cannot decode 64-bit note in 32-bit build" in theirs
    ours = run(ISOLDE, "-n", str(core)).stdout.split(b"\n")
    listed = [line for line in ours if line.startswith(b"        /")]
    assert str(core.parent / "main").encode() in [line.strip() for line in listed]
    start = (b"    Page size", b"    0x", b"        ", b"    Cannot decode")
    assert [line for line in ours if not line.startswith(start)] == [
        line for line in theirs if not line.startswith(start)
    ]
