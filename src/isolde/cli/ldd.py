"""`isolde ldd`: what programs and libraries have loaded, in glibc's words."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._json import AsJson
from isolde.cli._root import Root
from isolde.cli._version import Version


def ldd(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Programs and libraries.")],
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Tell which versions are needed of whom.")
    ] = False,
    data: Annotated[
        bool, typer.Option("-d", "--data-relocs", help="Tell what data refers to in vain.")
    ] = False,
    functions: Annotated[
        bool, typer.Option("-r", "--function-relocs", help="Tell what calls refer to, too.")
    ] = False,
    unused: Annotated[
        bool, typer.Option("-u", "--unused", help="Tell only which dependencies are not used.")
    ] = False,
    root: Root = "",
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Print what programs and libraries have loaded, as glibc's ldd does; execute nothing.

    \b
    isolde ldd /usr/bin/gdb
    isolde ldd -r -v ./engine.so
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._ldd import print_loadings

    status = print_loadings(
        files,
        verbose=verbose,
        data=data,
        functions=functions,
        unused=unused,
        root=root,
        as_json=as_json,
    )
    if status:
        raise typer.Exit(status)
