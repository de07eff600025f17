"""The --static-tls option of the commands that start another program."""

from __future__ import annotations

from typing import Annotated

import typer

StaticTls = Annotated[
    int | None,
    typer.Option(
        metavar="BYTES",
        min=512,
        max=1 << 26,
        help="Static TLS kept for libraries opened later; 262144 unless GLIBC_TUNABLES says.",
    ),
]
