"""`isolde strings`: runs of printable characters in any file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, cast

import typer

from isolde.cli._gnu_words import GnuCommand
from isolde.cli._json import AsJson
from isolde.cli._version import Version

if TYPE_CHECKING:
    from io import BufferedReader

    from isolde.binutils.strings import Search

    Part = tuple[int, memoryview | bytes]

COMMAND = GnuCommand
_FORMS = {"o": "{:7o} ", "d": "{:7d} ", "x": "{:7x} "}


def strings(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE...]", help="Any files; standard input without one."),
    ] = None,
    whole: Annotated[bool, typer.Option("-a", "--all", help="The whole file, as usual.")] = False,
    loaded: Annotated[
        bool, typer.Option("-d", "--data", help="Only what is loaded, of object files.")
    ] = False,
    shortest: Annotated[
        int, typer.Option("-n", "--bytes", metavar="COUNT", help="The fewest characters.")
    ] = 4,
    radix: Annotated[
        str, typer.Option("-t", "--radix", metavar="RADIX", help="Places, as o, d or x.")
    ] = "",
    octal: Annotated[bool, typer.Option("-o", help="The same as -t o.")] = False,
    encoding: Annotated[
        str,
        typer.Option(
            "-e",
            "--encoding",
            metavar="KIND",
            help="s, S: 7 or 8 bits; b, l: 16; B, L: 32 (big, little).",
        ),
    ] = "s",
    file_names: Annotated[
        bool, typer.Option("-f", "--print-file-name", help="The file in every line.")
    ] = False,
    white_space: Annotated[
        bool, typer.Option("-w", "--include-all-whitespace", help="Line ends are part of strings.")
    ] = False,
    separator: Annotated[
        str,
        typer.Option("-s", "--output-separator", metavar="TEXT", help="Instead of line ends."),
    ] = "\n",
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Print the strings in files.

    \b
    isolde strings -n 8 a.out
    isolde strings -t x -e l program.exe
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.binutils.strings import ENCODINGS, LONGEST, Search
    from isolde.cli._errors import MisuseError
    from isolde.cli._inputs import one_of

    if shortest < 1:
        raise MisuseError(f"-n {shortest}: a string has at least 1 character")
    if shortest > LONGEST:
        raise MisuseError(f"-n {shortest}: no more than {LONGEST} characters can be asked for")
    places = one_of("-t", radix, "odx") if radix else "o" if octal else ""
    search = Search(
        shortest=shortest,
        encoding=one_of("-e", encoding, ENCODINGS),
        white_space=white_space,
    )
    printer = _Printer(search, places=places, names=file_names, separator=separator)
    printer.whole = whole or not loaded
    printer.run(files or ["-"], as_json=as_json)
    printer.report.end(as_json=as_json)


@contextmanager
def _opened(path: str) -> Iterator[memoryview | BufferedReader]:
    """The bytes of the file at PATH, mapped; what cannot be (standard input, pipes) as a stream."""
    import mmap
    import stat
    import sys

    if path == "-":
        yield cast("BufferedReader", sys.stdin.buffer)
        return
    with open(path, "rb") as stream:  # noqa: PTH123 (errors name the path as it was given)
        status = os.fstat(stream.fileno())
        if stat.S_ISREG(status.st_mode) and status.st_size:
            # Unmapped with the last view of it: an error on its way out still looks at some.
            yield memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
        else:
            yield stream


class _Printer:
    """How strings are printed, and which files could not be read."""

    def __init__(self, search: Search, *, places: str, names: bool, separator: str) -> None:
        from isolde.cli._inputs import Report

        self._search, self.whole = search, True
        self._place = _FORMS.get(places, "")
        self._names, self._separator = names, separator.encode("utf-8", "surrogateescape")
        self.report = Report("")

    def run(self, files: list[str], *, as_json: bool) -> None:
        """Prints the strings of FILES; "-" is standard input."""
        for path in files:
            with self.report.noting(path), _opened(path) as source:
                name = "{standard input}" if path == "-" else path
                parts = self._parts(source, name)
                if as_json:
                    self.report.keep({"file": path, "strings": self._facts(parts)})
                else:
                    self._print(parts, name)

    def _parts(self, source: memoryview | BufferedReader, name: str) -> Iterable[Part]:
        from isolde.binutils.strings import data_sections

        if isinstance(source, memoryview):
            return [(0, source)] if self.whole else data_sections(source, name)
        if self.whole:  # as it comes: it may never end
            return self._search.pieces(source.read1)
        return data_sections(memoryview(source.read()), name)

    def _facts(self, parts: Iterable[Part]) -> list[dict[str, object]]:
        return [
            {"offset": each.offset, "text": each.text.decode("utf-8", "replace")}
            for start, part in parts
            for each in self._search.find(part, start)
        ]

    def _print(self, parts: Iterable[Part], name: str) -> None:
        from isolde.report import print_bytes

        end = self._separator
        if not self._place and not self._names:
            for _, part in parts:
                print_bytes(end.join([*self._search.texts(part), b""]))
            return
        file = f"{name}: ".encode("utf-8", "surrogateescape") if self._names else b""
        for start, part in parts:
            lines = [
                b"%b%b%b" % (file, self._place.format(each.offset).encode(), each.text)
                for each in self._search.find(part, start)
            ]
            print_bytes(end.join([*lines, b""]))
