"""`isolde check`: whether files can be loaded, why not, and what mends it."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._json import AsJson
from isolde.cli._root import Root
from isolde.cli._version import Version


def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Programs and libraries; or sonames."),
    ],
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="PROGRAM", help="The program that opens the files."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 for warnings, too.")
    ] = False,
    root: Root = "",
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Check that files can be loaded: libraries, versions, symbols; and say what mends them.

    Nothing is executed. A Python extension module is checked as its Python opens it. The exit
    status is 1 where there is a fault.

    \b
    isolde check ./engine build/*.so
    isolde check --host /usr/sbin/nginx modules/*.so
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._check import print_checks

    status = print_checks(files, host=host, strict=strict, root=root, as_json=as_json)
    if status:
        raise typer.Exit(status)
