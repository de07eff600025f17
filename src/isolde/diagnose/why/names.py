"""Names of symbols as people write them: mangled, demangled, or nearly right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
MANGLED = ("_Z", "_R")
"""How names that can be demangled begin: C++, Rust."""

_NEAR = 5
_PARAMETERS = 100  # letters that the parameters of a near name may have
_LIKE = 2  # letters that near names have in common at the beginning
_OPERATOR = re.compile(r"\boperator\b")
_ARGUMENTS = re.compile(r"<[^<>]*>")
_ANONYMOUS = "(anonymous namespace)"


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
    part = _own_name(word)
    wanted = _without_spaces(word)
    likely = [name for name in known if name.startswith(MANGLED) and part in name]
    from isolde.demangle import readable

    texts = readable(likely)
    return [name for name, text in zip(likely, texts, strict=True) if _is_meant(text, wanted)]


def _looks_readable(word: str) -> bool:
    return any(sign in word for sign in ("::", "(", "<", " ")) or word.isidentifier()


def _own_name(word: str) -> str:
    """The last identifier of a name, which a mangled one has in it; "" for an operator's."""
    if _OPERATOR.search(word):
        return ""
    plain, before = word, ""
    while plain != before:
        before, plain = plain, _ARGUMENTS.sub("", plain)
    parts = _IDENTIFIER.findall(plain.replace(_ANONYMOUS, "").partition("(")[0])
    return parts[-1] if parts else ""


def _is_meant(text: str, wanted: str) -> bool:
    """Whether a demangled TEXT is what somebody WANTED, with its parameters or without."""
    return any(
        wanted == whole or ("(" not in wanted and whole.startswith(f"{wanted}("))
        for whole in map(_without_spaces, _forms(text))
    )


def _forms(text: str) -> Iterator[str]:
    """A readable name; a template's also without its return type, which nobody writes."""
    yield text
    if ">(" in text:
        depth = 0
        for number, letter in enumerate(text):
            depth += (letter in "<([") - (letter in ">)]")
            if letter == " " and not depth:
                yield text[number + 1 :]


def _without_spaces(text: str) -> str:
    return text.replace(" ", "")


def near_names(word: str, names: Iterable[str]) -> tuple[str, ...]:
    """Names that are like WORD, the likest first."""
    from difflib import get_close_matches

    if "::" in word or "(" in word:
        return _near_readable(word, names)
    start, size = word.strip("_")[:_LIKE].lower(), len(word)
    likely = {
        name
        for name in names
        if name.strip("_").lower().startswith(start) and abs(len(name) - size) <= max(3, size // 3)
    }
    return tuple(get_close_matches(word, sorted(likely), n=_NEAR, cutoff=0.7))


def _near_readable(word: str, names: Iterable[str]) -> tuple[str, ...]:
    """Readable names that are like WORD; those of the same function with other parameters first."""
    from difflib import get_close_matches

    from isolde.demangle import readable

    size = len(word)
    likely = [name for name in names if name.startswith(MANGLED)]
    texts = sorted({text for text in readable(likely) if len(text) <= 2 * size + _PARAMETERS})
    function = word.partition("(")[0]
    same = [text for text in texts if text.startswith(f"{function}(")]
    short = {text.partition("(")[0]: text for text in texts}
    close = [short[text] for text in get_close_matches(function, short, n=_NEAR, cutoff=0.7)]
    return tuple(dict.fromkeys((*same, *close)))[:_NEAR]
