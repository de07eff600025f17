"""Isolde: any number of modules, each with its own shared libraries, in one process.

    import isolde

    with isolde.Space("a") as space:
        z = space.load("libz.so.1")          # a ctypes.CDLL
        z.zlibVersion.restype = ctypes.c_char_p
        z.zlibVersion()

Importing opens libisolde.so and nothing else; whatever costs time to import comes with the first
use of its name.
"""

from __future__ import annotations

from isolde.errors import (
    BusyError,
    ClosedError,
    IsoldeError,
    LoadError,
    PythonNotFoundError,
    RemoteError,
    TransferError,
)
from isolde.library import Library
from isolde.space import SHARED, Space, spaces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from isolde.image import Image
    from isolde.interpreter import Interpreter, Python, find_python, pythons

__version__ = "0.1.0"

__all__ = [
    "SHARED",
    "BusyError",
    "ClosedError",
    "Image",
    "Interpreter",
    "IsoldeError",
    "Library",
    "LoadError",
    "Python",
    "PythonNotFoundError",
    "RemoteError",
    "Space",
    "TransferError",
    "find_python",
    "pythons",
    "spaces",
]

_LAZY = {
    "Image": "isolde.image",
    "Interpreter": "isolde.interpreter",
    "Python": "isolde.interpreter",
    "find_python": "isolde.interpreter",
    "pythons": "isolde.interpreter",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'isolde' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
