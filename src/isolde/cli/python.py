"""`isolde python`: a script in a Python that has Isolde at hand."""

from __future__ import annotations

from typing import Annotated

import typer
import typer.core

from isolde.cli._python_line import PythonLine
from isolde.cli._static_tls import StaticTls
from isolde.cli._version import Version


class PythonCommand(typer.core.TyperCommand):
    """Its options stand among Python's own, which click cannot tell apart."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Click sees our options, then `--`, then all that is Python's."""
        line = PythonLine(args)
        ctx.obj = line
        ours = list(line.ours())
        words = ours if line.lacks_value else [*ours, "--", *line.arguments]
        return super().parse_args(ctx, words)


COMMAND = PythonCommand


def python(
    context: typer.Context,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCRIPT | -m MODULE | -c CODE | -] [ARGS]...",
            help="As for python; options of Python's own (-O, -u, -X ...) stand before it.",
        ),
    ] = None,
    python: Annotated[
        str,
        typer.Option(metavar="PYTHON", help="A version (3.12, 3.12.1, 3.13t) or a path."),
    ] = "",
    venv: Annotated[
        str, typer.Option(metavar="DIR", help="The virtual environment to run in.")
    ] = "",
    isolate: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Packages to isolate: A,B apart; A+B together; '*' each from every other.",
        ),
    ] = None,
    static_tls: StaticTls = None,
    list_: Annotated[
        bool, typer.Option("--list", help="List the Pythons that can be loaded into a space.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --list: print the facts as JSON.")
    ] = False,
    version: Version = False,
) -> None:
    """Run a Python script with Isolde at hand.

    The script runs as python itself would run it, in a process with enough static TLS for any
    number of spaces, and with isolde importable (Python 3.10 or newer) whether it is installed
    there or not. The exit status is the script's.

    \b
    isolde python script.py --its --own options
    isolde python --python 3.12 -m timeit pass
    isolde python --venv env --isolate rasterio,fiona script.py
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._errors import MisuseError
    from isolde.interpreter.choice import find_program
    from isolde.startup import start_python

    line: PythonLine = context.obj
    if as_json and not list_:
        raise MisuseError("--json needs --list: a script prints what it likes")
    if list_:
        _list(as_json)
        return
    start_python(
        find_program(python or None, venv or None),
        line.arguments,
        hookless=line.hookless,
        isolate=isolate,
        static_tls=static_tls,
    )


def _list(as_json: bool) -> None:
    from dataclasses import asdict

    from isolde.cli._errors import FaultError
    from isolde.interpreter import pythons
    from isolde.report import print_json, print_table

    found = pythons()
    if as_json:
        print_json([{k: v for k, v in asdict(each).items() if k != "venv"} for each in found])
    elif found:
        rows = [(each.path, each.version + each.abiflags, each.prefix) for each in found]
        print_table(["libpython", "version", "prefix"], rows)
    if not found:
        raise FaultError(
            "no Python here can be loaded into a space: none has a shared libpython; "
            "install one, for example by `uv python install`"
        )
