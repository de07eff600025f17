"""What `isolde nm` does, once its words are read; without typer, which takes longer."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from isolde.binutils.inputs import Input
    from isolde.binutils.nm import Style, Wanted
    from isolde.elf import File

_FORMS = {"b": "bsd", "p": "posix", "j": "just-symbols"}


def list_symbols(
    files: Sequence[str],
    *,
    dynamic: bool = False,
    demangle: bool = False,
    sizes: bool = False,
    undefined_only: bool = False,
    defined_only: bool = False,
    external_only: bool = False,
    no_weak: bool = False,
    debugging: bool = False,
    special: bool = False,
    by_address: bool = False,
    by_size: bool = False,
    unsorted: bool = False,
    reverse: bool = False,
    file_names: bool = False,
    form: str = "bsd",
    posix: bool = False,
    just_symbols: bool = False,
    radix: str = "x",
    versions: bool = True,
    index: bool = False,
    quiet: bool = False,
    as_json: bool = False,
) -> int:
    """Print the symbols of FILES.

    Returns:
        The exit status: 1 if a file could not be read.
    """
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
    return listings.report.finish(as_json=as_json)


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

    def print(self, files: Sequence[str], *, index: bool) -> None:
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

    def keep(self, files: Sequence[str]) -> None:
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
