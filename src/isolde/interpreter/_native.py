"""libisolde-interpreter.so (core/interpreter/guest.h), and nothing else: the file that knows it.

Its functions take and return Python objects of the host, so they are called with the GIL held and
release it themselves (`ctypes.PyDLL`).  Only interrupting is called without it.
"""

# ruff: noqa: PTH118, PTH120
from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_char_p, c_int, c_long, c_ssize_t, c_ulong, c_void_p, py_object
from functools import cache

from isolde import _core
from isolde.errors import IsoldeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

CLOSED, FAILED, INTERRUPTED, OF_PARENT = 1, 2, 3, 4

# name: result, arguments
_PROTOTYPES: dict[str, tuple[object, ...]] = {
    "isolde_guest_host": (c_char_p, c_void_p),
    "isolde_guest_new": (c_void_p, c_void_p),
    "isolde_guest_start": (
        c_char_p,
        c_void_p,
        c_void_p,
        c_ssize_t,
        POINTER(c_char_p),
        c_char_p,
        py_object,
        py_object,
    ),
    "isolde_guest_call": (py_object, c_void_p, py_object, c_ulong),
    "isolde_guest_last": (py_object, c_void_p, py_object),
    "isolde_guest_close": (c_long, c_void_p),
    "isolde_guest_pinned": (c_ulong, c_void_p),
    "isolde_guest_finish": (c_int, c_void_p),
    "isolde_guest_release": (None, c_void_p),
    "isolde_guest_free": (None, c_void_p),
}


@cache
def library() -> ctypes.PyDLL:
    """The library, ready for this host; IsoldeError where this host cannot be one."""
    path = os.path.join(os.path.dirname(_core.library_path()), "libisolde-interpreter.so")
    opened = ctypes.PyDLL(path)
    for name, (restype, *argtypes) in _PROTOTYPES.items():
        function = getattr(opened, name)
        function.restype, function.argtypes = restype, argtypes
    fault: bytes | None = opened.isolde_guest_host(ctypes.pythonapi._handle)
    if fault:
        raise IsoldeError(f"this Python cannot have private interpreters: {fault.decode()}")
    return opened


@cache
def _interrupting() -> Any:
    function = ctypes.CDLL(library()._name)["isolde_guest_interrupt"]
    function.restype, function.argtypes = c_int, (c_void_p, c_ulong)
    return function


def new(space: int) -> int:
    """A guest that shall live in SPACE."""
    guest: int | None = library().isolde_guest_new(space)
    if not guest:
        raise MemoryError
    return guest


def start(
    guest: int,
    handle: int,
    argv: Sequence[bytes],
    source: bytes,
    answer: Callable[[Any], bytes],
    unpinned: Callable[[], None],
) -> str | None:
    """Starts it; None, or why it did not."""
    arguments = (c_char_p * len(argv))(*argv)
    fault: bytes | None = library().isolde_guest_start(
        guest, handle, len(argv), arguments, source, answer, unpinned
    )
    return None if fault is None else fault.decode(errors="replace")


def close(guest: int) -> int:
    """Closes it for calls: 0; -1 if it is closed; else how many calls hinder it."""
    calls: int = library().isolde_guest_close(guest)
    return calls


def pinned(guest: int) -> int:
    """How many pieces of its memory the host uses."""
    count: int = library().isolde_guest_pinned(guest)
    return count


def finish(guest: int) -> None:
    """Ends its Python."""
    library().isolde_guest_finish(guest)


def release(guest: int) -> None:
    """Gives back its memory; its space is closed."""
    library().isolde_guest_release(guest)


def free(guest: int) -> None:
    """The number may mean another guest from now on."""
    library().isolde_guest_free(guest)


def interrupt(guest: int, call: int) -> int:
    """KeyboardInterrupt in the call with this number; whether it runs."""
    count: int = _interrupting()(guest, call)
    return count
