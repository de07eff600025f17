"""`isolde strip`: what a program does not need at run time is taken out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isolde.cli._json import AsJson
from isolde.cli._version import Version

if TYPE_CHECKING:
    from isolde.binutils.strip import Manner, Options, Stripped

_Names = list[str]


def strip(
    files: Annotated[
        _Names, typer.Argument(metavar="FILE...", help="ELF files and archives of them.")
    ],
    strip_all: Annotated[
        bool, typer.Option("-s", "--strip-all", help="Remove all symbols (usual).")
    ] = False,
    debug: Annotated[
        bool,
        typer.Option("-g", "-S", "-d", "--strip-debug", help="Remove what is for debuggers only."),
    ] = False,
    unneeded: Annotated[
        bool,
        typer.Option("--strip-unneeded", help="Remove all symbols that no relocation needs."),
    ] = False,
    only_keep_debug: Annotated[
        bool,
        typer.Option("--only-keep-debug", help="Keep what is for debuggers only: a debug file."),
    ] = False,
    discard_all: Annotated[
        bool,
        typer.Option("-x", "--discard-all", help="Remove local symbols and what is for debuggers."),
    ] = False,
    discard_locals: Annotated[
        bool, typer.Option("-X", "--discard-locals", help="Remove local symbols of the compiler's.")
    ] = False,
    keep_symbol: Annotated[
        _Names | None, typer.Option("-K", "--keep-symbol", metavar="NAME", help="Keep this symbol.")
    ] = None,
    strip_symbol: Annotated[
        _Names | None,
        typer.Option("-N", "--strip-symbol", metavar="NAME", help="Remove this symbol."),
    ] = None,
    remove_section: Annotated[
        _Names | None,
        typer.Option(
            "-R", "--remove-section", metavar="NAME", help="Remove this section (* and ! count)."
        ),
    ] = None,
    keep_section: Annotated[
        _Names | None,
        typer.Option("--keep-section", metavar="NAME", help="Keep this section (* and ! count)."),
    ] = None,
    keep_file_symbols: Annotated[
        bool, typer.Option("--keep-file-symbols", help="Keep the names of source files.")
    ] = False,
    wildcard: Annotated[
        bool, typer.Option("-w", "--wildcard", help="Let *, ?, [] and ! count in names of symbols.")
    ] = False,
    output: Annotated[
        str | None, typer.Option("-o", metavar="FILE", help="Write here instead of in place.")
    ] = None,
    preserve_dates: Annotated[
        bool, typer.Option("-p", "--preserve-dates", help="Keep the files' times.")
    ] = False,
    members_dates: Annotated[
        bool,
        typer.Option(
            "-U/-D", help="Keep times and owners of archives' members (-D: do not, usual)."
        ),
    ] = False,
    debug_link: Annotated[
        str,
        typer.Option(
            "--add-gnu-debuglink", metavar="FILE", help="Name this debug file in the stripped one."
        ),
    ] = "",
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Tell what was removed from each file.")
    ] = False,
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Remove symbols, debugging information and sections from ELF files.

    Files are replaced whole or not at all; what is mapped into a process stays as it is.

    \b
    isolde strip program
    isolde strip --only-keep-debug -o program.debug program
    isolde strip -g --add-gnu-debuglink program.debug program
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.binutils.strip import Manner, Options, Patterns

    _refuse(files, output, only_keep_debug and (strip_all or debug or unneeded))
    locals_too = "all" if discard_all else "made" if discard_locals else ""
    options = Options(
        what=_what(strip_all, unneeded, debug, only_keep_debug, bool(locals_too or strip_symbol)),
        locals_too=locals_too,
        keep_symbols=Patterns(keep_symbol or (), wildcards=wildcard),
        remove_symbols=Patterns(strip_symbol or (), wildcards=wildcard),
        keep_sections=Patterns(keep_section or (), wildcards=True),
        remove_sections=Patterns(remove_section or (), wildcards=True),
        keep_file_symbols=keep_file_symbols,
    )
    manner = Manner(preserve_dates, not members_dates, debug_link)
    stripped, faults = _strip(files, options, manner, output)
    _tell(stripped, faults, is_verbose=verbose, as_json=as_json)


def _refuse(files: list[str], output: str | None, contradicts: bool) -> None:
    from isolde.cli._errors import MisuseError

    if output is not None and len(files) > 1:
        raise MisuseError("-o names one file to write, and there are several to strip")
    if contradicts:
        raise MisuseError("--only-keep-debug keeps what -s, -g and --strip-unneeded remove")


def _what(
    strip_all: bool, unneeded: bool, debug: bool, only_debug: bool, something_else: bool
) -> str:
    """What to remove: the most of what is asked for, everything where nothing is."""
    from isolde.binutils.strip import ALL, DEBUG, NOTHING, ONLY_DEBUG, UNNEEDED

    asked = ((strip_all, ALL), (unneeded, UNNEEDED), (debug, DEBUG), (only_debug, ONLY_DEBUG))
    otherwise = NOTHING if something_else else ALL
    return next((what for is_asked, what in asked if is_asked), otherwise)


def _strip(
    files: list[str], options: Options, manner: Manner, output: str | None
) -> tuple[list[Stripped], list[tuple[str, Exception]]]:
    """Strips all FILES that can be, and gives what was wrong with the others."""
    from isolde.binutils.strip import strip_file
    from isolde.errors import ElfError

    stripped: list[Stripped] = []
    faults: list[tuple[str, Exception]] = []
    for file in files:
        try:
            stripped += strip_file(file, options, manner, output)
        except (ElfError, OSError) as error:
            faults.append((file, error))
    return stripped, faults


def _tell(
    stripped: list[Stripped],
    faults: list[tuple[str, Exception]],
    *,
    is_verbose: bool,
    as_json: bool,
) -> None:
    from isolde.cli._errors import FAULT, message_of
    from isolde.report import print_error, print_json, print_text

    if as_json:
        print_json(
            {
                "files": [one._asdict() for one in stripped],
                "errors": [{"file": file, "message": message_of(error)} for file, error in faults],
            }
        )
    elif is_verbose:
        print_text("".join(map(_line, stripped)))
    for _, error in faults:
        print_error(message_of(error))
    if faults:
        raise typer.Exit(FAULT)


def _line(one: Stripped) -> str:
    removed = f"{len(one.sections)} sections and {one.symbols} symbols removed"
    return f"{one.name}: {removed}, {one.size} bytes are {one.new_size}\n"
