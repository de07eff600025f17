"""Lines for people on standard error, so that standard output holds only facts."""

from __future__ import annotations

import sys

from isolde.report._colour import painter


def print_error(message: str) -> None:
    """One "isolde: ..." line; MESSAGE says what is wrong and what to do next."""
    _write(f"{painter(sys.stderr)('isolde:', 'red')} {message}")


def print_note(message: str) -> None:
    """What is being done, or what to do next."""
    _write(painter(sys.stderr)(message, "dim"))


def _write(line: str) -> None:
    # A byte of a file's name that is no UTF-8 is "\xff" here, not the "\udcff" it is to Python.
    text = line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
