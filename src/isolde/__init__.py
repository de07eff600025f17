"""Isolde: any number of modules, each with its own shared libraries, in one process.

    import isolde

    with isolde.Space("a") as space:
        z = space.load("libz.so.1")          # a ctypes.CDLL
        z.zlibVersion.restype = ctypes.c_char_p
        z.zlibVersion()

Importing costs next to nothing: what a name stands for comes with its first use, libisolde.so with
the first that needs it.  Tools that only read files never open it.
"""

from __future__ import annotations

import os
import sys

from isolde.errors import (
    BusyError,
    ClosedError,
    ElfError,
    IsoldeError,
    LoadError,
    PythonNotFoundError,
    RemoteError,
    TransferError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from isolde.image import Image
    from isolde.interpreter import (
        BrokenInterpreterPool,
        Interpreter,
        InterpreterPoolExecutor,
        Python,
        find_python,
        pythons,
    )
    from isolde.library import Library
    from isolde.packages import Isolated, isolate, isolated
    from isolde.space import SHARED, Space, spaces

__version__ = "0.1.0"

__all__ = [
    "SHARED",
    "BrokenInterpreterPool",
    "BusyError",
    "ClosedError",
    "ElfError",
    "Image",
    "Interpreter",
    "InterpreterPoolExecutor",
    "Isolated",
    "IsoldeError",
    "Library",
    "LoadError",
    "Python",
    "PythonNotFoundError",
    "RemoteError",
    "Space",
    "TransferError",
    "find_python",
    "isolate",
    "isolated",
    "pythons",
    "spaces",
]

_LAZY = {
    "SHARED": "isolde.space",
    "Library": "isolde.library",
    "Space": "isolde.space",
    "spaces": "isolde.space",
    "BrokenInterpreterPool": "isolde.interpreter.executor",
    "Image": "isolde.image",
    "Interpreter": "isolde.interpreter.interpreter",
    "InterpreterPoolExecutor": "isolde.interpreter.executor",
    "Python": "isolde.interpreter",
    "find_python": "isolde.interpreter",
    "pythons": "isolde.interpreter",
    "Isolated": "isolde.packages",
    "isolate": "isolde.packages",
    "isolated": "isolde.packages",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(
            f"module 'isolde' has no attribute {name!r}", name=name, obj=sys.modules[__name__]
        )
    from importlib import import_module

    value: object = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def _import_before_fork() -> None:
    """Import now what another thread may be importing: in the child nobody would finish it.

    CPython does not give a child the locks of modules that are half imported.
    """
    try:
        import isolde.space  # noqa: F401
    except ImportError:
        return  # whoever needs it is told so


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_import_before_fork)


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
