"""`isolde demo`: dlmopen and Isolde side by side, on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._json import AsJson
from isolde.cli._version import Version


def demo(
    copies: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many copies of a library to open.")
    ] = 500,
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Show what glibc's dlmopen does here, and Isolde.

    Both open one library of this machine again and again, store a number in each copy and read
    it back; and both ask several namespaces for a pthread key.  Nothing needs a compiler.  The
    exit code is 1 if Isolde does not open all copies, or mixes any two up.
    """
    from dataclasses import asdict

    from isolde.cli._errors import FaultError
    from isolde.demo import compare
    from isolde.report import print_json, print_note, print_table

    print_note(f"opening up to {copies} copies of one library with each loader...")
    comparison = compare(copies)
    if as_json:
        print_json(asdict(comparison))
    else:
        print_table(["", "glibc's dlmopen", "Isolde"], comparison.rows())
    if not comparison.isolde_kept_its_word:
        raise FaultError("Isolde did not keep its word here: please report the lines above")
