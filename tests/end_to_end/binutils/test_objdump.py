"""`isolde objdump` prints what GNU objdump 2.40 prints, but for the words of instructions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import require_tool

ISOLDE = [sys.executable, "-m", "isolde.cli", "objdump"]
_SELF = str(Path(sys.executable).resolve())
_BYTES = re.compile(r" *[0-9a-f]+:$")
_LABEL = re.compile(r"[0-9a-f]+ <[^>]*>$")
_ARRAY = """
static const int table[] = {1, 2, 3, 0x11223344};
int look(int i) { return table[i & 3]; }
__asm__(".text\\n.type words, %object\\nwords:");
__asm__(".quad 1, 2, 0, 0, 0, 0, 0x64636261\\n.size words, 56");
__asm__(".globl half\\nhalf: .byte 0x62, 0xf5, 0x7c, 0x48, 0x58, 0xc1\\n ret");
__asm__("prefix: .byte 0x48, 0x66, 0x90, 0xd6, 0x06, 0\\n");
"""


def run(tool: list[str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*tool, *words],
        capture_output=True,
        timeout=120,
        check=False,
        encoding="latin-1",
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC", "PYTHONUTF8": "1"},
    )


def gnu_objdump() -> list[str]:
    """GNU objdump, in the release that ours is a likeness of."""
    found = run([require_tool("objdump")], "--version").stdout.split("\n", 1)[0]
    if not found.endswith(" 2.40"):
        pytest.skip(f"the text changes from release to release, and this is {found}")
    return ["objdump"]


@pytest.mark.parametrize("width", ["", "-w"])
@pytest.mark.parametrize(
    "display",
    ["-f", "-h", "-p", "-t", "-r", "-s", "-x", "-a", "-s -j.comment", "-hj.text"],
)
def test_the_text_is_objdumps(objects: list[Path], display: str, width: str) -> None:
    options = [*display.split(), *filter(None, [width])]
    # Of several files, GNU's indents the heading of -r in all as in the first.
    together = (
        [[str(path)] for path in objects] if {"r", "x"} & {*display} else [[*map(str, objects)]]
    )
    for paths in together:
        ours, theirs = run(ISOLDE, *options, *paths), run(gnu_objdump(), *options, *paths)
        assert ours.stdout == theirs.stdout, paths


@pytest.mark.parametrize("display", ["-T", "-R", "-TR", "-TRw"])
def test_the_dynamic_linkers_tables_are_objdumps(objects: list[Path], display: str) -> None:
    names = ("both_hashes.so", "old_hash.so", "stripped.so", "pie", "fixed", "relr")
    paths = [str(path) for path in objects if path.name in names]
    assert run(ISOLDE, display, *paths).stdout == run(gnu_objdump(), display, *paths).stdout


@pytest.mark.parametrize(
    "limits",
    [["--start-address=0x10"], ["--stop-address=0x18"], ["--start-address=3", "--stop-address=33"]],
)
@pytest.mark.parametrize("display", ["-s", "-r"])
def test_addresses_limit_what_is_shown(
    objects: list[Path], display: str, limits: list[str]
) -> None:
    for path in objects:
        words = [display, *limits, str(path)]
        assert run(ISOLDE, *words).stdout == run(gnu_objdump(), *words).stdout, path


def code_of(text: str, *, raw: bool = True) -> list[str]:
    """TEXT without the words of instructions, but with the addresses that they refer to.

    RAW: it has the bytes of instructions.
    """
    lines = []
    for line in text.split("\n"):
        columns = line.split("\t", 2)
        if len(columns) > 1 and _BYTES.match(columns[0]) and (len(columns) == 3 or not raw):
            label = _LABEL.search(columns[-1])
            columns[2 if raw else 1 :] = [label.group() if label else ""]
        lines.append("\t".join(columns).rstrip())
    return lines


@pytest.fixture(scope="session")
def odd_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code with data, zeros, what capstone does not know, and no instruction at all in it."""
    folder = tmp_path_factory.mktemp("odd")
    command = [require_tool("gcc"), "-x", "c", "-", "-c", "-O1", "-o", "odd.o"]
    subprocess.run(command, input=_ARRAY, text=True, cwd=folder, check=True)
    return folder / "odd.o"


@pytest.mark.parametrize(
    "words",
    [
        ["-d"],
        ["-dw"],
        ["-dr"],
        ["-d", "-j", ".text"],
        ["-d", "-Mintel"],
        ["-d", "--start-address=0x1100", "--stop-address=0x1180"],
        ["-d", "--no-show-raw-insn"],
    ],
)
def test_code_has_objdumps_addresses_bytes_and_labels(
    objects: list[Path], odd_code: Path, words: list[str]
) -> None:
    pytest.importorskip("capstone")
    for path in (*objects, odd_code):
        ours, theirs = run(ISOLDE, *words, str(path)), run(gnu_objdump(), *words, str(path))
        raw = "--no-show-raw-insn" not in words
        assert code_of(ours.stdout, raw=raw) == code_of(theirs.stdout, raw=raw), path


def test_data_between_code_is_shown_as_objdump_does(odd_code: Path) -> None:
    pytest.importorskip("capstone")
    text = run(ISOLDE, "-d", str(odd_code)).stdout
    block = text.split("<words>:\n", 1)[1].split("\n\n", 1)[0]
    assert block in run(gnu_objdump(), "-d", str(odd_code)).stdout
    assert "\t...\n" in block
    assert block.endswith("abcd....")


def test_entries_of_the_linkage_table_are_named(objects: list[Path]) -> None:
    pytest.importorskip("capstone")
    library = next(path for path in objects if path.name == "both_hashes.so")
    text = run(ISOLDE, "-d", "-j", ".plt", str(library)).stdout
    assert "<printf@plt>:" in text


def _numbers(text: str) -> list[str]:
    """The lines of a disassembly without the words of instructions."""
    return ["\t".join(line.split("\t")[:2]).rstrip() for line in text.splitlines()]


@pytest.mark.parametrize("symbol", ["one", "helper", "also_two"])
def test_the_code_of_one_symbol_is_where_objdump_has_it(tmp_path: Path, symbol: str) -> None:
    pytest.importorskip("capstone")
    source, made = tmp_path / "parts.c", tmp_path / "parts.so"
    source.write_text(
        "int puts(const char *);\nstatic int helper(int x) { return x; }\n"
        'int one(int x) { puts(""); return helper(x) + 1; }\n'
        'int two(void) { return 2; }\nint also_two(void) __attribute__((alias("two")));\n'
        "int three(void) { return 3; }\n"
    )
    subprocess.run([require_tool("gcc"), "-shared", "-fPIC", source, "-o", made], check=True)
    words = (f"--disassemble={symbol}", str(made))
    ours, theirs = run(ISOLDE, *words), run(gnu_objdump(), *words)
    assert _numbers(ours.stdout) == _numbers(theirs.stdout)
    assert ours.stdout.count(">:") == 1
    assert (ours.returncode, ours.stderr) == (0, "")


def test_a_symbol_that_no_code_has_is_told() -> None:
    pytest.importorskip("capstone")
    done = run(ISOLDE, "--disassemble=nowhere", _SELF)
    told = f"isolde: {_SELF}: no code has the symbol nowhere (--disassemble)\n"
    assert (done.returncode, done.stderr) == (1, told)
