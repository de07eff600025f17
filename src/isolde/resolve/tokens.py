"""Dynamic string tokens: `$ORIGIN`, `$LIB` and `$PLATFORM` in run paths and needed names."""

from __future__ import annotations

_NAMES = ("ORIGIN", "LIB", "PLATFORM")


def expand(text: str, *, origin: str, lib: str, platform: str) -> str:
    """Return TEXT with its tokens replaced; a name may stand in braces.

    Args:
        text: a run path's folder, or a needed name.
        origin: the folder of the file that holds TEXT.
        lib: the system's library folder name, such as "lib64".
        platform: the processor's platform, such as "x86_64".
    """
    values = {"ORIGIN": origin, "LIB": lib, "PLATFORM": platform}
    first, *others = text.split("$")
    return first + "".join(_expanded(other, values) for other in others)


def _expanded(text: str, values: dict[str, str]) -> str:
    """What stands behind a dollar sign, its name replaced; as it was if that is no token."""
    for name in _NAMES:
        if text.startswith(f"{{{name}}}"):
            return values[name] + text[len(name) + 2 :]
        rest = text.removeprefix(name)
        if rest != text and not (rest[:1].isascii() and (rest[:1].isalnum() or rest[:1] == "_")):
            return values[name] + rest
    return f"${text}"
