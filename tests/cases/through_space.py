"""Runs the main of a host program with Space and Library for its dlopen and dlsym.

    python through_space.py ./host-space.so [ARGUMENT ...]

The host is compiled as a shared object with -DTHROUGH_PYTHON (see loader.h) and opened by ctypes,
in the base namespace: it stands for the C code of an extension module.  What it opens comes
through the same Python calls that a user would write.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from typing import Any

import isolde

_libraries: dict[int, list[isolde.Library]] = {}
_spaces: dict[int, isolde.Space] = {}


def _make() -> int:
    space = isolde.Space()
    _spaces[space.id] = space
    return space.id


def _open(space: int, file: bytes | None, mode: int) -> int:
    if file is None:
        raise ValueError("Space.load has no NULL")
    library = _spaces[space].load(file, mode)
    handle: int = library._handle
    _libraries.setdefault(handle, []).append(library)
    return handle


def _find(handle: int, name: bytes) -> int:
    """The address itself, as for data: cast of a function object would be its gate's."""
    library, text = _libraries[handle][0], name.decode()
    library[text]  # in_dll's own refusal would take the message that dlerror is to tell
    return ctypes.addressof(ctypes.c_char.in_dll(library, text))


def _close(handle: int) -> int:
    _libraries[handle].pop().close()  # the last: while another is open, the first stays
    return 0


def _end(space: int) -> int:
    ending = _spaces.pop(space)
    for held in list(_libraries.values()):
        held[:] = [library for library in held if library.space is not ending]
    ending.close()
    return 0


def _told(call: Callable[..., Any], failed: int | None) -> Callable[..., Any]:
    """CALL for C: FAILED instead of an exception, whose text isolde_dlerror tells too."""

    def called(*arguments: Any) -> Any:
        try:
            return call(*arguments)
        except (isolde.IsoldeError, AttributeError, ValueError, LookupError):
            return failed

    return called


_POINTER, _TEXT, _INT = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int


class _Calls(ctypes.Structure):
    """struct python of loader.h."""

    _fields_ = (
        ("make", ctypes.CFUNCTYPE(_POINTER)),
        ("open", ctypes.CFUNCTYPE(_POINTER, _POINTER, _TEXT, _INT)),
        ("find", ctypes.CFUNCTYPE(_POINTER, _POINTER, _TEXT)),
        ("close", ctypes.CFUNCTYPE(_INT, _POINTER)),
        ("end", ctypes.CFUNCTYPE(_INT, _POINTER)),
    )


_FAILED: tuple[int | None, ...] = (None, None, None, -1, -1)
_CALLS: tuple[Callable[..., Any], ...] = (_make, _open, _find, _close, _end)


def main(arguments: list[str]) -> int:
    """Fill the host's table, call its main, and give what that returns."""
    host = ctypes.CDLL(arguments[0], mode=ctypes.RTLD_GLOBAL)  # as a program's symbols are
    table = _Calls.in_dll(host, "through_python")
    for (name, kind), call, failed in zip(_Calls._fields_, _CALLS, _FAILED, strict=True):
        setattr(table, name, kind(_told(call, failed)))
    argv = (ctypes.c_char_p * (len(arguments) + 1))(*map(os.fsencode, arguments), None)
    return int(host.main(len(arguments), argv))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
