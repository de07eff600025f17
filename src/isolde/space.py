"""A space: the shared libraries of one module, apart from everybody else's.

A space lives until it is closed, whether or not anyone still holds the object: code that runs
in it knows nothing of Python's references, so a garbage collector must never unmap it.  What is
still open when the process exits, the core closes then.

Threads may use a space freely.  `_bookkeeping` guards only the counting of references, never a
call into the core: loading runs constructors, closing runs destructors, and both may call back
into Python from any thread.
"""

from __future__ import annotations

import ctypes
import sys
from _thread import RLock, allocate_lock
from os import register_at_fork

from isolde import _arguments, _core
from isolde._functions import Holding, Retirement
from isolde.errors import BusyError, ClosedError
from isolde.library import Library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Any, NoReturn

    from isolde.image import Image

SHARED = _core.default_shared()

_registry: dict[int, Space] = {}
_bookkeeping = RLock()


def _new_bookkeeping() -> None:
    global _bookkeeping
    _bookkeeping = RLock()


# Another thread of the parent may have held it; in the child there is nobody to release it.
register_at_fork(after_in_child=_new_bookkeeping)


class Space:
    """An isolated set of shared libraries.

    Symbols resolve inside the space first, then in the libraries it shares with the host.  No
    other space's symbols, and no library the host has loaded, take part.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        search_path: Iterable[_arguments.File] = (),
        shared: Iterable[str] = SHARED,
        host: bool = False,
        lazy: bool = False,
    ) -> None:
        """Make an empty space.

        name: for messages and listings; "space-N" when None.  It need not be unique.
        search_path: folders searched before all others.
        shared: globs of the sonames taken from the host process, on top of `SHARED`; after a
            "!" those of which the space has copies of its own.  The last that matches counts.
        host: what the space and the shared libraries lack may come from whatever else the host
            has loaded.
        lazy: bind functions at their first call, unless a load says otherwise.
        """
        pointer = _core.space_new(
            _arguments.space_name(name),
            _arguments.folders(search_path),
            None if shared is SHARED else _arguments.policy(shared),
            bool(host),
            bool(lazy),
        )
        self._register(pointer)

    @classmethod
    def _adopt(cls, pointer: int) -> Space:
        """The object of a space that C code made."""
        space = cls.__new__(cls)
        space._register(pointer)
        return space

    def _register(self, pointer: int) -> None:
        self._pointer = pointer
        self._name = _core.space_name(pointer)
        self._id = _core.space_id(pointer)
        self._closing = allocate_lock()
        self._holdings: dict[int, Holding] = {}
        _registry[self._id] = self

    @property
    def name(self) -> str:
        """Its name, also after closing."""
        return self._name

    @property
    def id(self) -> int:
        """A number that no other space of this process has or will have."""
        return self._id

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return not self._pointer

    @property
    def images(self) -> list[Image]:
        """What is mapped now, in load order, with the shared libraries it uses."""
        images: list[Image] = self._asked(_core.images, self._live_pointer())
        return images

    def link(self, provider: Space, *sonames: str) -> None:
        """Take the libraries that SONAMES (globs) match from another space, from now on.

        Whatever needs one of them here, or loads it by name, gets the image of PROVIDER, which
        loads it by its own rules if it has not yet, and keeps it as long as this space uses it,
        closed or not.  The latest link that matches counts.
        Raises ValueError for a library that all spaces take from the host, and for no soname.
        """
        if not isinstance(provider, Space):
            raise TypeError(f"a space is linked to a Space, not {type(provider).__name__}")
        globs = _arguments.sonames(sonames, "sonames")
        pointer, other = self._live_pointer(), provider._live_pointer()
        try:
            _core.space_link(pointer, other, globs)
        except ValueError:
            self._check_alive()
            provider._check_alive()
            raise

    def load(
        self,
        file: _arguments.File,
        mode: int = ctypes.RTLD_LOCAL,
        *,
        use_errno: bool = False,
    ) -> Library:
        """Load FILE, a soname or a path, and what it needs.

        mode: RTLD_* flags as for dlopen(3); RTLD_GLOBAL means global within this space.
        use_errno: as for `ctypes.CDLL`.
        Raises LoadError, and then the space is as it was before.
        """
        encoded, mode = _arguments.file_name(file), _arguments.load_mode(mode)
        sys.audit("ctypes.dlopen", file)
        pointer = self._live_pointer()
        handle = self._asked(_core.dlopen, pointer, encoded, mode)
        with _bookkeeping:
            self._holdings.setdefault(handle, Holding()).opens += 1
        return Library(self, handle, use_errno=use_errno)

    def run(
        self,
        file: _arguments.File,
        args: Iterable[_arguments.File] = (),
        *,
        env: Mapping[Any, Any] | None = None,
    ) -> int:
        """Run the program FILE inside this space, wait for its end, and return its exit status.

        file: a dynamically linked executable: a path, or a name that PATH holds.  It is argv[0].
        args: the further arguments.
        env: its whole environment; None: a copy of the process's.
        A negative status is the signal that would have ended a process: -6 after abort().
        LoadError, BusyError: it has not been run.
        """
        encoded = _arguments.program_name(file)
        argv = [encoded, *_arguments.program_arguments(args)]
        environment = _arguments.environment(env)
        sys.audit("isolde.run", file)
        status: int = self._asked(_core.run, self._live_pointer(), encoded, argv, environment)
        return status

    def symbol(self, name: str | bytes) -> int | None:
        """The address of a symbol that an image of this space defines, or None.

        The space's global scope comes first, then its images in load order; the shared libraries
        are not asked.
        """
        address = _core.space_symbol(self._live_pointer(), _arguments.symbol_name(name))
        if address is None:
            self._check_alive()
        return address

    def close(self) -> None:
        """Run the destructors of everything loaded here and unmap it.

        Every function that came from here raises ClosedError from now on.  Closing again does
        nothing.  BusyError: a call is running inside; nothing has changed.
        """
        if not self._closing.acquire(blocking=False):
            raise BusyError(f"space {self.name!r} is being closed already")
        try:
            if not self.closed:
                self._close()
        finally:
            self._closing.release()

    def _close(self) -> None:
        holdings = list(self._holdings.values())
        ungated = [function for held in holdings for function in held.prototyped_functions()]
        retirement = Retirement(ungated, self._closed_text())
        try:
            _core.space_close(self._pointer)
        except BusyError:
            retirement.undo()
            raise
        self._forget()

    def _forget(self) -> None:
        """The core has closed it."""
        self._pointer = 0
        _registry.pop(self._id, None)
        for held in list(self._holdings.values()):
            Retirement(held.functions(), self._closed_text())
            for gate in list(held.gates.values()):
                gate.shut()
        self._holdings.clear()

    def _closed_text(self) -> str:
        return f"space {self.name!r} is closed"

    def _live_pointer(self) -> int:
        if not self._pointer:
            raise ClosedError(self._closed_text())
        return self._pointer

    def _asked(self, question: Callable[..., Any], *arguments: object) -> Any:
        """QUESTION to the core; a space that closed meanwhile is the better reason to fail."""
        try:
            return question(*arguments)
        except ValueError:
            self._check_alive()
            raise

    def _check_alive(self) -> None:
        """Ask the core: another thread may be in the middle of closing."""
        if not _core.space_id(self._pointer):
            raise ClosedError(self._closed_text())

    # -- for Library -----------------------------------------------------------------------------

    def _holding(self, handle: int) -> Holding:
        with _bookkeeping:
            return self._holdings.setdefault(handle, Holding())

    def _give_back(self, handle: int, reason: str) -> None:
        """Close one reference; with the last one, the functions of its image retire for REASON."""
        given = self._take(handle)
        retirement = Retirement([*given.functions(), *given.prototyped_functions()], reason)
        for gate in given.gates.values():
            gate.shut()
        try:
            _core.dlclose(handle)
        except Exception:
            if not _core.space_id(self._pointer):  # closed meanwhile, and the image with it
                return
            self._take_back(handle, given)
            retirement.undo()
            raise

    def _take_back(self, handle: int, given: Holding) -> None:
        for gate in given.gates.values():
            gate.reopen()
        with _bookkeeping:
            self._holding(handle).update(given)

    def _take(self, handle: int) -> Holding:
        """One reference out of the books, with the functions if it is the last."""
        with _bookkeeping:
            held = self._holding(handle)
            if held.opens <= 1:
                return self._holdings.pop(handle)
            held.opens -= 1
            return Holding(opens=1)

    # --------------------------------------------------------------------------------------------

    def __enter__(self) -> Space:
        """Itself; ClosedError when it is closed."""
        self._live_pointer()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Its name, and how many images it has mapped itself."""
        if self.closed:
            return f"<Space {self.name!r} closed>"
        count = _core.mapped_count(self._pointer)
        return f"<Space {self.name!r} {count} image{'' if count == 1 else 's'}>"

    def __reduce__(self) -> NoReturn:
        """Refuse: a space lives in this process only."""
        raise TypeError(f"cannot pickle or copy {self!r}: it lives in this process only")


def spaces() -> list[Space]:
    """The live spaces, oldest first, those that C code made included."""
    live = {_core.space_id(pointer): pointer for pointer in _core.spaces()}
    for space in list(_registry.values()):
        if space.id not in live and not space._closing.locked():
            space._forget()  # C code closed it
    live.pop(0, None)  # closed by another thread while we asked
    return [_registry.get(number) or Space._adopt(live[number]) for number in sorted(live)]
