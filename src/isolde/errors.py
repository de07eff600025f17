"""What Isolde raises.

    IsoldeError
    ├── LoadError            (also OSError)       a file could not be loaded
    ├── BusyError            (also RuntimeError)  a call still runs inside what should be closed
    ├── ClosedError          (also ValueError)    the space or library has been closed
    ├── PythonNotFoundError  (also LookupError)   no such Python can be loaded into a space
    ├── RemoteError          (also RuntimeError)  what an interpreter raised, and cannot be had here
    ├── TransferError        (also TypeError)     an object cannot go to another interpreter
    └── ElfError             (also ValueError)    a file is no ELF file, or a malformed one

A symbol that a library lacks is an AttributeError, as with every ctypes library.  Arguments of
the wrong type are a TypeError, arguments of the right type with a wrong value a ValueError.
"""

from __future__ import annotations


class IsoldeError(Exception):
    """The base of every error that is Isolde's own."""


class LoadError(IsoldeError, OSError):
    """A file could not be loaded; its space is as it was before.

    `str()` is one line that names both sides.  The parts:

    file: what was being opened.
    needed_by: path of the image that asked for it; None when the program itself did.
    tried: every place looked in, as "PATH (REASON)", in that order.
    symbol, version: the symbol, or the version of it, that nothing defines.
    errno: a number of <errno.h>, for those who sort errors by it.
    """

    file: str | None
    needed_by: str | None
    tried: tuple[str, ...]
    symbol: str | None
    version: str | None

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        needed_by: str | None = None,
        tried: tuple[str, ...] = (),
        symbol: str | None = None,
        version: str | None = None,
        errno: int | None = None,
    ) -> None:
        super().__init__(message)
        self.file = file
        self.needed_by = needed_by
        self.tried = tried
        self.symbol = symbol
        self.version = version
        self.errno = errno

    def __reduce__(self) -> tuple[object, ...]:
        # OSError would rebuild itself from its positional arguments and lose the errno;
        # worker processes send these errors home.
        parts = {**self.__dict__, "errno": self.errno}
        return type(self), self.args, parts


class BusyError(IsoldeError, RuntimeError):
    """A call is still running inside the space, or another thread is closing it.

    Nothing has changed: wait for the call to return, then close again.
    """


class ClosedError(IsoldeError, ValueError):
    """The space or library, or a function that came from it, is used after it was closed."""

    def __init__(self, message: str = "the space was closed as this call began") -> None:
        super().__init__(message)


class PythonNotFoundError(IsoldeError, LookupError):
    """This machine has no such Python, or none with a shared libpython.

    `str()` is one line that ends with a way out.  The parts:

    asked: what was asked for, as it was written.
    tried: every folder looked in, or every file looked at, in that order.
    install: commands of which one brings what is missing; empty where none would.
    """

    asked: str
    tried: tuple[str, ...]
    install: tuple[str, ...]

    def __init__(
        self,
        message: str,
        *,
        asked: str = "",
        tried: tuple[str, ...] = (),
        install: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.asked = asked
        self.tried = tried
        self.install = install


class RemoteError(IsoldeError, RuntimeError):
    """An exception was raised in a private interpreter whose own type cannot be had here.

    Either it cannot be pickled, or its class is found only there.  `__cause__` shows where it was
    raised.

    type_name: its class, "package.module.Name".
    message: its `str()`.
    traceback: the text of its traceback.
    """

    type_name: str
    message: str
    traceback: str

    def __init__(self, type_name: str, message: str, traceback: str = "") -> None:
        super().__init__(type_name, message, traceback)
        self.type_name = type_name
        self.message = message
        self.traceback = traceback

    def __str__(self) -> str:
        """The class and the message, as the last line of a traceback has them."""
        return f"{self.type_name}: {self.message}" if self.message else self.type_name


class TransferError(IsoldeError, TypeError):
    """An argument or a result cannot be pickled, so it cannot go to another interpreter."""


class ElfError(IsoldeError, ValueError):
    """A file is no ELF file (or archive), or something in it contradicts the specification.

    `str()` is one line, "FILE: REASON (at offset 0x...)".  The parts:

    file: the file's name.
    reason: what is wrong.
    offset: where in the file, in bytes; None where no one place is to blame.
    """

    file: str
    reason: str
    offset: int | None

    def __init__(self, file: str, reason: str, offset: int | None = None) -> None:
        where = "" if offset is None else f" (at offset {offset:#x})"
        super().__init__(f"{file}: {reason}{where}")
        self.file = file
        self.reason = reason
        self.offset = offset

    def __reduce__(self) -> tuple[object, ...]:
        """Worker processes send these errors home."""
        return type(self), (self.file, self.reason, self.offset)
