"""Folders that look like installed Pythons, with libraries that hold no more than their names."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

from tests.toolchain import compile_library, compile_object

_SOURCE = """
const char *version(void) { return "%s"; }
int main(void) { return 0; }
"""


def make_python(
    prefix: Path, version: str, *, flags: str = "", shared: bool = True, needs: str = ""
) -> Path:
    """Make a prefix with a standard library, a program, and (if shared) a libpython.

    Args:
        prefix: the folder to make or to add to.
        version: "3.12.1".
        flags: ABI flags: "t", "d".
        shared: whether there is a libpython beside the program.
        needs: a library that libpython shall need besides libc.

    Returns:
        The libpython, or the program if there is none.
    """
    minor = ".".join(version.split(".")[:2])
    folder = prefix / "lib" / f"python{minor}{flags.replace('d', '')}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "os.py").touch()
    program = prefix / "bin" / f"python{minor}{flags}"
    program.parent.mkdir(exist_ok=True)
    shutil.copy(_program(version), program)
    (program.parent / "python3").unlink(missing_ok=True)
    (program.parent / "python3").symlink_to(program.name)
    if not shared:
        return program
    library = prefix / "lib" / f"libpython{minor}{flags}.so.1.0"
    shutil.copy(_library(version, needs), library)
    (prefix / "lib" / f"libpython{minor}{flags}.so").symlink_to(library.name)
    (prefix / "lib" / "libpython3.so").touch()
    return library


def make_venv(path: Path, home: Path, **settings: str) -> Path:
    """Make a virtual environment of the Python whose programs are in HOME."""
    (path / "bin").mkdir(parents=True)
    (path / "bin" / "python").symlink_to(home / "python3")
    lines = [f"home = {home}", *(f"{key} = {value}" for key, value in settings.items())]
    (path / "pyvenv.cfg").write_text("\n".join(lines) + "\n")
    return path


def _source(version: str) -> Path:
    source = Path(tempfile.mkdtemp(prefix="isolde-python-")) / "python.c"
    source.write_text(_SOURCE % version)
    return source


@functools.cache
def _library(version: str, needs: str) -> Path:
    source = _source(version)
    flags = []
    if needs:
        empty = source.with_name("empty.c")
        empty.touch()
        other = compile_library(source.parent / "needed.so", [empty], [f"-Wl,-soname,{needs}"])
        flags = ["-Wl,--no-as-needed", str(other)]
    return compile_library(source.with_name("libpython.so"), [source], flags)


@functools.cache
def _program(version: str) -> Path:
    source = _source(version)
    return compile_object(source.with_name("python"), [source])
