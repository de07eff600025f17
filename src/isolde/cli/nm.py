"""`isolde nm`: the symbols of object files."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._completion import one_of_words
from isolde.cli._gnu_words import GnuCommand
from isolde.cli._json import AsJson
from isolde.cli._version import Version

COMMAND = GnuCommand


def nm(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Objects and archives.")],
    dynamic: Annotated[
        bool, typer.Option("-D", "--dynamic", help="The dynamic symbols, with their versions.")
    ] = False,
    demangle: Annotated[
        bool,
        typer.Option(
            "-C", "--demangle/--no-demangle", help="C++ and Rust names as they were written."
        ),
    ] = False,
    sizes: Annotated[
        bool, typer.Option("-S", "--print-size", help="Sizes behind the values.")
    ] = False,
    undefined_only: Annotated[
        bool, typer.Option("-u", "--undefined-only", help="Only what the file asks for.")
    ] = False,
    defined_only: Annotated[
        bool, typer.Option("--defined-only", help="Only what the file has.")
    ] = False,
    external_only: Annotated[
        bool, typer.Option("-g", "--extern-only", help="Only what other files can see.")
    ] = False,
    no_weak: Annotated[bool, typer.Option("-W", "--no-weak", help="No weak symbols.")] = False,
    debugging: Annotated[
        bool, typer.Option("-a", "--debug-syms", help="Symbols of sections and source files, too.")
    ] = False,
    special: Annotated[
        bool, typer.Option("--special-syms", help="Marks between code and data, too (Arm, RISC-V).")
    ] = False,
    by_address: Annotated[
        bool, typer.Option("-n", "-v", "--numeric-sort", help="In the order of addresses.")
    ] = False,
    by_size: Annotated[
        bool, typer.Option("--size-sort", help="In the order of sizes, which are printed.")
    ] = False,
    unsorted: Annotated[
        bool, typer.Option("-p", "--no-sort", help="In the order of the file.")
    ] = False,
    reverse: Annotated[
        bool, typer.Option("-r", "--reverse-sort", help="The other way round.")
    ] = False,
    file_names: Annotated[
        bool, typer.Option("-A", "-o", "--print-file-name", help="The file in every line.")
    ] = False,
    form: Annotated[
        str,
        typer.Option(
            "-f",
            "--format",
            metavar="FORM",
            help="bsd, posix or just-symbols.",
            autocompletion=one_of_words("bsd", "posix", "just-symbols"),
        ),
    ] = "bsd",
    posix: Annotated[
        bool, typer.Option("-P", "--portability", help="The same as --format posix.")
    ] = False,
    just_symbols: Annotated[
        bool, typer.Option("-j", "--just-symbols", help="The same as --format just-symbols.")
    ] = False,
    radix: Annotated[
        str, typer.Option("-t", "--radix", metavar="RADIX", help="Numbers are d, o or x.")
    ] = "x",
    versions: Annotated[
        bool,
        typer.Option(
            "--with-symbol-versions/--without-symbol-versions",
            help="Versions behind the names of dynamic symbols.",
        ),
    ] = True,
    index: Annotated[
        bool, typer.Option("-s", "--print-armap", help="The symbol index of archives, too.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="No note about files without symbols.")
    ] = False,
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """List the symbols of object files, executables, libraries and archives.

    \b
    isolde nm -DC --defined-only libz.so.1
    isolde nm -A --undefined-only *.o
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._nm import list_symbols

    status = list_symbols(
        files,
        dynamic=dynamic,
        demangle=demangle,
        sizes=sizes,
        undefined_only=undefined_only,
        defined_only=defined_only,
        external_only=external_only,
        no_weak=no_weak,
        debugging=debugging,
        special=special,
        by_address=by_address,
        by_size=by_size,
        unsorted=unsorted,
        reverse=reverse,
        file_names=file_names,
        form=form,
        posix=posix,
        just_symbols=just_symbols,
        radix=radix,
        versions=versions,
        index=index,
        quiet=quiet,
        as_json=as_json,
    )
    if status:
        raise typer.Exit(status)
