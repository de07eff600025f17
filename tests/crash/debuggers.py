"""Runs real debuggers in batch mode on the first seed's program."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.toolchain import require_tool

HERE = Path(__file__).resolve().parent
_SETTINGS = ("set debuginfod enabled off", "set breakpoint pending on", "set width 0")
_TIMEOUT_S = 120


def gdb(program: Path, *commands: str, arguments: tuple[str, ...] = (), way: str = "gdb") -> str:
    """Run the commands one after the other, whatever stops the program.

    Args:
        program: what is debugged, in its own folder.
        commands: gdb's.
        arguments: the program's.
        way: its ISOLDE_DEBUGGER.
    """
    return _gdb(commands, "--args", str(program), *arguments, folder=program.parent, way=way)


def gdb_attached(process: int, *commands: str) -> str:
    """Run the commands on a process that runs already."""
    return _gdb(commands, "-p", str(process), folder=HERE, way="gdb")


def _gdb(commands: Sequence[str], *target: str, folder: Path, way: str) -> str:
    options = [part for command in (*_SETTINGS, *commands) for part in ("-ex", command)]
    return _output(["gdb", "-nx", "-batch", *options, *target], folder, way)


def find_lldb() -> str:
    """Return lldb by the name it has here; raises MissingToolError.

    Distributions that package several versions may have no plain ``lldb``.
    """
    names = ("lldb", *(f"lldb-{version}" for version in range(30, 12, -1)))
    installed = [name for name in names if shutil.which(name)]
    return installed[0] if installed else require_tool("lldb")


def lldb(program: Path, *commands: str, crashed: Sequence[str] = ()) -> str:
    """Run the commands, and those of ``crashed`` once the program has crashed."""
    options = [part for command in commands for part in ("-o", command)]
    last = [part for command in crashed for part in ("-k", command)]
    command = [find_lldb(), "--no-lldbinit", "--batch", *options, *last, str(program)]
    return _output(command, program.parent, "jit")


def _output(command: Sequence[str], folder: Path, way: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "ISOLDE_DEBUGGER": way},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    return done.stdout + done.stderr


@contextmanager
def waiting(program: Path, way: str = "gdb") -> Iterator[int]:
    """The program with its libraries loaded, waiting; gives its process's number."""
    with subprocess.Popen(
        [str(program), "wait"],
        cwd=program.parent,
        env={**os.environ, "ISOLDE_DEBUGGER": way},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "waiting\n":
            pass
        yield process.pid
        process.kill()


def with_separate_debug_file(library: Path, *how: str) -> None:
    """Move the debugging information of ``library`` to a file beside it, as packages do."""
    separate = library.with_suffix(".debug")
    objcopy = require_tool("objcopy")
    folder = library.parent
    subprocess.run([objcopy, "--only-keep-debug", *how, library, separate], check=True)
    link = f"--add-gnu-debuglink={separate.name}"
    subprocess.run([objcopy, "--strip-all", link, library], check=True, cwd=folder)


def line_of(text: str) -> int:
    """Return the line of hello.c that reads ``text``."""
    lines = [line.strip() for line in (HERE / "hello.c").read_text().splitlines()]
    return 1 + lines.index(text)


def frames(output: str) -> list[str]:
    """Return the lines of gdb's backtraces."""
    return re.findall(r"^#\d.*$", output, re.MULTILINE)
