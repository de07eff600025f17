"""What the object-file tools share: one file after the other, each with its own errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isolde.binutils.objects import Object


class Failures:
    """The files that could not be read; the others are told about all the same."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def objects(self, path: str) -> Iterator[Object]:
        """The objects in the file at PATH; what is wrong goes to standard error."""
        from isolde.binutils.objects import objects_in

        with self.noted(), objects_in(path) as objects:
            yield from objects

    def noted(self) -> _Noted:
        """A context whose errors about files are told, and remembered."""
        return _Noted(self)

    def note(self, error: Exception) -> None:
        """Tells ERROR and remembers it."""
        from isolde.cli._errors import message_of
        from isolde.report import print_error

        self.messages.append(message_of(error))
        print_error(self.messages[-1])

    def end(self) -> None:
        """Ends the command with status 1 if there were any."""
        import typer

        if self.messages:
            raise typer.Exit(1)


class _Noted:
    def __init__(self, failures: Failures) -> None:
        self._failures = failures

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        from isolde.cli._errors import is_about_a_file
        from isolde.errors import ElfError

        if isinstance(error, ElfError) or (isinstance(error, OSError) and is_about_a_file(error)):
            self._failures.note(error)
            return True
        return False


def print_lines(lines: Sequence[str]) -> None:
    """Writes LINES; names in them keep the bytes that they have in their file."""
    from isolde.report import print_bytes

    if lines:
        print_bytes(("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))


def readable_json(text: str) -> str:
    """TEXT for JSON: bytes of a name that are no UTF-8 become U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


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
