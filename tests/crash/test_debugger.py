"""What a real gdb sees of the first seed's program: every image, frame, line and variable.

Both ways of showing images are tried: the list of namespaces, and the interface for compilers,
which is all that gdb before 13 understands.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.crash.debuggers import (
    HERE,
    gdb,
    gdb_attached,
    line_of,
    waiting,
    with_separate_debug_file,
)
from tests.toolchain import compile_library, compile_object, link_with_libisolde

CRASHING_LINE = line_of("*where = greetings;")
CRASHED = rf"#0 .*say_hello \(where=0x0\) at \S*hello\.c:{CRASHING_LINE}\n"

pytestmark = pytest.mark.skipif(shutil.which("gdb") is None, reason="gdb is not installed")
both_ways = pytest.mark.parametrize("way", ["gdb", "jit"])


def make_program(folder: Path, *flags: str) -> Path:
    compile_library(folder / "libhello.so", [HERE / "hello.c"], ["-Wl,--build-id", *flags])
    return compile_object(folder / "host", [HERE / "hello_host.c"], link_with_libisolde())


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_program(tmp_path_factory.mktemp("hello"), "-O0")


@both_ways
def test_backtrace_of_a_crash_has_names_and_lines(program: Path, way: str) -> None:
    output = gdb(program, "run", "backtrace", way=way)
    assert "SIGSEGV" in output
    assert re.search(CRASHED, output)
    assert re.search(r"#1 .*main \(.*\) at \S*hello_host\.c:\d+\n", output)


@both_ways
def test_variables_are_those_of_the_crashing_space(program: Path, way: str) -> None:
    output = gdb(program, "run", "print greetings", "print where", way=way)
    assert "$1 = 4" in output
    assert "$2 = (int *) 0x0" in output


@both_ways
def test_thread_local_variables_are_printed(program: Path, way: str) -> None:
    assert "$1 = 14" in gdb(program, "run", "print thread_greetings", way=way)


@both_ways
def test_thread_local_variables_are_those_of_the_space(program: Path, way: str) -> None:
    line = line_of('printf("Hello %d from shared library!\\n", greetings);')
    printed = ["print thread_greetings", "continue"] * 3
    output = gdb(program, f"break hello.c:{line}", "run", *printed, way=way)
    assert re.findall(r"^\$\d = (\d+)", output, re.MULTILINE) == ["11", "11", "12"]


@both_ways
def test_a_pending_breakpoint_stops_in_each_space(program: Path, way: str) -> None:
    output = gdb(program, "break say_hello", "run", "continue", "info breakpoints", way=way)
    assert len(re.findall(r"^(?:Thread .* hit )?Breakpoint 1[.,].*say_hello", output, re.M)) == 2
    assert re.search(r"^1\.2 .*say_hello", output, re.MULTILINE)


@both_ways
def test_breakpoints_of_a_closed_space_are_gone(program: Path, way: str) -> None:
    commands = ("break say_hello", "run", "continue 4", "info breakpoints", "continue")
    output = gdb(program, *commands, arguments=("close",), way=way)
    assert re.search(r"Breakpoint 1(?:\.1)?, say_hello \(where=0x0\)", output)
    assert len(re.findall(r"^1.* in say_hello at ", output, re.MULTILINE)) == 1
    assert "Cannot" not in output


@both_ways
def test_a_core_file_tells_the_same(program: Path, tmp_path: Path, way: str) -> None:
    gdb(program, "run", f"generate-core-file {tmp_path}/core", way=way)
    output = gdb(program, f"core-file {tmp_path}/core", "backtrace", "print thread_greetings")
    assert re.search(CRASHED, output)
    assert "$1 = 14" in output


@both_ways
def test_a_debugger_that_comes_later_sees_every_space(program: Path, way: str) -> None:
    with waiting(program, way) as process:
        seen = gdb_attached(process, "break say_hello")
    assert re.search(r"^Breakpoint 1 at .*say_hello\. \(2 locations\)$", seen, re.MULTILINE)


def test_every_image_of_every_space_is_listed(program: Path) -> None:
    output = gdb(program, "run", "info sharedlibrary")
    assert len(re.findall(r"^0x.*Yes.*/libhello\.so$", output, re.MULTILINE)) == 2


def test_a_closed_space_is_listed_no_more(program: Path) -> None:
    commands = ("break stop_here", "run", "info sharedlibrary")
    output = gdb(program, *commands, arguments=("close",))
    assert len(re.findall(r"^0x.*Yes.*/libhello\.so$", output, re.MULTILINE)) == 1


def test_nothing_is_shown_where_nothing_is_wanted(program: Path) -> None:
    output = gdb(program, "run", "backtrace", "info sharedlibrary", way="none")
    assert re.search(r"#0 +0x\w+ in \?\? \(\)", output)
    assert "libhello.so" not in output


@pytest.mark.parametrize("packed", [[], ["--compress-debug-sections=zlib"]], ids=["", "packed"])
@both_ways
def test_a_separate_debug_file_is_found(tmp_path: Path, packed: list[str], way: str) -> None:
    program = make_program(tmp_path, "-O2")
    with_separate_debug_file(tmp_path / "libhello.so", *packed)
    output = gdb(program, "run", "backtrace", "print thread_greetings", way=way)
    assert re.search(CRASHED, output)
    assert "$1 = 14" in output


@pytest.mark.parametrize("packing", ["none", "zlib"])
def test_packed_debugging_information_is_unpacked(tmp_path: Path, packing: str) -> None:
    program = make_program(tmp_path, f"-gz={packing}")
    assert re.search(CRASHED, gdb(program, "run", "backtrace", way="jit"))


@both_ways
def test_an_optimised_library_without_debugging_information_has_names(
    tmp_path: Path, way: str
) -> None:
    program = make_program(tmp_path, "-O2", "-fomit-frame-pointer", "-s")
    output = gdb(program, "run", "backtrace", way=way)
    assert re.search(r"#0 .* in say_hello \(\)", output)
    assert re.search(r"#1 .* in main ", output)


def test_what_cannot_be_told_of_thread_local_variables_is_not_guessed(tmp_path: Path) -> None:
    """More than static TLS has room for: the interface has no way to tell where it is."""
    program = make_program(tmp_path, "-O0", "-DMANY=1000000")
    output = gdb(program, "run", "backtrace", "print thread_greetings", way="jit")
    assert re.search(CRASHED.replace(str(CRASHING_LINE), r"\d+"), output)
    assert "Unhandled" in output
    assert "$1" not in output


def test_a_wrong_way_is_said_in_one_line(program: Path) -> None:
    done = subprocess.run(
        [program],
        cwd=program.parent,
        env={"ISOLDE_DEBUGGER": "lldb"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == "isolde: ISOLDE_DEBUGGER is 'lldb', not gdb, jit or none: gdb is meant\n"
