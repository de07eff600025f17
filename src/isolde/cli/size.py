"""`isolde size`: how much memory the parts of object files take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isolde.cli._completion import one_of_words
from isolde.cli._gnu_words import GnuCommand
from isolde.cli._json import AsJson
from isolde.cli._version import Version

if TYPE_CHECKING:
    from isolde.binutils.inputs import Input
    from isolde.binutils.size import Sizes
    from isolde.cli._inputs import Report

_FORMS = ("berkeley", "sysv", "gnu")
_RADIXES = (8, 10, 16)

COMMAND = GnuCommand


def size(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Objects and archives.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORM",
            help="berkeley, sysv or gnu.",
            autocompletion=one_of_words(*_FORMS),
        ),
    ] = "berkeley",
    sysv: Annotated[
        bool, typer.Option("-A", help="Every section: the same as --format sysv.")
    ] = False,
    berkeley: Annotated[
        bool, typer.Option("-B", help="One line a file: the same as --format berkeley.")
    ] = False,
    gnu: Annotated[
        bool, typer.Option("-G", help="Constants are data, not text: the same as --format gnu.")
    ] = False,
    radix: Annotated[
        int, typer.Option("--radix", metavar="RADIX", help="Numbers to the base 8, 10 or 16.")
    ] = 10,
    octal: Annotated[bool, typer.Option("-o", help="The same as --radix 8.")] = False,
    decimal: Annotated[bool, typer.Option("-d", help="The same as --radix 10.")] = False,
    hexadecimal: Annotated[bool, typer.Option("-x", help="The same as --radix 16.")] = False,
    totals: Annotated[
        bool, typer.Option("-t", "--totals", help="The sums of all files last (not with -A).")
    ] = False,
    common: Annotated[
        bool, typer.Option("--common", help="Common symbols of objects count as bss.")
    ] = False,
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Tell how much memory code, variables and other parts of object files take.

    \b
    isolde size libz.so.1
    isolde size -A -x a.out
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._inputs import Report

    chosen = "sysv" if sysv else "gnu" if gnu else "berkeley" if berkeley else form
    base = 8 if octal else 16 if hexadecimal else 10 if decimal else radix
    _check(chosen, base)
    report = Report("")
    if as_json:
        _keep(files, report, common=common)
    elif chosen == "sysv":
        _print_sections(files, report, base, common=common)
    else:
        _Lines(chosen, base, common=common).print(files, report, totals=totals)
    report.end(as_json=as_json)


def _check(form: str, radix: int) -> None:
    from isolde.cli._errors import MisuseError
    from isolde.cli._inputs import one_of

    one_of("--format", form, _FORMS)
    if radix not in _RADIXES:
        raise MisuseError(f"--radix '{radix}': say 8, 10 or 16")


def _name(each: Input, sysv: bool = False) -> str:
    if each.member is None:
        return f"{each.path}  " if sysv else each.path
    return f"{each.member} {'  ' if sysv else ''}(ex {each.path})"


class _Lines:
    """One line a file."""

    def __init__(self, form: str, radix: int, *, common: bool) -> None:
        self._form, self._radix, self._common = form, radix, common
        self._headed = False

    def print(self, files: list[str], report: Report, *, totals: bool) -> None:
        """A line for each object in FILES, and with TOTALS one for their sums."""
        from isolde.binutils.size import Sizes, sizes_of

        text = self._form == "berkeley"
        rows = []
        for each, file in report.inputs(files):
            sizes = sizes_of(file, constants_are_text=text, common=self._common)
            rows.append(sizes)
            report.write(self._lines(sizes, _name(each)))
        if totals:
            columns = zip(*rows, strict=True) if rows else ((), (), ())
            report.write(self._lines(Sizes(*map(sum, columns)), "(TOTALS)"))

    def _lines(self, sizes: Sizes, name: str) -> list[str]:
        from isolde.binutils import size as tool

        rows = [(sizes, name)]
        if self._form == "gnu":
            heading, lines = tool.GNU_HEADING, tool.gnu_lines(rows, self._radix)
        else:
            heading = tool.berkeley_heading(self._radix)
            lines = tool.berkeley_lines(rows, self._radix)
        first, self._headed = not self._headed, True
        return [heading, *lines] if first else lines


def _print_sections(files: list[str], report: Report, radix: int, *, common: bool) -> None:
    from isolde.binutils.size import section_sizes, sysv_lines

    for each, file in report.inputs(files):
        sections = section_sizes(file, common=common)
        report.write(sysv_lines(sections, _name(each, sysv=True), radix))


def _keep(files: list[str], report: Report, *, common: bool) -> None:
    from isolde.binutils.size import section_sizes, sizes_of

    for each, file in report.inputs(files):
        sizes = sizes_of(file, common=common)
        sections = [part._asdict() for part in section_sizes(file, common=common)]
        report.add(each, {**sizes._asdict(), "total": sizes.total, "sections": sections})
