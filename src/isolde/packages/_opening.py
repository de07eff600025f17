"""Where files are opened for Python: the importer, ctypes and cffi.

CPython imports an extension module as it always does; only what `dlopen` means to it is changed.
The importer's own C code is adopted by the core, and before each import its thread is told where
the next file goes.  Thus multi-phase and single-phase modules, reloading, audit hooks and
subinterpreters' refusals stay CPython's own affair.  Rejected: a loader of ours, which would have
to do again what `_imp.create_dynamic` does around PyInit; and one search for the caller in the
core, which knows no Python frames.

Whatever is opened by ctypes or cffi belongs to the module whose Python code asks for it.
"""

from __future__ import annotations

import _ctypes
import _imp
import ctypes
import sys
from errno import ENOENT
from types import FunctionType

from isolde import _core
from isolde._core import host_route
from isolde.errors import LoadError
from isolde.packages import _groups, _host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import FrameType, ModuleType
    from typing import Any

# Code of these opens files for its callers.
_OPENERS = frozenset({"ctypes", "cffi"})
_HELPERS = frozenset({"numpy.ctypeslib", "numpy.ctypeslib._ctypeslib", __name__})

_create_dynamic = _imp.create_dynamic
_dlopen = _ctypes.dlopen
_installed = False


def install() -> None:
    """From now on, each file is opened where its module's group lives."""
    global _installed
    if _installed:
        return
    _host.adopt()
    vars(_imp)["create_dynamic"] = _unseen(create_dynamic)
    vars(_ctypes)["dlopen"] = vars(ctypes)["_dlopen"] = dlopen
    if "_cffi_backend" in sys.modules:
        _adopt_cffi(sys.modules["_cffi_backend"])
    _installed = True


def create_dynamic(spec: ModuleSpec, file: object = None) -> ModuleType:
    """`_imp.create_dynamic` in the space of the module's group."""
    group = _groups.of_module(spec.name, spec.origin)
    before = host_route(group.pointer if group else None)
    try:
        module: ModuleType = _create_dynamic(spec, file)
    except ImportError as error:
        if group:
            _explain(error, group)
        raise
    finally:
        host_route(before)
    if group:
        group.modules.append(spec.name)
    if spec.name == "_cffi_backend":
        _adopt_cffi(module)
    return module


def _explain(error: ImportError, group: _groups.Group) -> None:
    """Say which other package has what GROUP lacks."""
    failure = _core.failure()
    if not isinstance(failure, LoadError) or str(failure) != error.msg:
        return
    lacking = failure.file if failure.errno == ENOENT else failure.symbol
    if not lacking or "/" in lacking:
        return
    owner = _groups.holding(lacking, failure.symbol is not None)
    names = owner.names if owner else ("PACKAGE",)
    together = ", ".join(repr(name) for name in (*names, *group.names))
    message = (
        f"; {'+'.join(names) + ' has it' if owner else 'if PACKAGE brings it'}: packages that use "
        f"each other's libraries share a space, isolate(({together}))"
    )
    error.msg += message
    error.args = (error.msg,)


def _unseen(function: Callable[..., Any]) -> Callable[..., Any]:
    """FUNCTION, left out of tracebacks as the importer's own frames are.

    Python leaves out a row of frames of its importer that ends in one of this name.
    """
    code = function.__code__.replace(
        co_filename="<frozen importlib._bootstrap>", co_name="_call_with_frames_removed"
    )
    return FunctionType(code, function.__globals__, function.__name__, function.__defaults__)


# -- ctypes and cffi -------------------------------------------------------------------------------


def _module_of(frame: FrameType) -> tuple[str, str | None]:
    name, spec = frame.f_globals.get("__name__"), frame.f_globals.get("__spec__")
    if name == "__main__" and spec is not None:  # python -m
        name = spec.name
    file = frame.f_globals.get("__file__")
    return _text(name) or "", _text(file)


def _text(value: object) -> str | None:
    """VALUE, unless code was executed with other globals than a module's."""
    return value if isinstance(value, str) else None


def _group_of_caller(frame: FrameType | None) -> _groups.Group | None:
    while frame is not None:
        name, file = _module_of(frame)
        # Code without a name belongs to the module that executes it.
        if name and name.partition(".")[0] not in _OPENERS and name not in _HELPERS:
            return _groups.of_module(name, file)
        frame = frame.f_back
    return None


def _opened_for_caller(opener: Callable[..., Any], *arguments: Any) -> Any:
    group = _group_of_caller(sys._getframe(1))
    before = host_route(group.pointer if group else None)
    try:
        return opener(*arguments)
    finally:
        host_route(before)


def dlopen(name: Any, flag: int = ctypes.DEFAULT_MODE) -> int:
    """`_ctypes.dlopen` in the space of the calling module's group."""
    handle: int = _opened_for_caller(_dlopen, name, flag)
    return handle


def _adopt_cffi(backend: Any) -> None:
    """The same for cffi.  What a compiled module of cffi's opens itself is out of reach."""
    if not getattr(backend, "__file__", None):
        return
    _host.adopt_module(backend.__file__)
    load_library, bare = backend.load_library, backend.FFI

    class FFI(bare):  # type: ignore[misc, valid-type]
        """Of modules that cffi generates as Python."""

        __doc__ = bare.__doc__

        def dlopen(self, *arguments: Any) -> Any:
            """As without Isolde, in the space of the calling module's group."""
            return _opened_for_caller(super().dlopen, *arguments)

    def load(*arguments: Any) -> Any:
        return _opened_for_caller(load_library, *arguments)

    FFI.__module__, FFI.__qualname__ = bare.__module__, bare.__qualname__
    backend.load_library, backend.FFI = load, FFI
