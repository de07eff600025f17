"""`isolde order`: in which order files are loaded, and their constructors run."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._json import AsJson
from isolde.cli._root import Root
from isolde.cli._version import Version


def order(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files, or sonames, in the order of opening."),
    ],
    root: Root = "",
    as_json: AsJson = False,
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
