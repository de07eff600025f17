"""The --root option of every command that looks into a system, this one or another."""

from __future__ import annotations

from typing import Annotated

import typer

Root = Annotated[
    str, typer.Option("--root", metavar="DIR", help="A folder that holds another system.")
]
