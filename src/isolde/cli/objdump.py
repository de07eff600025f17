"""`isolde objdump`: what stands in ELF files, and their code."""

from __future__ import annotations

from typing import Annotated

import typer

from isolde.cli._completion import one_of_words
from isolde.cli._gnu_words import GnuCommand
from isolde.cli._json import AsJson
from isolde.cli._version import Version

# As with GNU's, -h asks for the section headers.
CONTEXT = {"help_option_names": ["--help"]}
COMMAND = GnuCommand


def objdump(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Objects and archives.")],
    file_header: Annotated[
        bool, typer.Option("-f", "--file-headers", help="What kind of file it is.")
    ] = False,
    private_headers: Annotated[
        bool,
        typer.Option("-p", "--private-headers", help="Segments, dynamic section, versions."),
    ] = False,
    section_headers: Annotated[
        bool, typer.Option("-h", "--headers", "--section-headers", help="The sections.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("-x", "--all-headers", help="The same as -a -f -h -p -r -t.")
    ] = False,
    archive_headers: Annotated[
        bool, typer.Option("-a", "--archive-headers", help="What an archive says of its members.")
    ] = False,
    symbols: Annotated[bool, typer.Option("-t", "--syms", help="The symbol table.")] = False,
    dynamic_symbols: Annotated[
        bool, typer.Option("-T", "--dynamic-syms", help="The dynamic linker's symbols.")
    ] = False,
    relocations: Annotated[
        bool, typer.Option("-r", "--reloc", help="The relocations of object files.")
    ] = False,
    dynamic_relocations: Annotated[
        bool, typer.Option("-R", "--dynamic-reloc", help="The dynamic linker's relocations.")
    ] = False,
    contents: Annotated[
        bool, typer.Option("-s", "--full-contents", help="The bytes of sections.")
    ] = False,
    code: Annotated[
        bool, typer.Option("-d", "--disassemble", help="The code, disassembled.")
    ] = False,
    function: Annotated[
        str, typer.Option("--disassemble-symbol", metavar="SYMBOL", hidden=True)
    ] = "",
    all_code: Annotated[
        bool, typer.Option("-D", "--disassemble-all", help="All sections, disassembled.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("-j", "--section", metavar="SECTION", help="Of this section only."),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start-address", metavar="ADDRESS", help="From there on.")
    ] = None,
    stop: Annotated[
        str | None, typer.Option("--stop-address", metavar="ADDRESS", help="Up to there.")
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option(
            "-M",
            "--disassembler-options",
            metavar="SYNTAX",
            help="att or intel.",
            autocompletion=one_of_words("att", "intel"),
        ),
    ] = None,
    bare: Annotated[
        bool, typer.Option("--no-show-raw-insn", help="Without the bytes of instructions.")
    ] = False,
    demangled: Annotated[
        bool,
        typer.Option("-C", "--demangle/--no-demangle", help="C++ and Rust names made readable."),
    ] = False,
    wide: Annotated[bool, typer.Option("-w", "--wide", help="Lines as long as need be.")] = False,
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Print what stands in ELF files, as GNU objdump does; disassemble them.

    \b
    isolde objdump -fh /usr/bin/true
    isolde objdump -T libshapes.so
    isolde objdump -d -j .text --start-address 0x1130 shapes
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._objdump import dump

    status = dump(
        files,
        file_header=file_header,
        private_headers=private_headers,
        section_headers=section_headers,
        everything=everything,
        archive_headers=archive_headers,
        symbols=symbols,
        dynamic_symbols=dynamic_symbols,
        relocations=relocations,
        dynamic_relocations=dynamic_relocations,
        contents=contents,
        code=code,
        function=function,
        all_code=all_code,
        only=only or (),
        start=start,
        stop=stop,
        options=options or (),
        bare=bare,
        demangled=demangled,
        wide=wide,
        as_json=as_json,
    )
    raise typer.Exit(status)
