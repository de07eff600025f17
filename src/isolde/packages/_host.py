"""The interpreter as a host: what of it opens files, and what its extension modules need of it."""

from __future__ import annotations

from os import fsdecode

from isolde import _core
from isolde.errors import BusyError
from isolde.space import Space

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# Every name of the C API begins so; whatever else the interpreter's object exports (Debian's
# executable: zlib, expat) is none of a package's business.
_API = (b"Py", b"_Py")

INSIDE = (
    "isolate does not work inside an isolde.Interpreter, whose packages live in its space "
    "together; isolate them in the host, or give each an Interpreter of its own"
)


class PackageSpace(Space):
    """The space of packages, which lasts as long as the process.

    Python never unloads an extension module, so nothing may unmap its code.
    """

    def close(self) -> NoReturn:
        """Refuse: BusyError."""
        raise BusyError(
            f"space {self.name!r} holds imported packages, which Python cannot unload: "
            "it lasts as long as the process"
        )


def _soname(path: bytes) -> str:
    return fsdecode(path.rpartition(b"/")[2])


def new_space(name: str) -> PackageSpace:
    """An empty space whose images find the Python C API, and nothing else, in the host."""
    interpreter = _core.interpreter_host()
    # An extension module that names libpython in DT_NEEDED means the host's.
    shared = (_soname(interpreter),) if interpreter else ()
    space = PackageSpace(name, shared=shared)
    _core.space_lend(space._pointer, interpreter, _API)
    return space


def adopt() -> None:
    """Let the importer and ctypes open files in spaces; RuntimeError: out of reach."""
    if _core.in_a_space:
        raise RuntimeError(INSIDE)
    for host in {_core.interpreter_host(), _core.ctypes_host()}:
        _adopt(host)


def adopt_module(file: str) -> None:
    """The same for an extension module that opens files for others."""
    _adopt(file.encode("utf-8", "surrogateescape"))


def _adopt(host: bytes) -> None:
    if not _core.host_adopt(host) & _core.HOST_ROUTES_OPENS:
        raise RuntimeError(
            f"isolate cannot reach the dlopen of {fsdecode(host) or 'this executable'}, "
            "which opens extension modules; use another build of Python"
        )
