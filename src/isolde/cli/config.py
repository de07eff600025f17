"""`isolde config`: where a C host finds isolde.h and libisolde.so."""

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
    includedir: Annotated[
        bool, typer.Option("--includedir", help="The folder of isolde.h.")
    ] = False,
    libdir: Annotated[bool, typer.Option("--libdir", help="The folder of libisolde.so.")] = False,
    gdb: Annotated[
        bool, typer.Option("--gdb", help="The file with Isolde's gdb commands.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    version: Version = False,
) -> None:
    """Print compiler and linker options for C hosts.

    \b
    cc $(isolde config --cflags) host.c $(isolde config --libs)
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._errors import MisuseError
    from isolde.report import print_json, print_text

    facts = _facts()
    wanted = {
        "cflags": cflags,
        "libs": libs,
        "includedir": includedir,
        "libdir": libdir,
        "gdb": gdb,
    }
    chosen = [facts[name] for name, asked in wanted.items() if asked]
    if as_json:
        print_json(facts)
    elif chosen:
        print_text(" ".join(chosen) + "\n")
    else:
        options = ", ".join(f"--{name}" for name in wanted)
        raise MisuseError(f"say what to print: one or more of {options}, or --json")


def _facts() -> dict[str, str]:
    """Everything there is to print; quoted for a shell where a shell will read it."""
    from isolde import _core
    from isolde.backtrace import COMMANDS
    from isolde.cli._errors import FaultError

    library = Path(_core.library_path()).resolve()
    include = Path(__file__).parents[1] / "include"
    if not (include / "isolde.h").is_file():
        raise FaultError(f"isolde.h is not in {include}: reinstall isolde")
    folder = str(library.parent)
    return {
        "cflags": shlex.quote(f"-I{include}"),
        "libs": " ".join(
            shlex.quote(each) for each in (f"-L{folder}", f"-Wl,-rpath,{folder}", "-lisolde")
        ),
        "includedir": str(include),
        "libdir": folder,
        "gdb": str(COMMANDS),
        "version": _core.version(),
    }
