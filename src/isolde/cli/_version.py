"""The --version option that every command has."""

from __future__ import annotations

from typing import Annotated

import typer


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    from isolde import __version__
    from isolde.report import print_text

    print_text(f"isolde {__version__}\n")
    raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
    ),
]
