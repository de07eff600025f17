"""Text on standard output, written at once: an output that takes no more is noticed here."""

from __future__ import annotations

import sys


class OutputError(Exception):
    """Standard output takes no more: its disk is full, or its reader has left.

    Attributes:
        reader_left: whether it is the reader: `isolde ... | head` is no fault worth a word.
    """

    def __init__(self, message: str, *, reader_left: bool = False) -> None:
        super().__init__(message)
        self.reader_left = reader_left


def print_text(text: str) -> None:
    """Writes TEXT, which ends its own lines.

    Surrogate escapes (PEP 383) become the bytes that they stand for: names in files need not be
    UTF-8.

    Raises:
        OutputError: it could not be written.
    """
    try:
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:
            sys.stdout.flush()
            sys.stdout.buffer.write(_encoded(text, sys.stdout.encoding))
        sys.stdout.flush()
    except OSError as error:
        raise _told(error) from None


def _told(error: OSError) -> OutputError:
    message = f"cannot write to standard output: {error.strerror}"
    return OutputError(message, reader_left=isinstance(error, BrokenPipeError))


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:  # a letter that the terminal's encoding does not have
        return text.encode(encoding, "backslashreplace")


def print_bytes(data: bytes | memoryview) -> None:
    """Writes DATA as it is, behind all text before it.

    Raises:
        OutputError: it could not be written.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        raise _told(error) from None
