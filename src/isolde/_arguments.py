"""Arguments of the public functions, checked and in the bytes that the core takes."""

# Pathlib knows no bytes:
# ruff: noqa: PTH109, PTH118

from __future__ import annotations

import operator
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    File = str | bytes | os.PathLike[str] | os.PathLike[bytes]


def space_name(name: object) -> bytes | None:
    """A space's name; None leaves the choice to the core."""
    if name is None:
        return None
    if not isinstance(name, str):
        raise TypeError(f"a space's name must be str or None, not {_kind(name)}")
    return _filled(name.encode("utf-8", "surrogateescape"), "a space's name")


def file_name(file: object) -> bytes:
    """A soname or path; `str` in the file system's encoding."""
    return _path(file, "a file to load must be a soname or path (str, bytes or os.PathLike)")


def program_name(file: object) -> bytes:
    """A program's path, or its name in PATH."""
    return _path(file, "a program must be a name or path (str, bytes or os.PathLike)")


def program_arguments(arguments: object) -> list[bytes]:
    """What follows argv[0]; unlike a path, an argument may be empty."""
    expected = "args must be an iterable of str, bytes or os.PathLike"
    return [_string(item, expected) for item in _items(arguments, expected)]


def environment(variables: object) -> list[bytes] | None:
    """Entries NAME=VALUE; None leaves the process's."""
    if variables is None:
        return None
    expected = "env must be a mapping of names to values (str, bytes or os.PathLike), or None"
    try:
        items = list(variables.items())  # type: ignore[attr-defined]
    except (AttributeError, TypeError):
        raise TypeError(f"{expected}, not {_kind(variables)}") from None
    return [
        _variable_name(name, expected) + b"=" + _string(value, expected) for name, value in items
    ]


def symbol_name(name: object) -> bytes:
    """A symbol's name."""
    if isinstance(name, str):
        name = name.encode("utf-8", "surrogateescape")
    if not isinstance(name, bytes):
        raise TypeError(f"a symbol's name must be str or bytes, not {_kind(name)}")
    return _filled(name, "a symbol's name")


def folders(search_path: object) -> list[bytes]:
    """Folders, made absolute: a later chdir must not change what a space finds."""
    expected = "search_path must be an iterable of folders (str, bytes or os.PathLike)"
    here = os.getcwdb()
    return [os.path.join(here, _path(folder, expected)) for folder in _items(search_path, expected)]


def policy(shared: object) -> list[bytes]:
    """Globs of sonames, each perhaps after a "!"."""
    globs = sonames(shared, "shared")
    if b"!" in globs:
        raise ValueError("a soname in shared must not be empty")
    return globs


def sonames(globs: object, what: str) -> list[bytes]:
    """Globs of sonames; WHAT is the argument's name."""
    expected = f"{what} must be an iterable of sonames (str)"
    items = _items(globs, expected)
    for item in items:
        if not isinstance(item, str):
            raise TypeError(f"{expected}, and one of them is {_kind(item)}")
    return [_filled(os.fsencode(str(item)), f"a soname in {what}") for item in items]


def load_mode(mode: object) -> int:
    """RTLD_* flags."""
    try:
        return operator.index(mode)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"mode must be an int of RTLD_* flags, not {_kind(mode)}") from None


def _kind(value: object) -> str:
    return type(value).__name__


def _filled(value: bytes, what: str) -> bytes:
    if not value:
        raise ValueError(f"{what} must not be empty")
    return _without_nul(value, what)


def _without_nul(value: bytes, what: str) -> bytes:
    if b"\0" in value:
        raise ValueError(f"{what} must not contain a NUL byte: {os.fsdecode(value)!r}")
    return value


def _path(value: object, expected: str) -> bytes:
    try:
        encoded = os.fsencode(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{expected}, not {_kind(value)}") from None
    return _filled(encoded, "a path")


def _string(value: object, expected: str) -> bytes:
    try:
        encoded = os.fsencode(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{expected}, and one of them is {_kind(value)}") from None
    return _without_nul(encoded, "an argument or variable")


def _variable_name(value: object, expected: str) -> bytes:
    name = _filled(_string(value, expected), "a variable's name")
    if b"=" in name:
        raise ValueError(f"a variable's name must not contain '=': {os.fsdecode(name)!r}")
    return name


def _items(values: object, expected: str) -> Iterable[object]:
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{expected}, not a single {_kind(values)}")
    try:
        return list(values)  # type: ignore[call-overload,no-any-return]
    except TypeError:
        raise TypeError(f"{expected}, not {_kind(values)}") from None
