"""Lines for people on standard error, so that standard output holds only facts."""

from __future__ import annotations

import os
import sys

_RED, _DIM, _PLAIN = "\x1b[1;31m", "\x1b[2m", "\x1b[0m"


def print_error(message: str) -> None:
    """One "isolde: ..." line; MESSAGE says what is wrong and what to do next."""
    _write(f"{_coloured('isolde:', _RED)} {message}")


def print_note(message: str) -> None:
    """What is being done, or what to do next."""
    _write(_coloured(message, _DIM))


def _coloured(text: str, colour: str) -> str:
    wanted = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    return f"{colour}{text}{_PLAIN}" if wanted else text


def _write(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
