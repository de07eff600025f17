"""`isolde call`: one call of one function of one library."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._version import Version

# "-5" is an argument here, not an option.
CONTEXT = {"ignore_unknown_options": True}


def call(
    library: Annotated[
        str, typer.Argument(metavar="LIB", help="A soname, or a path with a slash in it.")
    ],
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help="A symbol of LIB.")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="ARG...", help="One for each parameter; see above."),
    ] = None,
    sig: Annotated[
        str,
        typer.Option(
            metavar="PROTOTYPE",
            help="The C prototype, as in 'int add(int a, int b)'; structures may stand before it.",
        ),
    ] = "",
    search_path: Annotated[
        list[str] | None,
        typer.Option(metavar="DIR", help="A folder searched before all others; may be repeated."),
    ] = None,
    space_name: Annotated[str, typer.Option(metavar="NAME", help="How reports call it.")] = "call",
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, help="End the call after so long.")
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print one JSON object; what the function prints goes to stderr."
        ),
    ] = False,
    version: Version = False,
) -> None:
    """Call one function of a library, in a fresh space.

    The call runs in a process of its own: a crash is reported with its signal, symbol, image
    and space, and the exit code is 1.

    \b
    3  -2.5  true  "text"  [1,2]  {"x":1}  null   arguments are JSON literals
    text                            a string parameter takes it without quotes
    @FILE  @-                       the bytes of a file, or of standard input
    out  out:[8]  out:int[8]        memory for the function to fill; printed
    inout:[1,2]                     a value that the function changes; printed

    \b
    isolde call libm.so.6 frexp 8 out --sig 'double frexp(double x, int *exp)'
    isolde call libz.so.1 zlibVersion --sig 'const char *zlibVersion(void)'
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._call import Request

    request = Request(library, function, arguments or [], sig, search_path or [], space_name)
    request.run(timeout=timeout, as_json=as_json)
