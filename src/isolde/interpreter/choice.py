"""Which Python is meant by what a person wrote: a version, a path, a virtual environment.

`find_python` answers with one that can be loaded into a space, `find_program` with one that can be
started, which needs no shared libpython.  Neither executes anything.
"""

# ruff: noqa: PTH100, PTH110, PTH112, PTH113, PTH118, PTH119, PTH120, PTH208
# Paths are text in this room: they come from pyvenv.cfg and sys.prefix and go to C.
from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import replace
from typing import NoReturn

from isolde.errors import PythonNotFoundError
from isolde.interpreter._libpython import (
    NEWEST,
    OLDEST,
    is_libpython_name,
    is_program,
    needed_libpython,
    read_libpython,
    version_of_program,
)
from isolde.interpreter._places import library_folders, prefixes
from isolde.interpreter._venv import VirtualEnvironment
from isolde.interpreter._way_out import ways_to_get, ways_to_share
from isolde.interpreter.installation import (
    Python,
    python_at,
    pythons,
    pythons_of,
    running_minor,
    version_key,
)

_VERSION = re.compile(r"(?:python)?(3(?:\.\d+(?:\.\d+(?:(?:a|b|rc)\d+)?)?)?)(t?d?)")
_PROGRAM = re.compile(r"python(3\.\d+[a-z]*)")

Path = str | os.PathLike[str]


def find_python(python: Path | Python | None = None, venv: Path | None = None) -> Python:
    """The Python that is meant, with the program that its ``sys.executable`` shall name.

    Args:
        python: a version ("3.12" is the best one of the machine, "3.12.1", "3.13t" without GIL); or
            the path of a libpython, of a Python's program, of its prefix, or of a virtual
            environment. None is the running Python, in the virtual environment it runs in. What
            `pythons` or this function answered is taken as it is.
        venv: a virtual environment, whose packages are to be seen and which tells the Python unless
            PYTHON does.

    Raises:
        PythonNotFoundError: there is none, or it has no shared libpython.
    """
    if isinstance(python, Python):
        if venv is None:
            return python
        python = python.path
    if venv is not None:
        return _of_environment(_environment(os.fspath(venv)), python)
    if python is None:
        return _running()
    text = _text(python)
    version = _VERSION.fullmatch(text) if isinstance(python, str) else None
    return _of_version(text, *version.groups()) if version else _at(text)


def find_program(python: Path | None = None, venv: Path | None = None) -> str:
    """The path of the program to start for what `find_python` takes.

    Older Pythons are found too, and those that have no shared libpython.

    Raises:
        PythonNotFoundError: there is no such program.
    """
    if venv is not None:
        return _program_of_environment(_environment(os.fspath(venv)), python)
    if python is None:
        return sys.executable
    text = _text(python)
    version = _VERSION.fullmatch(text) if isinstance(python, str) else None
    return _program_of_version(text, *version.groups()) if version else _program_at(text)


def _text(python: Path) -> str:
    if isinstance(python, float):  # 3.10 is 3.1
        raise TypeError(f"a version of Python is a text, like '3.12', not the number {python}")
    return os.fspath(python)


def _running() -> Python:
    inside = sys.prefix != sys.base_prefix
    minor = running_minor()
    found = _of_prefix(sys.base_prefix, minor)
    if found is None:
        what = f"the running Python {minor} in {sys.base_prefix}"
        _lacks_library(what, sys.base_prefix, minor, sys.executable)
    if not inside:
        return found
    program = os.path.join(sys.prefix, "bin", "python")
    return replace(found, executable=program, venv=sys.prefix)


def _of_version(asked: str, version: str, flags: str) -> Python:
    found = next((each for each in pythons() if _is(each, version, flags)), None)
    if found is not None:
        return found
    if "." in version and not OLDEST <= version_key(version)[:2] <= NEWEST:
        raise PythonNotFoundError(
            f"Python {asked} cannot be loaded into a space: CPython {_dotted(OLDEST)} to "
            f"{_dotted(NEWEST)} can",
            asked=asked,
        )
    tried = _folders_of(prefixes())
    static = _programs(version, flags)
    if static:
        prefix = os.path.dirname(os.path.dirname(static[0]))
        minor = os.path.basename(static[0]).removeprefix("python")
        _lacks_library(f"Python {version} in {prefix}", prefix, minor, asked)
    install = ways_to_get(version + flags)
    raise PythonNotFoundError(
        f"there is no shared libpython of Python {version}{flags} in {len(tried)} folders; "
        f"ISOLDE_PYTHONS may name more; {_either(install)}",
        asked=asked,
        tried=tried,
        install=install,
    )


def _is(python: Python, version: str, flags: str) -> bool:
    parts = python.version.split(".")
    wanted = version.split(".")
    return parts[: len(wanted)] == wanted and python.abiflags == flags


def _at(path: str) -> Python:
    if not os.path.exists(path):
        raise PythonNotFoundError(_nothing_at(path), asked=path, tried=(path,))
    if os.path.isdir(path):
        return _of_folder(path)
    if is_libpython_name(os.path.basename(path)):
        return _of_library(path)
    return _of_program(path)


def _nothing_at(path: str) -> str:
    hint = "" if "/" in path else " (versions are written 3.12, 3.12.1 or 3.13t)"
    return f"there is no Python '{path}': no such file or folder{hint}"


def _of_library(path: str) -> Python:
    found = python_at(path)
    if found is not None:
        return found
    facts = read_libpython(path)
    if facts is None:
        versions = f"{_dotted(OLDEST)} to {_dotted(NEWEST)}"
        reason = f"is no libpython of CPython {versions} for x86-64 and glibc"
    else:
        above = os.path.dirname(os.path.dirname(os.path.realpath(path)))
        reason = f"has no standard library: there is no {above}/lib/{facts.library_folder}/os.py"
    raise PythonNotFoundError(f"'{path}' {reason}", asked=path, tried=(path,))


def _of_folder(path: str) -> Python:
    environment = VirtualEnvironment.read(path)
    if environment is not None:
        return _of_environment(environment, None)
    found = [each for each in pythons() if os.path.realpath(each.prefix) == os.path.realpath(path)]
    found = found or sorted(pythons_of(path), key=lambda each: version_key(each.version))[::-1]
    if found:
        return found[0]
    names = sorted(filter(_PROGRAM.fullmatch, _listed(os.path.join(path, "bin"))))
    if names:
        minor = names[0].removeprefix("python")
        _lacks_library(f"Python {minor} in {path}", path, minor, path)
    raise PythonNotFoundError(
        f"'{path}' is neither a Python's prefix nor a virtual environment: it has no bin/python3.N "
        "and no pyvenv.cfg",
        asked=path,
        tried=_folders_of([path]),
    )


def _of_program(path: str) -> Python:
    program = os.path.abspath(path)
    environment = VirtualEnvironment.read(os.path.dirname(os.path.dirname(program)))
    if environment is not None:
        return replace(_of_environment(environment, None), executable=program)
    real = os.path.realpath(program)
    if not is_program(real):
        raise PythonNotFoundError(
            f"'{path}' is no Python: it is a script, or no program of x86-64", asked=path
        )
    minor = _minor_of_program(real)
    prefix = os.path.dirname(os.path.dirname(real))
    if minor is None:
        raise PythonNotFoundError(f"'{path}' is no Python 3, by its name", asked=path)
    found = _of_prefix(prefix, minor)
    if found is None:
        _lacks_library(f"'{path}', Python {minor},", prefix, minor, path)
    return found


def _minor_of_program(path: str) -> str | None:
    """What it was linked to (libpython3.12) or is called (python3.12): "3.12"."""
    linked = needed_libpython(path)
    if linked:
        return linked.removeprefix("libpython").partition(".so")[0]
    name = _PROGRAM.fullmatch(os.path.basename(path))
    return name[1] if name else None


def _of_prefix(prefix: str, minor: str) -> Python | None:
    found = (each for each in pythons_of(prefix) if each.minor == minor)
    return next(found, None)


def _environment(path: str) -> VirtualEnvironment:
    environment = VirtualEnvironment.read(path)
    if environment is not None:
        return environment
    if not os.path.isdir(path):
        reason = "no such folder"
    else:
        reason = "it has no pyvenv.cfg (a prefix of Python's, or of conda's, is a python=)"
    raise PythonNotFoundError(
        f"'{path}' is no virtual environment: {reason}",
        asked=path,
        tried=(os.path.join(path, "pyvenv.cfg"),),
    )


def _of_environment(environment: VirtualEnvironment, python: Path | None) -> Python:
    path, minor = environment.path, environment.minor
    candidates = (_of_prefix(prefix, minor) for prefix in environment.base_prefixes())
    found = next(filter(None, candidates), None) if python is None else find_python(python)
    if found is None:
        base = environment.base
        what = f"the virtual environment {path} is of Python {minor} in {base}, which"
        _lacks_library(what, base, minor, path)
    if found.minor != minor:
        _other_version(path, minor, os.fspath(python or ""), found.minor)
    return replace(found, executable=environment.program, venv=path)


def _other_version(venv: str, minor: str, asked: str, found: str) -> NoReturn:
    raise PythonNotFoundError(
        f"the virtual environment {venv} is of Python {minor}, but '{asked}' is Python {found}: "
        "its compiled packages would not load",
        asked=asked,
    )


def _program_of_environment(environment: VirtualEnvironment, python: Path | None) -> str:
    if not os.access(environment.program, os.X_OK):
        raise PythonNotFoundError(
            f"{environment.program} leads to no Python any more: make the virtual environment anew",
            asked=environment.path,
            tried=(environment.program,),
        )
    if python is not None:
        found = _minor_of_program(os.path.realpath(find_program(python)))
        if found not in (None, environment.minor):
            _other_version(environment.path, environment.minor, os.fspath(python), found or "")
    return environment.program


def _program_of_version(asked: str, version: str, flags: str) -> str:
    shared = [
        each.executable for each in pythons() if each.executable and _is(each, version, flags)
    ]
    found = shared or _programs(version, flags)
    if found:
        return found[0]
    tried = (*(os.path.join(prefix, "bin") for prefix in prefixes()), "PATH")
    install = ways_to_get(version + flags)
    raise PythonNotFoundError(
        f"there is no Python {version}{flags} in {len(tried) - 1} folders, nor in PATH; "
        f"ISOLDE_PYTHONS may name more; {_either(install)}",
        asked=asked,
        tried=tried,
        install=install,
    )


def _programs(version: str, flags: str) -> list[str]:
    """Programs of that version, with or without a shared libpython."""
    minor = ".".join(version.split(".")[:2])
    name = f"python{minor}{flags}"
    folders = [os.path.join(prefix, "bin") for prefix in prefixes()]
    folders += os.environ.get("PATH", os.defpath).split(":")
    paths = dict.fromkeys(os.path.join(folder, name) for folder in folders)
    return [
        path
        for path in paths
        if os.access(path, os.X_OK)
        and is_program(path)
        and (version == minor or version_of_program(path) == version)
    ]


def _program_at(path: str) -> str:
    if os.path.isdir(path):
        environment = VirtualEnvironment.read(path)
        if environment is not None:
            return _program_of_environment(environment, None)
        tried = tuple(os.path.join(path, "bin", name) for name in ("python3", "python"))
        found = next((each for each in tried if os.access(each, os.X_OK)), None)
        if found is None:
            raise PythonNotFoundError(
                f"'{path}' has no bin/python3: it is no Python's prefix", asked=path, tried=tried
            )
        return found
    if os.path.isfile(path) and is_libpython_name(os.path.basename(path)):
        return _program_of_library(path)
    found = shutil.which(path)
    if found is None and os.path.isfile(path):
        raise PythonNotFoundError(f"'{path}' may not be executed", asked=path, tried=(path,))
    if found is None:
        raise PythonNotFoundError(_nothing_at(path), asked=path, tried=(path,))
    return found


def _program_of_library(path: str) -> str:
    found = _of_library(path)
    if found.executable is None:
        raise PythonNotFoundError(
            f"'{path}' comes without a program: there is no bin/python{found.minor} in "
            f"{found.prefix}",
            asked=path,
            tried=(os.path.join(found.prefix, "bin"),),
        )
    return found.executable


def _lacks_library(what: str, prefix: str, minor: str, asked: str) -> NoReturn:
    install = ways_to_share(prefix, minor)
    raise PythonNotFoundError(
        f"{what} has no shared libpython{minor}.so: {_either(install)}",
        asked=asked,
        tried=_folders_of([prefix]),
        install=install,
    )


def _folders_of(paths: list[str]) -> tuple[str, ...]:
    folders = (folder.rstrip("/") for path in paths for folder in library_folders(path))
    return tuple(folder for folder in folders if os.path.isdir(folder))


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _either(commands: tuple[str, ...]) -> str:
    return "install it: " + ", or ".join(commands)


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
