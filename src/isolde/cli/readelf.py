"""`isolde readelf`: what stands in ELF files."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._gnu_words import GnuCommand
from isolde.cli._json import AsJson
from isolde.cli._version import Version

# As with GNU's, -h asks for the header.
CONTEXT = {"help_option_names": ["--help"]}
COMMAND = GnuCommand


def readelf(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Objects and archives.")],
    everything: Annotated[
        bool, typer.Option("-a", "--all", help="The same as -h -l -S -g -s -r -d -V -u -I -n.")
    ] = False,
    header: Annotated[bool, typer.Option("-h", "--file-header", help="The ELF header.")] = False,
    segments: Annotated[
        bool, typer.Option("-l", "--program-headers", "--segments", help="The program headers.")
    ] = False,
    sections: Annotated[
        bool, typer.Option("-S", "--section-headers", "--sections", help="The section headers.")
    ] = False,
    groups: Annotated[
        bool, typer.Option("-g", "--section-groups", help="The section groups.")
    ] = False,
    details: Annotated[
        bool, typer.Option("-t", "--section-details", help="The section headers at length.")
    ] = False,
    headers: Annotated[bool, typer.Option("-e", "--headers", help="The same as -h -l -S.")] = False,
    symbols: Annotated[
        bool, typer.Option("-s", "--syms", "--symbols", help="The symbol tables.")
    ] = False,
    dynamic_symbols: Annotated[
        bool, typer.Option("--dyn-syms", help="The symbol table of the dynamic linker.")
    ] = False,
    notes: Annotated[bool, typer.Option("-n", "--notes", help="The notes.")] = False,
    relocations: Annotated[bool, typer.Option("-r", "--relocs", help="The relocations.")] = False,
    unwind: Annotated[
        bool, typer.Option("-u", "--unwind", help="The processor's own unwind tables.")
    ] = False,
    dynamic: Annotated[bool, typer.Option("-d", "--dynamic", help="The dynamic section.")] = False,
    versions: Annotated[
        bool, typer.Option("-V", "--version-info", help="The symbol versions.")
    ] = False,
    image: Annotated[
        bool,
        typer.Option("-D", "--use-dynamic", help="Find -s and -r through the dynamic section."),
    ] = False,
    hex_dumps: Annotated[
        list[str] | None,
        typer.Option("-x", "--hex-dump", metavar="SECTION", help="Its bytes, in hexadecimal."),
    ] = None,
    string_dumps: Annotated[
        list[str] | None,
        typer.Option("-p", "--string-dump", metavar="SECTION", help="The strings in it."),
    ] = None,
    unpacked: Annotated[
        bool, typer.Option("-z", "--decompress", help="Decompress what -x and -p show.")
    ] = False,
    histogram: Annotated[
        bool, typer.Option("-I", "--histogram", help="How long the hash tables' chains are.")
    ] = False,
    demangled: Annotated[
        bool,
        typer.Option("-C", "--demangle/--no-demangle", help="C++ and Rust names made readable."),
    ] = False,
    wide: Annotated[bool, typer.Option("-W", "--wide", help="Lines as long as need be.")] = False,
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Print what stands in ELF files, as GNU readelf does.

    \b
    isolde readelf -hS /usr/bin/true
    isolde readelf -Ws --dyn-syms libshapes.so
    isolde readelf -x .rodata -p .comment shapes.o
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._readelf import display

    status = display(
        files,
        everything=everything,
        headers=headers,
        header=header,
        segments=segments,
        sections=sections,
        details=details,
        groups=groups,
        dynamic=dynamic,
        symbols=symbols,
        dynamic_symbols=dynamic_symbols,
        relocations=relocations,
        unwind=unwind,
        versions=versions,
        notes=notes,
        histogram=histogram,
        image=image,
        unpacked=unpacked,
        hex_dumps=hex_dumps or (),
        string_dumps=string_dumps or (),
        demangled=demangled,
        wide=wide,
        as_json=as_json,
    )
    raise typer.Exit(status)
