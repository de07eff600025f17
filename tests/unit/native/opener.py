"""Opens files in another process, where the loader's crash is a result."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import IO

from tests.toolchain import compile_object, link_with_libisolde

_OWN_FAULT = 77
FOLDER = Path(__file__).resolve().parent


class LoaderCrashError(AssertionError):
    """The process that opened the file ended; the text says how and on what."""


class Opener:
    """A process that opens one file after the other; made anew where a file's own code ended it.

    ``folder`` receives the program and the file being opened; ``way`` is its ISOLDE_DEBUGGER.
    """

    def __init__(self, folder: Path, way: str = "gdb") -> None:
        self._environment = {**os.environ, "ISOLDE_DEBUGGER": way}
        source = FOLDER / "opener.c"
        self._program = compile_object(folder / "opener", [source], link_with_libisolde())
        self._file = folder / "input.so"
        self._process: subprocess.Popen[str] | None = None

    def open(self, content: bytes) -> str:
        """Open a file of ``content``: "loaded", the error with its path spelt FILE, or "own fault".

        Raises:
            LoaderCrashError: the loader crashed, or took longer than twenty seconds.
        """
        self._file.write_bytes(content)
        to, answers = self._streams()
        to.write(f"{self._file}\n")
        to.flush()
        answer = answers.readline()
        if not answer:
            return self._end_of_process()
        return answer.rstrip("\n").replace(str(self._file), "FILE")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _streams(self) -> tuple[IO[str], IO[str]]:
        if self._process is None:
            self._process = subprocess.Popen(
                [self._program],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                errors="surrogateescape",
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def _end_of_process(self) -> str:
        assert self._process is not None
        self._process.communicate()
        status, self._process = self._process.returncode, None
        if status == _OWN_FAULT:
            return "own fault"
        raise LoaderCrashError(f"the opener ended with status {status} on {self._file}")
