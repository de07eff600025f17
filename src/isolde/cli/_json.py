"""The --json option of every command that prints facts."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]
