"""What a real gdb sees of the first seed's program: every image, frame, line and variable."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.toolchain import compile_library, compile_object, link_with_libisolde

HERE = Path(__file__).resolve().parent
CRASHING_LINE = 1 + (HERE / "hello.c").read_text().splitlines().index("    *where = greetings;")

pytestmark = pytest.mark.skipif(shutil.which("gdb") is None, reason="gdb is not installed")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hello")
    compile_library(folder / "libhello.so", [HERE / "hello.c"], ["-O0"])
    return compile_object(folder / "host", [HERE / "hello_host.c"], link_with_libisolde())


def gdb(program: Path, *commands: str, arguments: tuple[str, ...] = ()) -> str:
    """Run the commands in batch mode, one after the other whatever stops the program."""
    return _batch(commands, "--args", str(program), *arguments, folder=program.parent)


def gdb_attached(process: int, *commands: str) -> str:
    """Run the commands on a process that runs already."""
    return _batch(commands, "-p", str(process), folder=HERE)


def _batch(commands: Sequence[str], *target: str, folder: Path) -> str:
    settings = ("set debuginfod enabled off", "set breakpoint pending on", "set width 0")
    options = [part for command in (*settings, *commands) for part in ("-ex", command)]
    done = subprocess.run(
        ["gdb", "-nx", "-batch", *options, *target],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


def test_backtrace_of_a_crash_has_names_and_lines(program: Path) -> None:
    output = gdb(program, "run", "backtrace")
    assert "SIGSEGV" in output
    assert re.search(rf"#0 .*say_hello \(where=0x0\) at \S*hello\.c:{CRASHING_LINE}\n", output)
    assert re.search(r"#1 .*main \(.*\) at \S*hello_host\.c:\d+\n", output)


def test_variables_are_those_of_the_crashing_space(program: Path) -> None:
    output = gdb(program, "run", "print greetings", "print where")
    assert "$1 = 4" in output
    assert "$2 = (int *) 0x0" in output


def test_thread_local_variables_are_printed(program: Path) -> None:
    assert "$1 = 14" in gdb(program, "run", "print thread_greetings")


def test_every_image_of_every_space_is_listed(program: Path) -> None:
    output = gdb(program, "run", "info sharedlibrary")
    assert len(re.findall(r"^0x.*Yes.*/libhello\.so$", output, re.MULTILINE)) == 2


def test_a_closed_space_is_listed_no_more(program: Path) -> None:
    commands = ("break stop_here", "run", "info sharedlibrary")
    output = gdb(program, *commands, arguments=("close",))
    assert len(re.findall(r"^0x.*Yes.*/libhello\.so$", output, re.MULTILINE)) == 1


def test_a_pending_breakpoint_stops_in_each_space(program: Path) -> None:
    output = gdb(program, "break say_hello", "run", "continue", "info breakpoints")
    assert (
        len(re.findall(r"^Thread .* hit Breakpoint 1|^Breakpoint 1[.,].*say_hello", output, re.M))
        == 2
    )
    assert re.search(r"^1\.2 .*say_hello", output, re.MULTILINE)


def test_a_core_file_tells_the_same(program: Path, tmp_path: Path) -> None:
    gdb(program, "run", f"generate-core-file {tmp_path}/core")
    output = gdb(program, f"core-file {tmp_path}/core", "backtrace", "info sharedlibrary")
    assert re.search(rf"#0 .*say_hello \(where=0x0\) at \S*hello\.c:{CRASHING_LINE}\n", output)
    assert len(re.findall(r"^0x.*Yes.*/libhello\.so$", output, re.MULTILINE)) == 2


def test_a_debugger_that_comes_later_sees_every_space(program: Path) -> None:
    with subprocess.Popen(
        [str(program), "wait"], cwd=program.parent, stdout=subprocess.PIPE, text=True
    ) as late:
        assert late.stdout is not None
        while late.stdout.readline() != "waiting\n":
            pass
        seen = gdb_attached(late.pid, "info sharedlibrary")
        late.kill()
    assert len(re.findall(r"^0x.*Yes.*/libhello\.so$", seen, re.MULTILINE)) == 2
