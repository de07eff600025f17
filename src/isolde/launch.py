"""Starting an unmodified program with Isolde in it.

What makes the difference is two variables that ld.so reads (ld.so(8)): ``LD_PRELOAD`` names
libisolde-preload.so, which defines dlmopen and its family; ``GLIBC_TUNABLES`` reserves static TLS
for initial-exec libraries.  Both are inherited by what the program starts.

Nothing here opens libisolde.so: the process is about to become another program.
"""

# ruff: noqa: PTH100, PTH110, PTH112, PTH113, PTH116, PTH118, PTH119, PTH120, PTH123
# pathlib would take longer than everything else here.
from __future__ import annotations

import errno
import os
import signal
import stat
import struct

from isolde.errors import IsoldeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO, NoReturn

NOT_RUNNABLE, NOT_FOUND = 126, 127  # as in env(1)
# A thousand copies of libgomp take 136 kB of it; each thread has as much more address space.
STATIC_TLS = 256 * 1024

_TUNABLE = "glibc.rtld.optional_static_tls"
_SHELL = "/bin/sh"
_LOADER = "ld-linux-x86-64.so.2"
_HEADER = struct.Struct("<4sBB10xHHIQQQIHHH")  # ELF-64: up to e_phnum
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
_PT_INTERP, _X86_64 = 3, 62
_PATH_MAX = 4096
_SCRIPTS_IN_SCRIPTS = 5  # as many as Linux follows


class LaunchError(IsoldeError):
    """A program cannot be started, or not with Isolde in it.

    Attributes:
        status: what env(1) would exit with: 126 or 127.
    """

    def __init__(self, message: str, status: int = NOT_RUNNABLE) -> None:
        super().__init__(message)
        self.status = status


class Launch:
    """How a program is started.

    Args:
        static_tls: bytes of static TLS kept for libraries that are opened later; at least 512,
            which glibc keeps by itself. None leaves it to GLIBC_TUNABLES, or else to STATIC_TLS.
        trace_loads: each image is told on standard error as it is mapped and unmapped.
        host: what a namespace and the shared group lack may come from the program's own libraries
            (see ``Space(host=True)``).
        shared: sonames or globs of libraries that every namespace takes from the program.
        debugger: "gdb", "jit" or "none"; "" leaves it to ISOLDE_DEBUGGER.
    """

    # Not a dataclass: their module takes a quarter of the time until the program starts.
    def __init__(
        self,
        static_tls: int | None = None,
        trace_loads: bool = False,
        host: bool = False,
        shared: Sequence[str] = (),
        debugger: str = "",
    ) -> None:
        self.static_tls = static_tls
        self.trace_loads = trace_loads
        self.host = host
        self.shared = shared
        self.debugger = debugger

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """ENVIRON with what makes the difference; what it says of its own stays."""
        added = {
            "LD_PRELOAD": _before(environ.get("LD_PRELOAD", ""), preload_path()),
            "GLIBC_TUNABLES": reserve_static_tls(
                environ.get("GLIBC_TUNABLES", ""), self.static_tls
            ),
        }
        wishes = {
            "ISOLDE_TRACE_LOADS": "1" if self.trace_loads else "",
            "ISOLDE_HOST": "1" if self.host else "",
            "ISOLDE_SHARED": ":".join(self.shared),
            "ISOLDE_DEBUGGER": self.debugger,
        }
        added.update((name, value) for name, value in wishes.items() if value)
        return {**environ, **added}

    def execute(self, program: str, arguments: Sequence[str]) -> NoReturn:
        """Becomes PROGRAM, which is looked for in PATH unless it holds a slash.

        The environment is the one this process was started with, not what Python has made of it,
        and the signals that Python ignores are given back.

        Raises:
            LaunchError: there is no such program, or it is none that ld.so would start.
        """
        environ = first_environment()
        path = find_program(program, environ.get("PATH", os.defpath))
        check_program(path)
        become(path, arguments, self.environment(environ), name=program)


def become(
    path: str, arguments: Sequence[str], environment: Mapping[str, str], *, name: str = ""
) -> NoReturn:
    """Replaces this process by the program PATH, as execvp(3) does.

    The signals that Python ignores are given back.

    Args:
        path: the program's file.
        arguments: what it gets behind its name.
        environment: the whole of its environment.
        name: how it is called, its ``argv[0]``; "" for PATH.

    Raises:
        LaunchError: it may not be run.
    """
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    try:
        try:
            os.execve(path, [name or path, *arguments], environment)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            os.execve(_SHELL, [_SHELL, path, *arguments], environment)
    except OSError as error:
        raise LaunchError(f"cannot run '{path}': {error.strerror}") from None


def reserve_static_tls(given: str, static_tls: int | None = None) -> str:
    """GLIBC_TUNABLES with static TLS for libraries that are opened later.

    Args:
        given: what the variable says now; its other settings stay.
        static_tls: bytes; None leaves it to what GIVEN says of it, or else to STATIC_TLS.
    """
    settings = [each for each in given.split(":") if each]
    others = [each for each in settings if not each.startswith(f"{_TUNABLE}=")]
    if static_tls is None and others != settings:
        return given
    return ":".join([*others, f"{_TUNABLE}={static_tls or STATIC_TLS}"])


def preload_path() -> str:
    """libisolde-preload.so: beside $ISOLDE_LIBRARY, or inside the package.

    Raises:
        LaunchError: it is missing, or LD_PRELOAD cannot name it.
    """
    package = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
    library = os.environ.get("ISOLDE_LIBRARY")
    folder = os.path.dirname(os.path.abspath(library)) if library else package
    path = os.path.join(folder, "libisolde-preload.so")
    if not os.path.exists(path):
        raise LaunchError(f"{path} is missing: reinstall isolde")
    if any(separator in path for separator in " \t\n:"):
        raise LaunchError(
            f"LD_PRELOAD cannot name '{path}', which holds a space or a colon: "
            "install isolde in a folder without"
        )
    return path


def find_program(program: str, search_path: str) -> str:
    """The file that PROGRAM means to a shell.

    Raises:
        LaunchError: SEARCH_PATH has none, with status 127; or it may not be run, with 126.
    """
    folders = [""] if "/" in program else search_path.split(":")
    found = [os.path.join(folder, program) for folder in folders]
    files = [path for path in found if os.path.isfile(path)]
    for path in files:
        if os.access(path, os.X_OK):
            return path
    if files:
        raise LaunchError(f"cannot run '{files[0]}': permission denied (chmod +x makes it so)")
    if "/" in program and os.path.isdir(program):
        raise LaunchError(f"cannot run '{program}': it is a folder")
    if "/" in program:
        raise LaunchError(f"cannot run '{program}': no such file", NOT_FOUND)
    hint = f"; there is one here: ./{program}" if os.path.isfile(program) else ""
    raise LaunchError(f"cannot run '{program}': not found in PATH ({search_path}){hint}", NOT_FOUND)


def check_program(path: str) -> None:
    """Refuses what ld.so would start without us, and tells why.

    A script is judged by its interpreter.

    Raises:
        LaunchError: PATH is statically linked, of another C library or architecture, or setuid.
    """
    program = _interpreted_by(path)
    try:
        with open(program, "rb") as file:
            if file.read(4) != b"\x7fELF":
                return  # the kernel, or a shell, knows what to do with it
            loader = _loader_of(program, file)
    except OSError:
        return  # one may run what one may not read
    if os.path.basename(loader) != _LOADER:
        raise LaunchError(
            f"'{program}' is started by {loader}, not by glibc's {_LOADER}: Isolde cannot be in it"
        )
    privilege = _privilege_of(program)
    if privilege:
        raise LaunchError(f"'{program}' {privilege}: ld.so ignores LD_PRELOAD for it")


def _interpreted_by(path: str) -> str:
    """PATH, or the program that the first line of a script names."""
    for _ in range(_SCRIPTS_IN_SCRIPTS):
        try:
            with open(path, "rb") as file:
                line = file.readline(256)
        except OSError:
            break
        words = line[2:].split() if line.startswith(b"#!") else []
        if not words:
            break
        interpreter = os.fsdecode(words[0])
        if not os.path.exists(interpreter):
            raise LaunchError(f"cannot run '{path}': its interpreter {interpreter} is missing")
        path = interpreter
    return path


def _privilege_of(path: str) -> str:
    """What makes the kernel ask ld.so for caution, or ""."""
    status = os.stat(path)
    if status.st_mode & stat.S_ISUID and status.st_uid != os.getuid():
        return "is setuid"
    if status.st_mode & stat.S_ISGID and status.st_gid != os.getgid():
        return "is setgid"
    if os.getuid() != 0 and "security.capability" in _attributes(path):
        return "has capabilities"
    return ""


def _attributes(path: str) -> list[str]:
    try:
        return os.listxattr(path)
    except OSError:
        return []  # of file systems that have none


def _loader_of(path: str, file: BinaryIO) -> str:
    data = _part(file, 0, _HEADER.size)
    fields = _HEADER.unpack(data) if len(data) == _HEADER.size else None
    if fields is None or fields[1:3] != (2, 1) or fields[4] != _X86_64:
        raise LaunchError(f"'{path}' is not an x86-64 program: Isolde cannot be in it")
    offset, size, count = fields[7], fields[11], fields[12]
    for number in range(count):
        header = _part(file, offset + number * size, _PROGRAM_HEADER.size)
        if len(header) == _PROGRAM_HEADER.size:
            kind, _, at, _, _, length, _, _ = _PROGRAM_HEADER.unpack(header)
            if kind == _PT_INTERP:
                return os.fsdecode(_part(file, at, min(length, _PATH_MAX)).rstrip(b"\0"))
    raise LaunchError(
        f"'{path}' is statically linked, or a library: it names no dynamic linker, "
        "and so there is no dlmopen to replace"
    )


def _part(file: BinaryIO, offset: int, size: int) -> bytes:
    """Anywhere in the file: patchelf(1) moves things to its end."""
    try:
        return os.pread(file.fileno(), size, offset)
    except OverflowError:
        return b""


def _before(given: str, first: str) -> str:
    others = [each for each in given.replace(" ", ":").split(":") if each and each != first]
    return ":".join([first, *others])


def first_environment() -> dict[str, str]:
    """The environment this process was started with, before Python changed LC_CTYPE (PEP 538).

    The rest is not read from /proc: ld.so writes into GLIBC_TUNABLES there.
    """
    environ = dict(os.environ)
    try:
        with open("/proc/self/environ", "rb") as file:
            entries = file.read().split(b"\0")
    except OSError:
        return environ
    environ.pop("LC_CTYPE", None)
    for entry in reversed(entries):
        if entry.startswith(b"LC_CTYPE="):
            environ["LC_CTYPE"] = os.fsdecode(entry.partition(b"=")[2])
    return environ
