"""Rust's first mangling: a C++ nested name whose last part is a hash.

``_ZN`` <length><identifier>… ``17h`` <16 hex digits> ``E``, then perhaps a suffix that the compiler
put there (".llvm.1234", ".cold"), which is no part of the name.  The hash is left out.  In an
identifier, ``..`` stands for ``::`` and ``$LT$`` for ``<``; `_ESCAPES` has the rest.
"""

from __future__ import annotations

import re

_START, _HASH_LENGTH, _FEWEST_DIGITS = 3, 20, 5
_ALPHABET = re.compile(r"_ZN[0-9A-Za-z_$.:@]*\Z")
_HASH = re.compile(r"17h[0-9a-f]{16}E")
_LENGTH = re.compile(r"[1-9][0-9]{0,8}")
_PIECE = re.compile(r"[^.$]+|\.\.?|\$(?:[A-Z]+|u[2-7][0-9a-f])\$")
_ESCAPES = {
    "..": "::",
    "$SP$": "@",
    "$BP$": "*",
    "$RF$": "&",
    "$LT$": "<",
    "$GT$": ">",
    "$LP$": "(",
    "$RP$": ")",
    "$C$": ",",
}


def demangle(name: str) -> str | None:
    """The path that NAME stands for; None when it is no legacy Rust name."""
    end = _end(name)
    if end is None or not _ALPHABET.match(name):
        return None
    parts = _parts(name[_START : end - _HASH_LENGTH])
    return "::".join(_unescaped(part) for part in parts) if parts else None


def _end(name: str) -> int | None:
    """Where the mangled name ends: behind the last "E" that nothing or a suffix follows."""
    end = len(name)
    while end > 0 and not (name[end - 1] == "E" and name[end : end + 1] in ("", ".")):
        end -= 1
    hash_part = name[max(0, end - _HASH_LENGTH) : end]
    if not _HASH.fullmatch(hash_part) or len(set(hash_part[3:-1])) < _FEWEST_DIGITS:
        return None
    return end


def _parts(path: str) -> list[str] | None:
    """The identifiers of PATH; None where a length does not fit."""
    parts, position = [], 0
    while position < len(path):
        length = _LENGTH.match(path, position)
        if length is None:
            return None
        position = length.end() + int(length.group())
        parts.append(path[length.end() : position])
    return parts if position == len(path) else None


def _unescaped(part: str) -> str:
    """PART as it was written; from the first escape on that means nothing, as it is."""
    text = part[1:] if part.startswith("_$") else part  # an identifier cannot begin with "$"
    pieces, position = [], 0
    while (piece := _PIECE.match(text, position)) and (meaning := _meaning(piece.group())):
        pieces.append(meaning)
        position = piece.end()
    return "".join(pieces) + text[position:]


def _meaning(piece: str) -> str | None:
    if piece.startswith("$u"):
        return chr(int(piece[2:-1], 16))
    return _ESCAPES.get(piece) if piece.startswith("$") else _ESCAPES.get(piece, piece)
