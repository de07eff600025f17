"""Compiles the C and C++ sources of tests, and says which libisolde.so they run against.

Tests use the machine's gcc because a loader's input is what compilers really write.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
CORE = REPOSITORY / "core"

_CXX_SUFFIXES = {".cpp", ".cc"}
_CORE_FLAGS = ("-std=c11", "-D_GNU_SOURCE", "-O2", "-g", "-fvisibility=hidden")
_CORE_MODEL = ("-ftls-model=initial-exec", "-fexceptions")


class CompileError(Exception):
    """The compiler refused a source of the tests; the text is its own message."""


class MissingToolError(Exception):
    """This machine lacks a program that a test needs; the text names it."""


def require_tool(name: str) -> str:
    """Return ``name``, a program of this machine's.

    Raises:
        MissingToolError: it is not installed; a test that meets this is skipped (conftest.py).
    """
    if shutil.which(name) is None:
        raise MissingToolError(f"{name} is not installed")
    return name


def compiler_for(sources: Iterable[Path]) -> str:
    """Return the compiler driver that links these sources: g++ if any of them is C++."""
    return "g++" if any(source.suffix in _CXX_SUFFIXES for source in sources) else "gcc"


def compile_object(
    output: Path, sources: Sequence[Path], flags: Sequence[str] = (), compiler: str | None = None
) -> Path:
    """Compile and link ``sources`` into ``output``.

    Args:
        output: the file to make; its folder is created.
        sources: C, C++ or assembly files; may be empty (an object with only DT_NEEDED).
        flags: further arguments, placed after the sources so that libraries link.
        compiler: the compiler driver; None: gcc or g++, as the sources ask.

    Returns:
        ``output``.

    Raises:
        CompileError: the compiler's message, with the command that was run.
        MissingToolError: there is no such compiler, or not the linker or the C++ library that
            ``flags`` ask for.
    """
    driver = require_tool(compiler or compiler_for(sources))
    _require_what_flags_name(driver, flags)
    output.parent.mkdir(parents=True, exist_ok=True)
    inputs = [str(source) for source in sources] or ["-x", "c", "/dev/null", "-x", "none"]
    command = [driver, "-O1", "-g", "-o", str(output), *inputs, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CompileError(f"{' '.join(command)}\n{done.stderr}")
    return output


def _require_what_flags_name(driver: str, flags: Sequence[str]) -> None:
    for flag in flags:
        if flag.startswith("-fuse-ld="):
            require_tool(f"ld.{flag.removeprefix('-fuse-ld=')}")
        elif flag.startswith("-stdlib="):
            header = ["-x", "c++", "-include", "vector", "-fsyntax-only", "/dev/null"]
            if subprocess.run([driver, flag, *header], capture_output=True, check=False).returncode:
                raise MissingToolError(f"{flag.removeprefix('-stdlib=')} is not installed")


def compile_library(
    output: Path, sources: Sequence[Path], flags: Sequence[str] = (), compiler: str | None = None
) -> Path:
    """Compile ``sources`` into the shared object ``output``; raises what compile_object does."""
    return compile_object(output, sources, ("-shared", "-fPIC", *flags), compiler)


@functools.cache
def libisolde() -> Path:
    """Return the libisolde.so under test.

    That is ``$ISOLDE_LIBRARY`` if set, else the installed package's, else one compiled from core/.

    Raises:
        CompileError: core/ does not compile.
    """
    named = os.environ.get("ISOLDE_LIBRARY")
    if named:
        return Path(named).resolve()
    return _installed_library() or _compiled_library()


def link_with_libisolde() -> tuple[str, ...]:
    """Return the compiler arguments by which a host program includes and links libisolde."""
    library = libisolde()
    return (f"-I{CORE}", str(library), f"-Wl,-rpath,{library.parent}")


def _installed_library() -> Path | None:
    package = importlib.util.find_spec("isolde")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for found in Path(folder).glob("**/libisolde.so"):
            return found
    return None


def _compiled_library() -> Path:
    output = Path(tempfile.mkdtemp(prefix="libisolde-")) / "libisolde.so"
    sources = [*sorted(CORE.glob("*.c")), *sorted(CORE.glob("x86_64/*.S"))]
    flags = (
        *_CORE_FLAGS,
        *_CORE_MODEL,
        f"-I{CORE}",
        "-Wl,-soname,libisolde.so",
        "-ldl",
        "-pthread",
    )
    return compile_library(output, sources, flags)
