"""The other process of `_itanium`: C++ names in, readable names out, with bounded memory.

Run as a file by a bare Python, so it knows nothing of Isolde.  It first writes one byte: whether
the machine has a C++ runtime.  Then each request, names with NULs between them, gets one answer of
the same form, in which a name that means nothing is empty; a length of eight bytes precedes both.
"""

import ctypes
import resource
import struct
import sys
from collections.abc import Callable

_LENGTH = struct.Struct("<q")
_MEMORY = 512 << 20
_RUNTIMES = ("libstdc++.so.6", "libc++abi.so.1")


def main() -> None:
    """Answers until there are no more requests."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    read = _reader()
    answers.write(b"1" if read else b"0")
    answers.flush()
    while read and (head := requests.read(_LENGTH.size)):
        names = requests.read(*_LENGTH.unpack(head)).split(b"\0")
        answer = b"\0".join(map(read, names))
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _reader() -> Callable[[bytes], bytes] | None:
    for runtime in _RUNTIMES:
        try:
            return _reader_of(ctypes.PyDLL(runtime))
        except (OSError, AttributeError):
            continue
    return None


def _reader_of(runtime: ctypes.PyDLL) -> Callable[[bytes], bytes]:
    """What reads one name through RUNTIME.

    `__cxa_demangle` writes into a buffer of malloc's; where the text is longer it frees that one
    and makes another.  So one buffer serves all names, and the first name makes it.
    """
    call, string_at = runtime.__cxa_demangle, ctypes.string_at
    call.argtypes = (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    call.restype = ctypes.c_void_p
    size = ctypes.byref(ctypes.c_size_t(0))
    buffer: int | None = None

    def read(name: bytes) -> bytes:
        nonlocal buffer
        written: int | None = call(name, buffer, size, None)
        if written is None:
            return b""
        buffer = written
        return string_at(written)

    return read


if __name__ == "__main__":
    main()
