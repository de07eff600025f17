"""`isolde config`: where a C or C++ host finds the headers and the library."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from isolde.cli._version import Version


def config(
    cflags: Annotated[bool, typer.Option("--cflags", help="Options for the compiler.")] = False,
    libs: Annotated[
        bool, typer.Option("--libs", help="Options for the linker, with a run path.")
    ] = False,
    static: Annotated[
        bool, typer.Option("--static", help="With --libs: link the archive, libisolde.a.")
    ] = False,
    includedir: Annotated[
        bool, typer.Option("--includedir", help="The folder of isolde.h.")
    ] = False,
    libdir: Annotated[bool, typer.Option("--libdir", help="The folder of libisolde.so.")] = False,
    pkg_config_path: Annotated[
        bool, typer.Option("--pkg-config-path", help="The folder of isolde.pc.")
    ] = False,
    cmakedir: Annotated[
        bool, typer.Option("--cmakedir", help="The folder of isoldeConfig.cmake.")
    ] = False,
    gdb: Annotated[
        bool, typer.Option("--gdb", help="The file with Isolde's gdb commands.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    version: Version = False,
) -> None:
    """Print compiler and linker options for C and C++ hosts.

    \b
    cc $(isolde config --cflags) host.c $(isolde config --libs)
    PKG_CONFIG_PATH=$(isolde config --pkg-config-path) pkg-config --libs isolde
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._errors import MisuseError
    from isolde.report import print_json, print_text

    if static and not (libs or as_json):
        raise MisuseError("--static goes with --libs")
    facts = _facts()
    wanted = {
        "cflags": cflags,
        "libs": libs and not static,
        "static-libs": libs and static,
        "includedir": includedir,
        "libdir": libdir,
        "pkg-config-path": pkg_config_path,
        "cmakedir": cmakedir,
        "gdb": gdb,
    }
    chosen = [facts[_key(name)] for name, asked in wanted.items() if asked]
    if as_json:
        print_json(facts)
    elif chosen:
        print_text(" ".join(chosen) + "\n")
    else:
        options = ", ".join(f"--{name}" for name in wanted if name != "static-libs")
        raise MisuseError(f"say what to print: one or more of {options}, or --json")


def _key(option: str) -> str:
    return option.replace("-", "_")


def _facts() -> dict[str, str]:
    """Everything there is to print; quoted for a shell where a shell will read it."""
    from isolde import _core
    from isolde.backtrace import COMMANDS
    from isolde.cli._errors import FaultError

    library = Path(_core.library_path()).resolve()
    include = Path(__file__).parents[1] / "include"
    if not (include / "isolde.h").is_file():
        raise FaultError(f"isolde.h is not in {include}: reinstall isolde")
    folder = library.parent
    return {
        "cflags": shlex.quote(f"-I{include}"),
        "libs": shlex.join([f"-L{folder}", f"-Wl,-rpath,{folder}", "-lisolde"]),
        "static_libs": shlex.join(
            [str(folder / "libisolde.a"), "-Wl,-z,nodelete", "-ldl", "-pthread"]
        ),
        "includedir": str(include),
        "libdir": str(folder),
        "pkg_config_path": str(folder / "pkgconfig"),
        "cmakedir": str(folder / "cmake" / "isolde"),
        "gdb": str(COMMANDS),
        "version": _core.version(),
    }
