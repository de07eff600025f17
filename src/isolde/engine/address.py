"""Where a library's function is, and that it is one."""

from __future__ import annotations

import ctypes
from pathlib import Path

from isolde.errors import IsoldeError
from isolde.library import Library


class NotAFunctionError(IsoldeError):
    """A symbol that is data: jumping there could only crash."""


def function_address(library: Library, name: str) -> int:
    """The address to call function NAME by.

    Raises:
        AttributeError: the library has no such symbol.
        NotAFunctionError: it is a variable.
    """
    library[name]  # a missing symbol is an AttributeError here, whatever ctypes makes of it below
    address = ctypes.addressof(ctypes.c_char.in_dll(library, name))
    if not _is_executable(address):
        raise NotAFunctionError(f"{name} is a variable, not a function")
    return ctypes.cast(library[name], ctypes.c_void_p).value or 0


def _is_executable(address: int) -> bool:
    """By what the kernel says of the page; proc(5), /proc/pid/maps."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        bounds, permissions, *_ = line.split(maxsplit=2)
        start, end = (int(bound, 16) for bound in bounds.split("-"))
        if start <= address < end:
            return "x" in permissions
    return False
