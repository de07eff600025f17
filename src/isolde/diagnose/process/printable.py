"""Names that other processes chose, made fit for a terminal."""

from __future__ import annotations


def printable(name: str) -> str:
    """NAME with what is no visible character as an escape sequence of Python's."""
    if name.isprintable():
        return name
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in name
    )
