"""libisolde's C interface (core/isolde.h), and nothing else: the one file that knows it.

Structures and prototypes stand here as the header has them, for the interface number `ABI`;
a library with another number is refused at import, before it can misread a structure.  Above
this file there are only Python types: spaces and handles are ints, paths and messages are str
(file-system encoding), a failure is an exception made of isolde_last_error()'s parts.

`host_bits` says how far the host's own ctypes could be taught about Isolde's handles; see
isolde_host_adopt in the header.
"""

# Importing pathlib would cost more than all of this package:
# ruff: noqa: PTH100, PTH118, PTH120

from __future__ import annotations

import _ctypes
import ctypes
import errno
import os
import sys
from _thread import get_ident
from ctypes import POINTER, Structure, c_char_p, c_int, c_size_t, c_uint, c_ulong, c_void_p
from itertools import repeat

from isolde.errors import BusyError, ClosedError, LoadError

TYPE_CHECKING = False  # typing.TYPE_CHECKING without importing typing, which costs 6 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from isolde.image import Image

ABI = 2

# Bits of `host_bits`.
HOST_KNOWS_HANDLES = 1  # dlsym and dlclose inside ctypes understand Isolde's handles
HOST_COUNTS_CALLS = 2  # the core sees every call that ctypes makes
HOST_ROUTES_OPENS = 4  # its dlopen goes where `host_route` says


# Made once: whoever clears ctypes' cache of pointer types makes a later POINTER() another type.
_Strings = POINTER(c_char_p)


class _Options(Structure):
    _fields_ = (
        ("size", c_size_t),
        ("search_path", _Strings),
        ("shared", _Strings),
        ("host", c_int),
        ("lazy", c_int),
    )


class _Error(Structure):
    _fields_ = (
        ("size", c_size_t),
        ("code", c_int),
        ("message", c_char_p),
        ("file", c_char_p),
        ("needed_by", c_char_p),
        ("symbol", c_char_p),
        ("version", c_char_p),
        ("tried", _Strings),
    )


class _ImageInfo(Structure):
    _fields_ = (
        ("path", c_char_p),
        ("soname", c_char_p),
        ("needed_by", c_char_p),
        ("why", c_char_p),
        ("linked_from", c_char_p),
        ("handle", c_void_p),
        ("base", c_size_t),
        ("start", c_size_t),
        ("end", c_size_t),
        ("shared", c_int),
        ("opens", c_uint),
    )


class _DlInfo(Structure):
    _fields_ = (
        ("file", c_char_p),
        ("base", c_void_p),
        ("symbol", c_char_p),
        ("address", c_void_p),
    )


_EINVALID, _ENOTFOUND, _EFORMAT, _EMEMORY, _EBUSY = 1, 2, 3, 7, 8
_ERRNO = {
    _ENOTFOUND: errno.ENOENT,
    _EFORMAT: errno.ENOEXEC,
    _EMEMORY: errno.ENOMEM,
}

# name: result, arguments
_PROTOTYPES: dict[str, tuple[object, ...]] = {
    "isolde_version": (c_char_p,),
    "isolde_space_new": (c_void_p, c_char_p, POINTER(_Options)),
    "isolde_space_close": (c_int, c_void_p),
    "isolde_space_link": (c_int, c_void_p, c_void_p, _Strings),
    "isolde_dlopen": (c_void_p, c_void_p, c_char_p, c_int),
    "isolde_dlsym": (c_void_p, c_void_p, c_char_p),
    "isolde_dlclose": (c_int, c_void_p),
    "isolde_dladdr": (c_int, c_void_p, POINTER(_DlInfo)),
    "isolde_run": (
        c_int,
        c_void_p,
        c_char_p,
        _Strings,
        _Strings,
        POINTER(c_int),
    ),
    "isolde_last_error": (POINTER(_Error),),
    "isolde_space_symbol": (c_void_p, c_void_p, c_char_p),
    "isolde_space_of": (c_void_p, c_void_p),
    "isolde_space_name": (c_char_p, c_void_p),
    "isolde_space_id": (c_ulong, c_void_p),
    "isolde_spaces": (c_size_t, POINTER(c_void_p), c_size_t),
    "isolde_images": (POINTER(_ImageInfo), c_void_p, POINTER(c_size_t)),
    "isolde_free": (None, c_void_p),
    "isolde_default_shared": (_Strings,),
    "isolde_host_adopt": (c_int, c_char_p),
    "isolde_host_route": (c_void_p, c_void_p),
    "isolde_space_lend": (c_int, c_void_p, c_char_p, _Strings),
    "isolde_call_enter": (c_int, c_void_p),
    "isolde_call_leave": (None, c_void_p),
    "isolde_gate_new": (c_void_p, c_void_p, c_void_p),
    "isolde_gate_set": (None, c_void_p, c_void_p),
    "isolde_gate_free": (None, c_void_p),
    "isolde_on_refused_call": (None, ctypes.CFUNCTYPE(None)),
    "isolde_report_crashes": (c_int, c_int),
}


def _platform_fault() -> str | None:
    """Why this platform cannot work, or None."""
    machine = os.uname().machine if hasattr(os, "uname") else "an unknown machine"
    if not sys.platform.startswith("linux") or machine != "x86_64" or sys.maxsize < 2**32:
        bits = 64 if sys.maxsize > 2**32 else 32
        return f"{sys.platform} on {machine}, {bits}-bit Python"
    try:
        libc = os.confstr("CS_GNU_LIBC_VERSION")
    except (ValueError, OSError):
        libc = None
    return None if libc and libc.startswith("glibc") else "Linux on x86_64 without glibc"


def library_path() -> str:
    """The libisolde.so in use: $ISOLDE_LIBRARY, or the one inside the package."""
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib", "libisolde.so")
    return os.environ.get("ISOLDE_LIBRARY") or beside


def _open_library() -> ctypes.CDLL:
    fault = _platform_fault()
    if fault:
        raise ImportError(f"isolde runs on 64-bit x86 Linux with glibc; this is {fault}")
    path = library_path()
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"isolde's native half cannot be opened: {error}; "
            f"reinstall isolde, or set ISOLDE_LIBRARY to a libisolde.so (now {path})",
            path=path,
        ) from None
    return _check_abi(library, path)


def _check_abi(library: ctypes.CDLL, path: str) -> ctypes.CDLL:
    try:
        number = library.isolde_abi()
    except AttributeError:
        raise ImportError(
            f"{path} is not libisolde.so: it has no isolde_abi; unset or correct ISOLDE_LIBRARY",
            path=path,
        ) from None
    if number != ABI:
        raise ImportError(
            f"{path} has interface number {number}, this isolde needs {ABI}; "
            "install both halves from one release, or unset ISOLDE_LIBRARY",
            path=path,
        )
    return library


def _declare(library: ctypes.CDLL) -> ctypes.CDLL:
    for name, (restype, *argtypes) in _PROTOTYPES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = restype, argtypes
    return library


_lib = _declare(_open_library())


# -- failures ------------------------------------------------------------------------------------


def _text(value: bytes | None) -> str | None:
    return None if value is None else os.fsdecode(value)


def _strings(array: ctypes._Pointer[c_char_p]) -> tuple[str, ...]:
    """A NULL-terminated array of C strings; NULL itself is an empty one."""
    found: list[str] = []
    while array and array[len(found)]:
        found.append(os.fsdecode(array[len(found)]))
    return tuple(found)


def failure() -> BusyError | LoadError | ValueError:
    """The exception for this thread's latest failure in the core."""
    error: _Error = _lib.isolde_last_error().contents
    message = _text(error.message) or "no reason given"
    if error.code == _EBUSY:
        return BusyError(message)
    if error.code == _EINVALID:
        return ValueError(message)
    return LoadError(
        message,
        file=_text(error.file),
        needed_by=_text(error.needed_by),
        tried=_strings(error.tried),
        symbol=_text(error.symbol),
        version=_text(error.version),
        errno=_ERRNO.get(error.code),
    )


# -- spaces --------------------------------------------------------------------------------------


def _array(strings: Sequence[bytes]) -> ctypes.Array[c_char_p]:
    return (c_char_p * (len(strings) + 1))(*strings, None)


def version() -> str:
    """The version the native half was built as."""
    text: bytes = _lib.isolde_version()
    return text.decode()


def default_shared() -> tuple[str, ...]:
    """Globs of the sonames that every space takes from the host unless told otherwise."""
    return _strings(_lib.isolde_default_shared())


def space_new(
    name: bytes | None,
    search_path: Sequence[bytes],
    shared: Sequence[bytes] | None,
    host: bool,
    lazy: bool,
) -> int:
    """A new space; SHARED None means default_shared()."""
    options = _Options(size=ctypes.sizeof(_Options), host=host, lazy=lazy)
    options.search_path = ctypes.cast(_array(search_path), _Strings)
    if shared is not None:
        options.shared = ctypes.cast(_array(shared), _Strings)
    space: int | None = _lib.isolde_space_new(name, ctypes.byref(options))
    if not space:
        raise failure()
    return space


def space_close(space: int) -> None:
    """Run its destructors and unmap it.  BusyError: nothing has changed."""
    if _lib.isolde_space_close(space) != 0:
        raise failure()


def space_link(space: int, provider: int, sonames: Sequence[bytes]) -> None:
    """Later opens in the space take what the globs match from another."""
    if _lib.isolde_space_link(space, provider, _array(sonames)) != 0:
        raise failure()


def space_name(space: int) -> str:
    """Its name; "" once it is closed."""
    return _text(_lib.isolde_space_name(space)) or ""


def space_id(space: int) -> int:
    """Its number, or 0 once it is closed."""
    number: int = _lib.isolde_space_id(space)
    return number


def space_symbol(space: int, name: bytes) -> int | None:
    """The address of a symbol that some image of the space defines."""
    address: int | None = _lib.isolde_space_symbol(space, name)
    return address


def spaces() -> list[int]:
    """The live spaces, whoever made them."""
    capacity = 64
    while True:
        found = (c_void_p * capacity)()
        count: int = _lib.isolde_spaces(found, capacity)
        if count <= capacity:
            return [space for space in found[:count] if space]
        capacity = count * 2  # another thread may be adding more


def call_enter(space: int) -> bool:
    """Count a call into the space, so that closing it is refused; False: it is closed."""
    entered: int = _lib.isolde_call_enter(space)
    return entered == 0


def call_leave(space: int) -> None:
    """The counted call is over."""
    _lib.isolde_call_leave(space)


def report_crashes(descriptor: int) -> None:
    """From now on, a fatal signal first writes one JSON object about itself to DESCRIPTOR."""
    if _lib.isolde_report_crashes(descriptor) != 0:
        raise failure()


# -- images --------------------------------------------------------------------------------------


def dlopen(space: int, file: bytes, mode: int) -> int:
    """A handle for FILE and what it needs; LoadError, with the space as it was."""
    handle: int | None = _lib.isolde_dlopen(space, file, mode)
    if not handle:
        raise failure()
    return handle


def dlsym(handle: int, name: bytes) -> int | None:
    """The address of NAME in the handle's image or what it needs."""
    address: int | None = _lib.isolde_dlsym(handle, name)
    return address


def dlclose(handle: int) -> None:
    """Give one reference back."""
    if _lib.isolde_dlclose(handle) != 0:
        raise failure()


def run(
    space: int, file: bytes, arguments: Sequence[bytes], environment: Sequence[bytes] | None
) -> int:
    """The exit status of the program FILE, or minus the signal that ended it."""
    status = c_int()
    argv = _array(arguments)
    envp = None if environment is None else _array(environment)
    if _lib.isolde_run(space, file, argv, envp, ctypes.byref(status)) != 0:
        raise failure()
    return status.value


class _Snapshot:
    """The images of a space at one moment; `with` gives their C structures."""

    def __init__(self, space: int) -> None:
        self._count = c_size_t()
        self._block = _lib.isolde_images(space, ctypes.byref(self._count))
        if not self._block:
            raise failure()

    def __enter__(self) -> list[_ImageInfo]:
        found: list[_ImageInfo] = self._block[: self._count.value]
        return found

    def __exit__(self, *exception: object) -> None:
        _lib.isolde_free(self._block)


def images(space: int) -> list[Image]:
    """The space's images, in load order."""
    from isolde.image import Image  # dataclasses cost 10 ms that a mere load can spare

    with _Snapshot(space) as infos:
        return [
            Image(
                path=os.fsdecode(info.path),
                soname=os.fsdecode(info.soname),
                base=info.base,
                start=info.start,
                end=info.end,
                needed_by=_text(info.needed_by),
                why=os.fsdecode(info.why),
                linked_from=_text(info.linked_from),
                shared=bool(info.shared),
                opens=info.opens,
            )
            for info in infos
        ]


def mapped_count(space: int) -> int:
    """How many images the space itself has mapped."""
    with _Snapshot(space) as infos:
        return sum(not info.shared and info.linked_from is None for info in infos)


def identity(space: int, handle: int) -> tuple[str, str, int]:
    """Path, soname and base of the image behind a handle."""
    with _Snapshot(space) as infos:
        # Newest first: the image asked for has most likely just been loaded.
        for info in reversed(infos):
            if info.handle == handle:
                return os.fsdecode(info.path), os.fsdecode(info.soname), info.base
    raise ValueError(f"handle {handle:#x} belongs to no image of space {space_name(space)!r}")


def gate_new(space: int, target: int) -> int:
    """An address to call TARGET by, even while another thread closes the space."""
    gate: int | None = _lib.isolde_gate_new(space, target)
    if not gate:
        raise failure()
    return gate


def gate_set(gate: int, target: int | None) -> None:
    """Where the gate leads from now on; None shuts it."""
    _lib.isolde_gate_set(gate, target)


# Let the address of a gate be used again; nobody may call it any more.  A bare foreign function,
# because the last gates go when this module's names are gone already.
gate_free: Callable[[int], None] = _lib.isolde_gate_free


# -- the host's ctypes ---------------------------------------------------------------------------


def _place(address: int | None) -> _DlInfo:
    info = _DlInfo()
    _lib.isolde_dladdr(address, ctypes.byref(info))
    return info


def ctypes_host() -> bytes:
    """The object that holds ctypes' C code, as its link map names it; b"" is the executable."""
    file = getattr(_ctypes, "__file__", None)
    # Built in: it sits where the rest of the interpreter does.
    return os.fsencode(file) if file else interpreter_host()


def interpreter_host() -> bytes:
    """The object that holds the interpreter, libpython or, as b"", the executable."""
    getauxval = ctypes.CDLL(None)["getauxval"]
    getauxval.restype, getauxval.argtypes = c_void_p, (c_ulong,)
    at_phdr = 3
    executable = _place(getauxval(at_phdr))
    interpreter = _place(ctypes.cast(ctypes.pythonapi.Py_GetVersion, c_void_p).value)
    return b"" if interpreter.base == executable.base else interpreter.file or b""


def host_adopt(path: bytes) -> int:
    """Teach a host object Isolde's handles and routes; the bits of what worked."""
    done: int = 0 if in_a_space else _lib.isolde_host_adopt(path)
    return max(done, 0)


# Say where this thread's next dlopen by an adopted object goes, a space or None; the answer is what
# was said before.  Bare, because every import of an extension module calls it.
host_route: Callable[[int | None], int | None] = _lib.isolde_host_route


def space_lend(space: int, path: bytes, prefixes: Sequence[bytes]) -> None:
    """What symbols that begin with PREFIXES mean in the space, a host object says first."""
    if _lib.isolde_space_lend(space, path, _array(prefixes)) != 0:
        raise failure()


def _adopt_host() -> int:
    """Teach the host's ctypes Isolde's handles; the bits of what worked.

    $ISOLDE_ADOPT masks the bits ("0": do not even try), so that the tests can walk the paths
    for hosts whose calls are out of reach, such as those with libffi linked in.
    """
    wanted = int(os.environ.get("ISOLDE_ADOPT") or 3)
    return host_adopt(ctypes_host()) & wanted if wanted else 0


_python = ctypes.cast(ctypes.pythonapi.Py_GetVersion, c_void_p).value
# A private interpreter: the process's host is another Python, and what is said of a path would
# reach the other's ctypes.  Nor may the process keep an address of one that can be closed.
in_a_space = bool(_lib.isolde_space_of(_python))

host_bits = _adopt_host()

# Where a function object leads once its image is gone: a call into libc that takes nothing,
# returns 0 and changes nothing, whatever arguments are pushed at it.
HARMLESS: int = ctypes.cast(ctypes.CDLL(None)["sched_yield"], c_void_p).value or 0

_raise_in_thread = ctypes.pythonapi["PyThreadState_SetAsyncExc"]
_raise_in_thread.argtypes = (c_ulong, ctypes.py_object)

# A call that another thread had begun when its space was closed.  ctypes knows no error return,
# so the exception is left for the thread to raise when it is back in Python.  Not one step of
# this may be Python code: the exception would be raised there and then, inside the callback.
_refusals = map(_raise_in_thread, iter(get_ident, None), repeat(ClosedError))
_refusal_hook = ctypes.CFUNCTYPE(None)(_refusals.__next__)
if not in_a_space:
    _lib.isolde_on_refused_call(_refusal_hook)
