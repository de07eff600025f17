"""The memory of another process, which goes on running while it is read.

`/proc/PID/mem` is read with pread(2): no ptrace stop, no signal.  So every number may be stale by
the time the next one is read, and none is believed: whoever follows a list bounds it, and what is
not mapped raises `UnreadableError`.  See proc_pid_mem(5).
"""

from __future__ import annotations

import os
import struct

_TEXT_LIMIT = 4096
_HIGHEST = 1 << 63  # pread's offset is signed; nothing of a process lies above


class UnreadableError(Exception):
    """The process has nothing at that address, or not any more."""


class Memory:
    """What a process has at its addresses.

    Args:
        descriptor: an open `/proc/PID/mem`; it stays the caller's.
        word: size of an address of the process's, in bytes: 4 or 8.
    """

    def __init__(self, descriptor: int, word: int) -> None:
        self._descriptor = descriptor
        self.word = word
        self._letter = "Q" if word == 8 else "I"

    def some(self, address: int, size: int) -> bytes:
        """Up to SIZE bytes: fewer where the mapping ends before.

        Raises:
            UnreadableError: not even the first byte can be read.
        """
        if not 0 < address < _HIGHEST:
            raise UnreadableError(f"{address:#x}")
        try:
            found = os.pread(self._descriptor, size, address)
        except OSError as error:
            raise UnreadableError(f"{address:#x}") from error
        if not found:
            raise UnreadableError(f"{address:#x}")
        return found

    def read(self, address: int, size: int) -> bytes:
        """Exactly SIZE bytes.

        Raises:
            UnreadableError: not all of them can be read.
        """
        found = self.some(address, size)
        if len(found) < size:
            raise UnreadableError(f"{address + len(found):#x}")
        return found

    def words(self, address: int, count: int) -> tuple[int, ...]:
        """COUNT unsigned integers of the size of an address; raises UnreadableError."""
        return struct.unpack(f"={count}{self._letter}", self.read(address, count * self.word))

    def numbers(self, address: int, count: int) -> tuple[int, ...]:
        """COUNT unsigned integers of four bytes; raises UnreadableError."""
        return struct.unpack(f"={count}I", self.read(address, count * 4))

    def text(self, address: int) -> str:
        """The string that ends with a zero byte, or after 4,096; raises UnreadableError."""
        found = b""
        while len(found) < _TEXT_LIMIT:
            piece = self.some(address + len(found), 256)
            found += piece
            if b"\0" in piece:
                break
        return os.fsdecode(found.split(b"\0", 1)[0])
