"""Colours, in a terminal only, and not where NO_COLOR asks for none."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

_CODES = {"red": "1;31", "green": "32", "cyan": "36", "bold": "1", "dim": "2"}


def painter(stream: TextIO) -> Callable[[str, str], str]:
    """Return what gives a text a colour ("red", "green", "cyan", "bold", "dim") on STREAM."""
    if not stream.isatty() or "NO_COLOR" in os.environ:
        return lambda text, _colour: text
    return lambda text, colour: f"\x1b[{_CODES[colour]}m{text}\x1b[0m"
