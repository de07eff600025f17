"""A library loaded in a space, usable as any other ctypes library.

A Library hands out ctypes' own function objects, so a call runs the same C code as for any CDLL
and nothing of Isolde's stands in between.  Closing must still not pull the code away from under
a call: the core counts the calls that ctypes makes (`_core.HOST_COUNTS_CALLS`) and refuses to
close meanwhile.  Where a host's calls are out of its reach, the function objects count for
themselves, at the price of two more calls.  Calls that come during or after closing are refused,
see `_functions`.
"""

from __future__ import annotations

import ctypes
import os
import sys

from isolde import _arguments, _core
from isolde._functions import Retirement
from isolde.errors import ClosedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ctypes import CFuncPtr as Function
    from typing import Any, NoReturn

    from isolde.space import Space


class Library(ctypes.CDLL):
    """What `Space.load` returns: a `ctypes.CDLL` whose symbols live in one space.

    path: absolute path of the file; soname: its DT_SONAME, or the last part of the path;
    base: the address it is loaded at (add a symbol's st_value); space: where it lives.
    All four keep their values after closing.

    A C function that shares its name with an attribute is reached as `library["close"]`.
    `cast` of a function object gives the address of a gate, which C code may call as the
    function; the function's own address is `space.symbol`'s to tell.
    Data obtained with `in_dll` and addresses taken with `cast` must not be used after closing:
    nothing can know of them.
    """

    def __init__(self, space: Space, handle: int, *, use_errno: bool = False) -> None:
        """Not for direct use: see `Space.load`."""
        self.space = space
        identity = space._asked(_core.identity, space._live_pointer(), handle)
        self.path, self.soname, self.base = identity
        self._reference = [handle]  # empty once closed
        super().__init__(self.path, handle=handle, use_errno=use_errno)
        if not _core.host_bits & _core.HOST_COUNTS_CALLS:
            self._FuncPtr = _counting(self._FuncPtr, space)  # type: ignore[assignment]

    # ctypes reads `_handle` from C: for `in_dll`, and for prototypes applied to (name, library).
    @property
    def _handle(self) -> int:
        handle = self._live_handle()
        if not _core.host_bits & _core.HOST_KNOWS_HANDLES:
            raise NotImplementedError(
                f"this Python's ctypes cannot look into spaces by itself; for {self.soname} use "
                "library['name'] for functions, and from_address(space.symbol('name')) for data"
            )
        self.space._holding(handle).add_prototyped(self)
        return handle

    @_handle.setter
    def _handle(self, handle: int) -> None:
        pass  # CDLL.__init__ sets what `_reference` already holds

    def __getitem__(self, name: str | bytes) -> Any:
        """A new function object for the symbol; AttributeError when there is none."""
        symbol = _arguments.symbol_name(name)
        text = os.fsdecode(symbol)
        sys.audit("ctypes.dlsym", self, text)
        handle = self._live_handle()
        address = _core.dlsym(handle, symbol)
        if address is None:
            self._refuse_symbol(text)
        function = self._function(handle, address)
        function.__name__ = text
        return function

    def _function(self, handle: int, address: int) -> Any:
        held = self.space._holding(handle)
        if _core.host_bits & _core.HOST_COUNTS_CALLS:
            gate = self.space._asked(held.gate, self.space._live_pointer(), address)
            function: Any = self._FuncPtr(gate.address)
            function._gate = gate
        else:
            function = self._FuncPtr(address)
        held.add(function)
        if self.closed:  # since the address was looked up: nobody else will retire it
            Retirement([function], self._closed_text())
            self._live_handle()
        return function

    def close(self) -> None:
        """Give this reference back; the image is unmapped when nothing else holds it.

        The functions of an image stop working (ClosedError) when the last open Library for it
        closes, even if something else in the space keeps it mapped.  Closing again does nothing.
        BusyError: a call is running in it; nothing has changed.
        """
        if self.space.closed:
            return
        try:
            handle = self._reference.pop()  # atomic: of two threads, one closes
        except IndexError:
            return
        try:
            self.space._give_back(handle, self._closed_text())
        except BaseException:
            self._reference.append(handle)
            raise

    @property
    def closed(self) -> bool:
        """Whether it, or its space, has been closed."""
        return not self._reference or self.space.closed

    def _live_handle(self) -> int:
        self.space._live_pointer()
        try:
            return self._reference[0]
        except IndexError:
            raise ClosedError(self._closed_text()) from None

    def _closed_text(self) -> str:
        return f"{self.soname} in space {self.space.name!r} is closed"

    def _refuse_symbol(self, name: str) -> NoReturn:
        self._live_handle()  # closed in between is the better reason
        self.space._check_alive()
        raise AttributeError(
            f"{self.soname} in space {self.space.name!r} has no symbol {name!r}",
            name=name,
            obj=self,
        )

    def __repr__(self) -> str:
        """Its soname and its space."""
        closed = " closed" if self.closed else ""
        return f"<Library {self.soname} in space {self.space.name!r}{closed}>"

    def __reduce__(self) -> NoReturn:
        """Refuse: a library lives in this process only."""
        raise TypeError(f"cannot pickle or copy {self!r}: it lives in this process only")


def _counting(function_type: type[Function], space: Space) -> type[Function]:
    """FUNCTION_TYPE with calls counted here, for a host whose calls the core cannot see."""

    class CountingFunction(function_type):  # type: ignore[valid-type,misc]
        _flags_ = function_type._flags_
        _restype_ = function_type._restype_  # type: ignore[attr-defined]

        def __call__(self, *arguments: Any, **keywords: Any) -> Any:
            pointer = space._pointer
            if not pointer or not _core.call_enter(pointer):
                raise ClosedError(f"cannot call {self.__name__}: space {space.name!r} is closed")
            try:
                return super().__call__(*arguments, **keywords)
            finally:
                _core.call_leave(pointer)

    return CountingFunction
