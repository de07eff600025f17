"""What the tools that display files share: one after the other, each with its own errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isolde.binutils.inputs import Input
    from isolde.elf import File

_LINES_AT_ONCE = 10_000


class Report:
    """Displays files as text or as JSON, and remembers what was wrong with them.

    title: the line before each of several files and of a member, with {} for its name; "": none.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._facts: list[dict[str, object]] = []
        self._errors: list[dict[str, object]] = []
        self._file: str | None = None

    def inputs(self, paths: Sequence[str]) -> Iterator[tuple[Input, File]]:
        """Every file and every member that PATHS name, opened; what cannot be is told."""
        from isolde.binutils.inputs import inputs_in

        for path in paths:
            with self.noting(path), inputs_in(path) as inputs:
                for each in inputs:
                    with self.noting(path):
                        if len(paths) > 1 or each.member is not None:
                            self.write([self._title.format(each.name)] if self._title else [])
                        with each.open() as file:
                            yield each, file

    @contextmanager
    def noting(self, path: str) -> Iterator[None]:
        """Tells what is wrong with the file at PATH if it cannot be read; the others go on."""
        from isolde.cli._errors import is_about_a_file, message_of
        from isolde.errors import ElfError

        outer, self._file = self._file, path
        try:
            yield
        except (ElfError, OSError) as error:
            if not isinstance(error, ElfError) and not is_about_a_file(error):
                raise
            self.tell([message_of(error) + _elsewhere(path, error)])
        finally:
            self._file = outer

    def write(self, lines: Iterable[str]) -> None:
        """Writes LINES as they come; names in them keep the bytes that they have in their file."""
        from isolde.report import print_bytes

        several = iter(lines)
        while some := list(islice(several, _LINES_AT_ONCE)):
            print_bytes(("\n".join(some) + "\n").encode("utf-8", "surrogateescape"))

    def add(self, each: Input, facts: dict[str, object]) -> None:
        """Keeps the FACTS of a file for JSON."""
        self.keep({"file": each.path, "member": each.member, **facts})

    def keep(self, facts: dict[str, object]) -> None:
        """Keeps FACTS, which name their file themselves."""
        self._facts.append(facts)

    def tell(self, faults: Iterable[str]) -> None:
        """Tells what is wrong with a file that was shown as far as it could be.

        It is the file whose inputs are being read; outside of them, none.
        """
        from isolde.report import print_error

        for fault in faults:
            self._errors.append({"file": self._file, "message": fault})
            print_error(fault)

    def end(self, *, as_json: bool) -> None:
        """Prints what is kept for JSON; ends the command with status 1 if anything was wrong."""
        import typer

        if self.finish(as_json=as_json):
            raise typer.Exit(1)

    def finish(self, *, as_json: bool) -> int:
        """Prints what is kept for JSON; the exit status is 1 if anything was wrong."""
        from isolde.report import print_json

        if as_json:
            print_json({"files": _readable(self._facts), "errors": _readable(self._errors)})
        return int(bool(self._errors))


def _elsewhere(path: str, error: Exception) -> str:
    """Where the dynamic linker would find PATH, if it is the name of a library and no file."""
    if not isinstance(error, FileNotFoundError) or "/" in path or ".so" not in path:
        return ""
    from isolde.cli._files import system_of
    from isolde.errors import IsoldeError
    from isolde.resolve.closure import Closure

    try:
        found = Closure(system_of("")).open(path)
    except (IsoldeError, OSError):
        return ""
    return f"; `isolde tree {path}` finds {found.path}" if found else ""


def _readable(value: object) -> object:
    """VALUE for JSON: bytes of a name that are no UTF-8 become U+FFFD."""
    if isinstance(value, str):
        if value.isascii():
            return value
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        return [_readable(each) for each in value]
    if isinstance(value, dict):
        return {key: _readable(each) for key, each in value.items()}
    return value


def one_of(option: str, value: str, allowed: Iterable[str]) -> str:
    """VALUE, which OPTION has.

    Raises:
        MisuseError: it is not ALLOWED.
    """
    from isolde.cli._errors import MisuseError

    words = list(allowed)
    if value not in words:
        raise MisuseError(f"{option} '{value}': say {', '.join(words[:-1])} or {words[-1]}")
    return value
