"""One page's examples, run in order in a folder of their own."""

from __future__ import annotations

import functools
import json
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.unit.docs.blocks import Block, matches

_PROGRAM = Path(__file__).with_name("python_blocks.py")
_PORT = "8080"  # what pages say; here it is one that is free
_SECONDS = 60


class Page:
    """Runs the blocks of one page; leaving it stops what they have started.

    Args:
        folder: where the page starts; `cd` in a block holds for those after it.
    """

    def __init__(self, folder: Path):
        self._start = self._folder = folder
        self._port = _free_port()
        self._python: subprocess.Popen[str] | None = None
        self._servers: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Page:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._python is not None:
            self._python.communicate()
        for server in self._servers:
            server.terminate()
            said, _ = server.communicate(timeout=_SECONDS)
            assert error or server.returncode == 0, said

    def run(self, block: Block) -> None:
        """Do with BLOCK what its language and its author's note ask for."""
        if block.note == "not run":
            assert block.reason, "say why it is not run"
        elif block.file is not None:
            self._write(block, block.file)
        elif block.note == "in another terminal":
            self._serve(block)
        elif block.language == "sh":
            self._shell(block)
        elif block.language == "python":
            self._interpret(block)
        elif block.language == "json":
            json.loads(block.code)
        elif block.language == "c":
            self._check_c(f"#include <isolde.h>\n{block.code}")

    # -- files -----------------------------------------------------------------------------------

    def _write(self, block: Block, name: str) -> None:
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.code)

    def _check_c(self, code: str) -> None:
        options = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c", "-"]
        done = subprocess.run(
            ["gcc", *_cflags(), *options], input=code, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    # -- the shell -------------------------------------------------------------------------------

    def _bash(self, code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", code],
            cwd=self._folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    def _shell(self, block: Block) -> None:
        here = self._start / ".folder"
        done = self._bash(f"trap 'pwd > {here}' EXIT\n{self._local(block.code)}")
        self._folder = Path(here.read_text().strip())
        assert done.returncode == block.status, done.stdout
        self._compare(block, done.stdout)

    def _serve(self, block: Block) -> None:
        server = subprocess.Popen(
            ["bash", "-c", f"exec {self._local(block.code)}"],
            cwd=self._folder,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._servers.append(server)
        assert server.stdout is not None
        said: list[str] = []
        while not said or '"serving"' not in said[-1]:
            said.append(server.stdout.readline())
            assert said[-1], "".join(said)
        self._compare(block, "".join(said))

    # -- the interpreter -------------------------------------------------------------------------

    def _interpret(self, block: Block) -> None:
        answer = self._ask({"code": self._local(block.code), "folder": str(self._folder)})
        output = str(answer["output"])
        assert not answer["failed"], output
        for expected, got in answer["shown"]:
            assert matches(expected, got), f"{got}, not {expected}"
        self._compare(block, output)

    def _ask(self, request: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
        if self._python is None:
            self._python = subprocess.Popen(
                [sys.executable, str(_PROGRAM)],
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._python.stdin is not None
        assert self._python.stdout is not None
        self._python.stdin.write(json.dumps(request) + "\n")
        self._python.stdin.flush()
        reply = self._python.stdout.readline()
        assert reply, f"Python ended with status {self._python.wait()}"
        answer: dict[str, list[tuple[str, str]]] = json.loads(reply)
        return answer

    # -- what is printed -------------------------------------------------------------------------

    def _compare(self, block: Block, output: str) -> None:
        if block.expected is not None:
            expected = self._local(block.expected)
            assert matches(expected, output), f"it printed:\n{output}\nnot:\n{expected}"

    def _local(self, text: str) -> str:
        return text.replace(_PORT, self._port)


@functools.cache
def _cflags() -> list[str]:
    command = [sys.executable, "-m", "isolde.cli", "config", "--cflags"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return shlex.split(done.stdout)


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _environment() -> dict[str, str]:
    """Like a reader's in whose PATH the virtual environment comes first."""
    unwanted = ("DEBUGINFOD_URLS", "GLIBC_TUNABLES", "LD_LIBRARY_PATH", "LD_PRELOAD")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**kept, "PATH": path, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "COLUMNS": "100"}
