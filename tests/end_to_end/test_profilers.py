"""Profilers and tracers see what happens in spaces, and find nothing wrong with Isolde."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import compile_library, compile_object, libisolde, require_tool

SOURCES = Path(__file__).with_name("profilers")
_OPEN = ["-O1", "-fno-omit-frame-pointer", "-fno-inline", "-fno-builtin"]
_TIMEOUT_S = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("profilers")
    compile_library(folder / "libwork.so", [SOURCES / "work.c"], _OPEN)
    for program in ("engine", "threads"):
        compile_object(folder / program, [SOURCES / f"{program}.c"], ["-pthread"])
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the folder, under the tool that it names first, if it is installed."""
    return subprocess.run(
        [require_tool(command[0]), *command[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


def isolde_run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "isolde.cli", "run", *command)


def test_perf_knows_files_and_functions(folder: Path) -> None:
    event = ("-e", "cpu-clock", "-o", "perf.data")
    if run(folder, "perf", "record", *event, "true").returncode != 0:
        pytest.skip("this machine does not let us use perf events")
    isolde = (sys.executable, "-m", "isolde.cli", "run", "./engine")
    run(folder, "perf", "record", *event, "-g", *isolde)
    options = ("--stdio", "--no-children", "-g", "none", "--comm", "engine")
    report = run(folder, "perf", "report", "-i", "perf.data", *options).stdout
    first = next(line for line in report.splitlines() if line and not line.startswith("#"))
    assert re.search(r"libwork\.so +\[\.\] mix$", first.rstrip())


@pytest.mark.parametrize("program", ["engine", "threads"])
def test_memcheck_has_nothing_to_report(folder: Path, program: str) -> None:
    require_tool("valgrind")
    options = ("--quiet", "--leak-check=full", "--error-exitcode=99")
    done = isolde_run(folder, "valgrind", *options, f"./{program}")
    assert (done.returncode, done.stderr) == (0, "")


def test_strace_shows_each_file_that_is_opened(folder: Path) -> None:
    require_tool("strace")
    isolde_run(folder, "strace", "-f", "-e", "trace=openat", "-o", "trace", "./engine")
    opened = [line for line in (folder / "trace").read_text().splitlines() if "libwork.so" in line]
    assert len(opened) == 3


def heaptrack(folder: Path, program: str) -> str:
    """What heaptrack has recorded of the program under libisolde-preload.so."""
    preload = libisolde().with_name("libisolde-preload.so")
    require_tool("heaptrack")
    run(folder, "env", f"LD_PRELOAD={preload}", "heaptrack", "-o", program, f"./{program}")
    (recorded,) = folder.glob(f"{program}.[gz]*")
    return run(folder, "heaptrack_print", str(recorded)).stdout


def test_heaptrack_counts_and_names_what_spaces_allocate(folder: Path) -> None:
    report = heaptrack(folder, "engine")
    calls = report.partition("MOST CALLS TO ALLOCATION FUNCTIONS")[2].partition("MOST TEMP")[0]
    assert "/libwork.so" in calls
    assert re.search(r"^allocate$", calls, re.MULTILINE)
    counted = re.findall(r"^(\d+) calls to allocation functions", calls, re.MULTILINE)
    assert sum(int(count) for count in counted) >= 3000


def test_heaptrack_and_opens_in_threads_do_not_wait_for_each_other(folder: Path) -> None:
    assert "MOST CALLS" in heaptrack(folder, "threads")
