"""Names of symbols as people write them: mangled, demangled, or nearly right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
MANGLED = ("_Z", "_R")
"""How names that can be demangled begin: C++, Rust."""

_NEAR = 5
_LIKE = 2  # letters that near names have in common at the beginning
_OPERATORS = {"operator"}


def split_version(word: str) -> tuple[str, str | None]:
    """The name and the version of "NAME@VERSION" or "NAME@@VERSION"; None for no version."""
    name, at, version = word.partition("@")
    version = version.lstrip("@")
    return (name, version) if at and name and version else (word, None)


def meant(word: str, names: Iterable[str]) -> list[str]:
    """The names among NAMES that WORD means: itself, or those that demangle to it."""
    known = dict.fromkeys(names)
    if word in known:
        return [word]
    if not _looks_readable(word):
        return []
    parts = _IDENTIFIER.findall(word.partition("(")[0])
    wanted = _without_spaces(word)
    likely = [name for name in known if name.startswith(MANGLED) and _has(name, parts[-1:])]
    from isolde.demangle import readable

    texts = readable(likely)
    return [name for name, text in zip(likely, texts, strict=True) if _is_meant(text, wanted)]


def _looks_readable(word: str) -> bool:
    return "::" in word or "(" in word or "<" in word or word.isidentifier()


def _has(name: str, parts: Sequence[str]) -> bool:
    """Whether a mangled name may be one of these parts: identifiers stand in it as they are."""
    return all(part in name or part in _OPERATORS for part in parts)


def _is_meant(text: str, wanted: str) -> bool:
    """Whether a demangled TEXT is what somebody WANTED, with its parameters or without."""
    whole = _without_spaces(text)
    return wanted == whole or ("(" not in wanted and whole.startswith(f"{wanted}("))


def _without_spaces(text: str) -> str:
    return text.replace(" ", "")


def near_names(word: str, names: Iterable[str]) -> tuple[str, ...]:
    """Names that are like WORD, the likest first."""
    from difflib import get_close_matches

    start, size = word.strip("_")[:_LIKE].lower(), len(word)
    likely = {
        name
        for name in names
        if name.strip("_").lower().startswith(start) and abs(len(name) - size) <= max(3, size // 3)
    }
    return tuple(get_close_matches(word, sorted(likely), n=_NEAR, cutoff=0.7))
