"""The function objects that libraries handed out, and how they stop working.

Function objects outlive the code they point to: a thread may call one while another closes its
space, or long afterwards.  Three things keep that from being a crash:

- The object points to a *gate*, not to the function: an address of the core's own that leads to
  the function for as long as its space is open.  See core/gates.c.
- The core counts the calls that went through, and closes nothing while one is running.
- After closing, every object is *retired*: its code pointer is set to a libc function that does
  nothing, and its `errcheck`, which ctypes calls after each call, to one that raises
  ClosedError.  A NULL code pointer would not do: ctypes jumps to it.

Function objects that ctypes makes by itself, from a prototype applied to (name, library), point
to the function.  They are retired before the core is asked to close, and put back if it refuses.
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
    from collections.abc import Iterable
    from typing import Any, NoReturn

    from isolde.library import Library


class Gate:
    """An address to call a function by, safe to keep; see core/gates.c.

    Each function object holds its gate, and so does a call that is running: when the last of
    them is gone, nobody can call the address any more.
    """

    __slots__ = ("_free", "address", "target")

    def __init__(self, space: int, target: int) -> None:
        self.target = target
        self.address = _core.gate_new(space, target)
        self._free = _core.gate_free  # kept here: modules lose their names before gates go

    def shut(self) -> None:
        """Refuse calls from now on."""
        _core.gate_set(self.address, None)

    def reopen(self) -> None:
        """Lead to the function again."""
        _core.gate_set(self.address, self.target)

    def __del__(self) -> None:
        if hasattr(self, "_free"):
            self._free(self.address)


class Holding:
    """One image as Python holds it: how many open Library objects, and which functions."""

    def __init__(self, opens: int = 0) -> None:
        self.opens = opens
        self.gates: dict[int, Gate] = {}
        # By id: ctypes' function objects cannot be hashed.
        self._functions: WeakValueDictionary[int, Function] = WeakValueDictionary()
        self._prototyped: WeakValueDictionary[int, Library] = WeakValueDictionary()

    def gate(self, space: int, target: int) -> Gate:
        """The gate to TARGET: one for all its function objects, and for C code that has it."""
        return self.gates.get(target) or self.gates.setdefault(target, Gate(space, target))

    def add(self, function: Function) -> None:
        """Remember a function object that a Library made."""
        self._functions[id(function)] = function

    def add_prototyped(self, library: Library) -> None:
        """Remember that ctypes may have made function objects from LIBRARY by itself."""
        self._prototyped[id(library)] = library

    def update(self, other: Holding) -> None:
        """Take over what OTHER remembers."""
        self.opens += other.opens
        self.gates.update(other.gates)
        self._functions.update(other._functions)
        self._prototyped.update(other._prototyped)

    def functions(self) -> list[Function]:
        """Those made by a Library that somebody still has."""
        return list(self._functions.values())

    def prototyped_functions(self) -> list[Function]:
        """Those made by ctypes itself."""
        libraries = list(self._prototyped.values())
        return [function for library in libraries for function in _functions_keeping(library)]


def _functions_keeping(library: Library) -> list[Function]:
    """The function objects that ctypes made by itself: they refer to LIBRARY to keep it alive."""
    keepers = [found for found in gc.get_referrers(library) if type(found) is dict]
    referrers = gc.get_referrers(library, *keepers)
    return [found for found in referrers if isinstance(found, _ctypes.CFuncPtr)]


class Retirement:
    """Function objects put out of service; `undo` puts them back as they were."""

    def __init__(self, functions: Iterable[Function], reason: str) -> None:
        self._functions = [function for function in functions if _retire(function, reason)]

    def undo(self) -> None:
        """Closing was refused: every function works as before."""
        for function in self._functions:
            _reinstate(function)


class _Before:
    """What a retired function was, and why it is no more.

    It hangs on the function object and stays there, also after `undo`: a call that another
    thread has begun uses the old restype and errcheck without holding them.
    """

    def __init__(self, function: Function, reason: str) -> None:
        self.address = _code_pointer(function).value
        self.restype: Any = function.restype
        self.errcheck: Any = function.errcheck
        self.reason = reason


def _retire(function: Any, reason: str) -> bool:
    if function.errcheck is _refuse:
        return False
    before = function._before_retirement = _Before(function, reason)
    # In this order another thread's call meets the real function or the refusal, never silence.
    function.errcheck = _refuse
    if not hasattr(before.restype, "_check_retval_"):  # a call in progress may be inside it
        function.restype = None
    _code_pointer(function).value = _core.HARMLESS
    return True


def _reinstate(function: Any) -> None:
    before: _Before = function._before_retirement
    _code_pointer(function).value = before.address
    function.restype = before.restype
    if before.errcheck is None:
        del function.errcheck
    else:
        function.errcheck = before.errcheck


def _refuse(result: object, function: Any, arguments: object) -> NoReturn:
    # A call that met its gate shut and then this has an exception waiting (see _core): it is
    # raised on entry, in place of this one.
    name = getattr(function, "__name__", "a function")
    raise ClosedError(f"cannot call {name}: {function._before_retirement.reason}")


def _code_pointer(function: Function) -> ctypes.c_void_p:
    return ctypes.c_void_p.from_address(ctypes.addressof(function))
