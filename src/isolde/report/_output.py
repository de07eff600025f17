"""Text on standard output, written at once: an output that takes no more is noticed here."""

from __future__ import annotations

import sys


class OutputError(Exception):
    """Standard output takes no more: its disk is full, or its reader has left."""


def print_text(text: str) -> None:
    """Writes TEXT, which ends its own lines.

    Names of files may be of any bytes; what the terminal's encoding lacks is escaped.

    Raises:
        OutputError: it could not be written.
    """
    try:
        _write(text)
        sys.stdout.flush()
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror}") from None


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


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
