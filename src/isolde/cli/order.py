"""`isolde order`: in which order files are loaded, and their constructors run."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._version import Version


def order(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files, or sonames, in the order of opening."),
    ],
    root: Annotated[
        str, typer.Option("--root", metavar="DIR", help="A folder that holds another system.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")] = False,
    version: Version = False,
) -> None:
    """Print the order of loading and of constructors, as glibc has it in one process.

    If the first file is a program, it is the process's; each other is opened by dlopen after the
    one before. Objects that need each other are told.

    \b
    isolde order /usr/bin/gdb
    isolde order ./engine ./module.so
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._order import print_order

    status = print_order(files, root=root, as_json=as_json)
    if status:
        raise typer.Exit(status)
