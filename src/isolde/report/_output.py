"""Text on standard output, written at once: an output that takes no more is noticed here."""

from __future__ import annotations

import sys


class OutputError(Exception):
    """Standard output takes no more: its disk is full, or its reader has left."""


def print_text(text: str) -> None:
    """Writes TEXT, which ends its own lines.

<<<<<<< HEAD
    Names of files may be of any bytes; what the terminal's encoding lacks is escaped.
=======
    Surrogate escapes (PEP 383) become the bytes that they stand for: names in files need not be
    UTF-8.
>>>>>>> strip

    Raises:
        OutputError: it could not be written.
    """
    try:
<<<<<<< HEAD
        _write(text)
=======
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:
            sys.stdout.flush()
            sys.stdout.buffer.write(_encoded(text, sys.stdout.encoding))
>>>>>>> strip
        sys.stdout.flush()
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror}") from None


<<<<<<< HEAD
def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
=======
def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:  # a letter that the terminal's encoding does not have
        return text.encode(encoding, "backslashreplace")
>>>>>>> strip


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
        raise OutputError(f"cannot write to standard output: {error.strerror}") from None
