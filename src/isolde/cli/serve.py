"""`isolde serve`: the modules of a directory, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isolde.cli._version import Version


def serve(
    directory: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="Its folders with an isolde.toml are the modules.",
            exists=True,
            file_okay=False,
        ),
    ],
    host: Annotated[
        str, typer.Option(metavar="HOST", help="The address to listen at.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="The port; 0 takes any free one.")
    ] = 8080,
    uds: Annotated[
        Path | None, typer.Option(metavar="PATH", help="A Unix socket to listen at instead.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="How many functions may run at once.")
    ] = None,
    version: Version = False,
) -> None:
    """Serve a directory's modules over HTTP.

    Every module, a folder with an isolde.toml, is loaded into a space of its own.  SIGTERM and
    Ctrl-C stop the server: running requests finish, then every space is closed.

    \b
    POST /function/NAME/FUNC  calls a function with a JSON object by parameter
                              name, or an array by position
    GET  /modules             what is loaded, and where
    GET  /healthz             that requests are answered

    \b
    isolde serve examples/quickstart/modules --port 0
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._serve import run

    run(directory, host, port, uds, threads)
