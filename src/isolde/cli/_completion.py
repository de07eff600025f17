"""What a shell may complete in the place of an option's value or of an argument."""

from __future__ import annotations

from collections.abc import Callable


def one_of_words(*words: str) -> Callable[[str], list[str]]:
    """A completion whose answers are the WORDS that begin as what is typed."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return complete


def processes(incomplete: str) -> list[tuple[str, str]]:
    """The numbers of processes that begin with INCOMPLETE, each with the process's name."""
    from pathlib import Path

    numbers = [each.name for each in Path("/proc").iterdir() if each.name.isdecimal()]
    return [
        (number, _name(number))
        for number in sorted(numbers, key=int)
        if number.startswith(incomplete)
    ]


def _name(number: str) -> str:
    from pathlib import Path

    try:
        return Path("/proc", number, "comm").read_text("utf-8", "replace").rstrip("\n")
    except OSError:  # it has ended
        return ""
