"""C++ names, read by the machine's own C++ runtime, in a process of their own.

A name of a hundred letters can keep `__cxa_demangle` busy for hours or fill the memory with
gigabytes, through back references and otherwise (libstdc++ of gcc 12 needs minutes for some of 128
random letters), and nothing can stop it.  So names go to another process (`_runtime`), thousands
at once, which costs each a microsecond; a name that takes too long there, or more memory than it
may have, ends that process and stays as it is, and another process reads the rest.  After
`_FAILURES` such names all others stay, too: a file full of them is an attack.
"""

from __future__ import annotations

import os
import select
import struct
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

_AT_ONCE = 4096
_SECONDS, _FAILURES = 1.0, 3
_LENGTH = struct.Struct("<q")
_SCRIPT = Path(__file__).with_name("_runtime.py")


class _TooMuchError(Exception):
    """The other process has ended, or gave no answer in time."""


def demangle_all(names: Sequence[str]) -> list[str | None]:
    """The readable form of each of NAMES, which start with "_Z" or "_GLOBAL_", or None."""
    return list(_reader(os.getpid()).read(names))


def has_cxx_runtime() -> bool:
    """Whether C++ names can be read: the machine has libstdc++.so.6 or libc++abi.so.1."""
    return _reader(os.getpid()).works()


def prepare() -> None:
    """Starts the other process; it is ready by the time there are names."""
    _reader(os.getpid()).start()


@cache
def _reader(process: int) -> _Reader:
    """One for each PROCESS: after a fork, two would read each other's answers."""
    return _Reader()


class _Reader:
    """The other process, and how many names it could not read in time."""

    def __init__(self) -> None:
        self._process: _Process | None = None
        self._failures = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        with self._lock:
            self._started()

    def works(self) -> bool:
        with self._lock:
            try:
                return self._started().works
            except (OSError, _TooMuchError):
                return False

    def read(self, names: Sequence[str]) -> Iterator[str | None]:
        rest = iter(names)
        while some := list(islice(rest, _AT_ONCE)):
            with self._lock:
                yield from self._ask(some)

    def _ask(self, names: list[str]) -> list[str | None]:
        """All of NAMES at once, and one by one where that fails: then one of them is to blame."""
        if self._failures >= _FAILURES:
            return [None] * len(names)
        try:
            process = self._started()
            return process.ask(names) if process.works else [None] * len(names)
        except (OSError, _TooMuchError):
            self._end()
        if len(names) > 1:
            return [answer for name in names for answer in self._ask([name])]
        self._failures += 1
        return [None]

    def _started(self) -> _Process:
        if self._process is None:
            self._process = _Process()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


class _Process:
    """A bare Python that runs `_runtime`; it ends when this process does, with its input."""

    def __init__(self) -> None:
        theirs_in, self._requests = os.pipe()
        self._answers, theirs_out = os.pipe()
        line = [sys.executable, "-I", "-S", str(_SCRIPT)]
        ends = [(os.POSIX_SPAWN_DUP2, theirs_in, 0), (os.POSIX_SPAWN_DUP2, theirs_out, 1)]
        silent = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
        try:
            self._number = os.posix_spawn(line[0], line, os.environ, file_actions=[*ends, silent])
        except OSError:
            self._close()
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self._works: bool | None = None

    @property
    def works(self) -> bool:
        """Whether it found a C++ runtime."""
        if self._works is None:
            self._works = self._receive(1, time.monotonic() + 20 * _SECONDS) == b"1"
        return self._works

    def ask(self, names: Sequence[str]) -> list[str | None]:
        request = "\0".join(names).encode("utf-8", "surrogateescape")
        self._send(_LENGTH.pack(len(request)) + request)
        until = time.monotonic() + _SECONDS * (1 + len(names) / _AT_ONCE)
        (length,) = _LENGTH.unpack(self._receive(_LENGTH.size, until))
        answer = self._receive(length, until).decode("utf-8", "surrogateescape")
        return [text or None for text in answer.split("\0")]

    def end(self) -> None:
        import signal

        os.kill(self._number, signal.SIGKILL)
        os.waitpid(self._number, 0)
        self._close()

    def _close(self) -> None:
        os.close(self._requests)
        os.close(self._answers)

    def _send(self, request: bytes) -> None:
        view = memoryview(request)
        while view:
            view = view[os.write(self._requests, view) :]

    def _receive(self, size: int, until: float) -> bytes:
        received = bytearray()
        while len(received) < size:
            left = max(0.0, until - time.monotonic())
            part = b""
            if select.select([self._answers], [], [], left)[0]:
                part = os.read(self._answers, size - len(received))
            if not part:
                raise _TooMuchError
            received += part
        return bytes(received)
