"""`isolde tree`: what a file needs, and why each object was found where it was."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._json import AsJson
from isolde.cli._root import Root
from isolde.cli._version import Version


def tree(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files, or sonames to search for.")
    ],
    every: Annotated[bool, typer.Option("-a", "--all", help="Show libc's family, too.")] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Tell where else each object was looked for.")
    ] = False,
    root: Root = "",
    dot: Annotated[bool, typer.Option("--dot", help="Print a graph for Graphviz.")] = False,
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Print what files need, and why each object is found where it is.

    Nothing is executed. What is missing is told first, and the exit status is 1 then.

    \b
    isolde tree /usr/bin/gdb
    isolde tree -v libssl.so.3
    isolde tree --dot /usr/bin/gdb | dot -Tsvg -o gdb.svg
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._tree import print_trees

    status = print_trees(files, every=every, verbose=verbose, root=root, dot=dot, as_json=as_json)
    if status:
        raise typer.Exit(status)
