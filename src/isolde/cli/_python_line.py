"""The command line of `isolde python`, as it is cut: our options, and what is Python's.

Python's own options stand among ours, before the script; what stands behind the script, or behind
``-c CODE`` and ``-m MODULE``, is the script's.  `isolde python -h` and `--version` are ours.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

QUICK = ("--python", "--venv", "--isolate")
_WITH_VALUE = (*QUICK, "--static-tls")
_FLAGS = ("--list", "--json", "--help", "-h", "--version")
_HOOKLESS = "EIS"


class PythonLine:
    """A command line that has been cut.

    Attributes:
        options: ours, with their values; None for those that take none.
        lacks_value: the last of ours takes a value, and none is there.
        arguments: Python's: its own options, then the script and what is its.
        hookless: the option of Python's that keeps it from running hooks ("-I"), or "".
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.options: list[tuple[str, str | None]] = []
        self.arguments: list[str] = []
        self.lacks_value = False
        self.hookless = ""
        rest = list(words)
        while rest and self._takes_option(rest):
            pass
        self.arguments += rest

    def ours(self) -> Iterator[str]:
        """Our options, as words."""
        for name, value in self.options:
            yield name
            if value is not None:
                yield value

    def _takes_option(self, rest: list[str]) -> bool:
        """Takes the first option from REST; False where the script begins."""
        word = rest[0]
        name, has_value, value = word.partition("=")
        if word in _FLAGS:
            self.options.append((rest.pop(0), None))
        elif name in _WITH_VALUE and has_value:
            self.options.append((name, value))
            del rest[0]
        elif name in _WITH_VALUE:
            self.lacks_value = len(rest) == 1
            self.options.append((rest.pop(0), rest.pop(0) if rest else None))
        elif word == "--check-hash-based-pycs":
            self._moves(rest, 2)
        elif word in ("-", "--") or not word.startswith("-"):
            return False
        elif word.startswith("--"):
            self._moves(rest, 1)
        else:
            return self._takes_letters(rest)
        return True

    def _takes_letters(self, rest: list[str]) -> bool:
        """Takes one-letter options: ``-B``, ``-uO``, ``-Xdev``, ``-W error``."""
        word = rest[0]
        for position, letter in enumerate(word[1:], 2):
            if letter in "cm":
                return False
            if letter in "WX":
                self._moves(rest, 1 if position < len(word) else 2)
                return True
            if letter in _HOOKLESS:
                self.hookless = self.hookless or f"-{letter}"
        self._moves(rest, 1)
        return True

    def _moves(self, rest: list[str], count: int) -> None:
        self.arguments += rest[:count]
        del rest[:count]
