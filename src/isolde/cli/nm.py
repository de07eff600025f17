"""`isolde nm`: the symbols of object files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isolde.cli._version import Version

if TYPE_CHECKING:
    from isolde.binutils.inputs import Input
    from isolde.binutils.nm import Style, Wanted
    from isolde.elf import File

_FORMS = {"b": "bsd", "p": "posix", "j": "just-symbols"}


def nm(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Objects and archives.")],
    dynamic: Annotated[
        bool, typer.Option("-D", "--dynamic", help="The dynamic symbols, with their versions.")
    ] = False,
    demangle: Annotated[
        bool, typer.Option("-C", "--demangle", help="C++ and Rust names as they were written.")
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
        str, typer.Option("-f", "--format", metavar="FORM", help="bsd, posix or just-symbols.")
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
    as_json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")] = False,
    version: Version = False,
) -> None:
    """List the symbols of object files, executables, libraries and archives.

    \b
    isolde nm -DC --defined-only libz.so.1
    isolde nm -A --undefined-only *.o
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.binutils.nm import Style, Wanted
    from isolde.cli._inputs import one_of

    wanted = Wanted(
        dynamic=dynamic,
        undefined_only=undefined_only,
        defined_only=defined_only,
        external_only=external_only,
        no_weak=no_weak,
        debugging=debugging,
        special=special,
        versions=versions,
        by=_order(by_address=by_address, by_size=by_size, unsorted=unsorted),
        reverse=reverse,
        demangle=demangle,
    )
    style = Style(
        form=_form(form, posix=posix, just_symbols=just_symbols),
        radix=one_of("--radix", radix, "dox"),
        sizes=sizes,
        values_are_sizes=by_size,
    )
    if demangle:
        _prepare_demangling()
    listings = _Listings(wanted, style, several=len(files) > 1, file_names=file_names, quiet=quiet)
    if as_json:
        listings.keep(files)
    else:
        listings.print(files, index=index)
    listings.report.end(as_json=as_json)


def _form(form: str, *, posix: bool, just_symbols: bool) -> str:
    from isolde.cli._inputs import one_of

    asked = "posix" if posix else "just-symbols" if just_symbols else form
    return one_of("--format", _FORMS.get(asked, asked), _FORMS.values())


def _order(*, by_address: bool, by_size: bool, unsorted: bool) -> str:
    """The order that wins: binutils lets --size-sort win over -p, and -p over -n."""
    if by_size:
        return "size"
    if unsorted:
        return ""
    return "address" if by_address else "name"


def _prepare_demangling() -> None:
    from isolde.demangle import has_cxx_runtime, prepare
    from isolde.report import print_note

    prepare()
    if not has_cxx_runtime():
        print_note(
            "C++ names stay as they are: this machine has neither libstdc++.so.6 nor libc++abi.so.1"
        )


class _Listings:
    """How the symbols of files are printed."""

    def __init__(
        self, wanted: Wanted, style: Style, *, several: bool, file_names: bool, quiet: bool
    ) -> None:
        from isolde.cli._inputs import Report

        self._wanted = wanted
        self._style = style
        self._several = several
        self._file_names = file_names
        self._quiet = quiet
        self.report = Report("")

    def print(self, files: list[str], *, index: bool) -> None:
        """The symbols of FILES as text; with INDEX, those of archives' indexes first."""
        for path in files:
            if index:
                self.report.write(self._index(path))
            first = not index
            for each, file in self.report.inputs([path]):
                if first and each.member is not None and self._several:
                    self.report.write(self._archive_heading(path))
                first = False
                self.report.write(self._heading(each))
                self._print_symbols(each, file)

    def keep(self, files: list[str]) -> None:
        """Keeps the symbols of FILES for JSON."""
        from isolde.binutils.nm import facts_of, listing_of

        for each, file in self.report.inputs(files):
            self.report.add(each, {"symbols": facts_of(listing_of(file, self._wanted))})

    def _print_symbols(self, each: Input, file: File) -> None:
        from dataclasses import replace

        from isolde.binutils.nm import lines, listing_of
        from isolde.report import print_note

        style = replace(self._style, prefix=self._prefix(each))
        listing = listing_of(file, self._wanted)
        self.report.write(lines(listing, style, digits=file.header.elf_class // 4))
        if not self._quiet and not self._has_symbols(file):
            print_note(f"{each.member or each.path}: no symbols")

    def _has_symbols(self, file: File) -> bool:
        table = file.dynamic_symbols if self._wanted.dynamic else file.symbols
        return len(table) > 1

    def _index(self, path: str) -> list[str]:
        from isolde.binutils.nm import index_lines
        from isolde.elf.archive import Archive
        from isolde.errors import ElfError

        try:
            with Archive(path) as archive:
                found = index_lines(archive)
                heading = self._archive_heading(path) if self._several else []
                return [*heading, *(["", "Archive index:", *found] if found else [])]
        except (ElfError, OSError):
            return []  # what is no archive has no index; what cannot be read is told later

    def _archive_heading(self, path: str) -> list[str]:
        return ["", f"{path}:"] if self._style.form == "bsd" else []

    def _heading(self, each: Input) -> list[str]:
        if self._file_names or (each.member is None and not self._several):
            return []
        if self._style.form == "just-symbols":
            return []
        if self._style.form == "posix":
            name = each.path if each.member is None else f"{each.path}[{each.member}]"
            return [f"{name}:"]
        return ["", f"{each.member or each.path}:"]

    def _prefix(self, each: Input) -> str:
        if not self._file_names:
            return ""
        if self._style.form == "posix":
            return f"{each.path}: " if each.member is None else f"{each.path}[{each.member}]: "
        return f"{each.path}:" if each.member is None else f"{each.path}:{each.member}:"
