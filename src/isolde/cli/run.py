"""`isolde run`: an unmodified program, with dlmopen as it should be."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._static_tls import StaticTls
from isolde.cli._version import Version

# What stands behind PROGRAM is the program's.
CONTEXT = {"allow_interspersed_args": False}


def run(
    program: Annotated[
        str, typer.Argument(metavar="PROGRAM", help="Looked for in PATH unless it has a slash.")
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="ARGS...", help="Handed to it as they are.")
    ] = None,
    static_tls: StaticTls = None,
    trace_loads: Annotated[
        bool, typer.Option("--trace-loads", help="Tell on stderr what is mapped, where and why.")
    ] = False,
    host: Annotated[
        bool,
        typer.Option("--host", help="What a namespace lacks may come from the program."),
    ] = False,
    shared: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB", help="Libraries that namespaces take from the program; repeatable."
        ),
    ] = None,
    debugger: Annotated[
        str, typer.Option(metavar="gdb|jit|none", help="How debuggers are told; default gdb.")
    ] = "",
    version: Version = False,
) -> None:
    """Run a program in which dlmopen has no limit.

    The program is not changed: its dlmopen(LM_ID_NEWLM, ...) makes as many namespaces as it likes,
    all with the process's one libc, and gdb sees into them. LM_ID_BASE and plain dlopen stay
    glibc's. The exit status is the program's; 126 and 127 are ours, as in env(1).

    \b
    isolde run ./engine --its --own options
    isolde run --static-tls 1000000 python3 script.py
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._errors import MisuseError
    from isolde.launch import Launch

    if debugger not in ("", "gdb", "jit", "none"):
        raise MisuseError(f"no such debugger: '{debugger}'; gdb, jit or none")
    Launch(static_tls, trace_loads, host, tuple(shared or ()), debugger).execute(
        program, arguments or []
    )
