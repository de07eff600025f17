"""The function objects that libraries handed out, and how they stop working.

Function objects outlive the code they point to: somebody may call one after its space is
closed.  So every one is remembered, weakly, and *retired* before its image goes: the code
pointer is set to a libc function that does nothing, and `errcheck`, which ctypes calls after
each call, to one that raises ClosedError.  A NULL code pointer would not do: ctypes jumps to it.
Retiring comes first and can be undone, because only the core knows whether a call is running,
and then it refuses to close.
"""

from __future__ import annotations

import _ctypes
import ctypes
import gc
from weakref import WeakValueDictionary

from isolde import _core
from isolde.errors import ClosedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ctypes import CFuncPtr as Function
    from collections.abc import Iterable, Iterator
    from typing import Any, NoReturn

    from isolde.library import Library


class Holding:
    """One image as Python holds it: how many open Library objects, and which functions."""

    def __init__(self, opens: int = 0) -> None:
        self.opens = opens
        # By id: ctypes' function objects cannot be hashed.
        self._functions: WeakValueDictionary[int, Function] = WeakValueDictionary()
        self._prototyped: WeakValueDictionary[int, Library] = WeakValueDictionary()

    def add(self, function: Function) -> None:
        """Remember a function object that a Library made."""
        self._functions[id(function)] = function

    def add_prototyped(self, library: Library) -> None:
        """Remember that ctypes may have made function objects from LIBRARY by itself."""
        self._prototyped[id(library)] = library

    def update(self, other: Holding) -> None:
        """Take over what OTHER remembers."""
        self.opens += other.opens
        self._functions.update(other._functions)
        self._prototyped.update(other._prototyped)

    def __iter__(self) -> Iterator[Function]:
        found = {id(function): function for function in self._functions.values()}
        for library in list(self._prototyped.values()):
            found.update((id(function), function) for function in _functions_keeping(library))
        return iter(found.values())


class Retirement:
    """Function objects put out of service; `undo` puts them back as they were."""

    def __init__(self, functions: Iterable[Function], reason: str) -> None:
        self._before = [_retire(function, reason) for function in functions]

    def undo(self) -> None:
        """Closing was refused: every function works as before."""
        for function, address, restype, errcheck in self._before:
            _code_pointer(function).value = address
            function.restype = restype
            if errcheck is None:
                del function.errcheck
            else:
                function.errcheck = errcheck


def _retire(function: Function, reason: str) -> tuple[Function, int | None, Any, Any]:
    def refuse(result: object, function: Function, arguments: object) -> NoReturn:
        raise ClosedError(f"cannot call {getattr(function, '__name__', 'a function')}: {reason}")

    pointer = _code_pointer(function)
    before = function, pointer.value, function.restype, function.errcheck
    # In this order another thread's call meets the real function or the refusal, never silence.
    function.errcheck = refuse
    function.restype = None
    pointer.value = _core.HARMLESS
    return before


def _code_pointer(function: Function) -> ctypes.c_void_p:
    return ctypes.c_void_p.from_address(ctypes.addressof(function))


def _functions_keeping(library: Library) -> list[Function]:
    """The function objects that ctypes made by itself: they refer to LIBRARY to keep it alive."""
    keepers = [found for found in gc.get_referrers(library) if type(found) is dict]
    referrers = gc.get_referrers(library, *keepers)
    return [found for found in referrers if isinstance(found, _ctypes.CFuncPtr)]
