"""The command line of `isolde ar`: letters for what to do and how, then names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from isolde.cli._errors import MisuseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isolde.binutils.ar import Options

_OPERATIONS = "dmpqrtxs"
_MODIFIERS = "abcDfiNoOPsSTuUvl"


class ArLine(NamedTuple):
    """What is asked for.

    operation: the letter of what to do.  modifiers: the other letters.
    """

    operation: str
    modifiers: str
    archive: str
    files: list[str]
    options: Options

    @property
    def is_verbose(self) -> bool:
        """Whether to tell what is done with each member."""
        return "v" in self.modifiers


def read_line(words: Sequence[str], *, thin: bool) -> ArLine:
    """What WORDS ask for.

    Raises:
        MisuseError: they make no sense together.
    """
    letters, names = _split(words)
    operation = _operation(letters)
    modifiers = letters.replace(operation, "", 1)
    member = _named(names, "after or before which member") if set("abi") & set(modifiers) else ""
    instance = _count(names) if "N" in modifiers else 0
    archive = _named(names, "which archive")
    _refuse(operation, modifiers)
    return ArLine(
        operation, modifiers, archive, names, _options(modifiers, member, instance, thin=thin)
    )


def _split(words: Sequence[str]) -> tuple[str, list[str]]:
    """The letters, and the names behind them."""
    dashed = "".join(word[1:] for word in words if word.startswith("-") and len(word) > 1)
    names = [word for word in words if not word.startswith("-") or len(word) == 1]
    if dashed:
        return dashed, names
    return names[0], names[1:]


def _operation(letters: str) -> str:
    for letter in letters:
        if letter not in _OPERATIONS + _MODIFIERS:
            raise MisuseError(
                f"ar knows no letter '{letter}' (in '{letters}'); `isolde ar --help` lists them"
            )
    found = [letter for letter in letters if letter in _OPERATIONS and letter != "s"]
    if len(set(found)) > 1:
        raise MisuseError(f"'{letters}' asks for two things at once: {found[0]} and {found[1]}")
    if not found and "s" not in letters:
        raise MisuseError(f"'{letters}' does not say what to do: one of r, q, d, m, t, p, x, s")
    return found[0] if found else "s"


def _named(names: list[str], what: str) -> str:
    if not names:
        raise MisuseError(f"the command line does not say {what}; see `isolde ar --help`")
    return names.pop(0)


def _count(names: list[str]) -> int:
    text = _named(names, "which of the members of one name (N)")
    if not text.isdecimal() or int(text) < 1:
        raise MisuseError(f"N takes a number from 1 on, not '{text}'")
    return int(text)


def _refuse(operation: str, modifiers: str) -> None:
    if "N" in modifiers and operation not in "dx":
        raise MisuseError(f"N has a meaning with d and x only, not with {operation}")
    if set("abi") & set(modifiers) and operation not in "rm":
        raise MisuseError(f"a, b and i have a meaning with r and m only, not with {operation}")
    if "D" in modifiers and "U" in modifiers:
        raise MisuseError("D and U contradict each other: without times and owners, or with them")
    if set("fl") & set(modifiers):
        raise MisuseError("isolde's ar has neither f (names cut short) nor l (dependencies)")
    if "u" in modifiers and operation == "r" and "U" not in modifiers:
        raise MisuseError("u compares times, which only an archive made with U has: say ruU")


def _options(modifiers: str, member: str, instance: int, *, thin: bool) -> Options:
    from isolde.binutils.ar import Options, Place

    return Options(
        with_index="S" not in modifiers,
        deterministic="U" not in modifiers,
        newer_only="u" in modifiers,
        place=Place(member, "a" in modifiers) if member else None,
        instance=instance,
        full_names="P" in modifiers,
        thin=thin or "T" in modifiers,
    )
