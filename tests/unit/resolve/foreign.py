"""The smallest ELF files that a dynamic linker of any class and byte order would take."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_NEEDED, _STRTAB, _STRSZ, _SONAME, _RUNPATH = 1, 5, 10, 14, 29


class Kind(NamedTuple):
    """A kind of machine: ELF class, struct's byte order, `e_machine`, `e_flags`."""

    elf_class: int
    order: str
    machine: int
    flags: int = 0


ARM64 = Kind(64, "<", 183)
ARMHF = Kind(32, "<", 40, 0x05000400)
S390X = Kind(64, ">", 22)
I386 = Kind(32, "<", 3)


def write_elf(
    path: Path,
    kind: Kind,
    needed: Sequence[str] = (),
    runpath: str | None = None,
    interpreter: str | None = None,
) -> Path:
    """Write a library whose soname is its file's name; a program if it has an INTERPRETER."""
    strings = b"\0"
    tags: list[tuple[int, int]] = []
    texts = [(_NEEDED, name) for name in needed]
    texts += [] if runpath is None else [(_RUNPATH, runpath)]
    texts += [(_SONAME, path.name)] if interpreter is None else []
    for tag, text in texts:
        tags.append((tag, len(strings)))
        strings += text.encode() + b"\0"
    word = "Q" if kind.elf_class == 64 else "I"
    start, step = (64, 56) if kind.elf_class == 64 else (52, 32)
    asked = (interpreter or "").encode() + b"\0"
    strings_at = start + 3 * step
    dynamic_at = (strings_at + len(strings) + len(asked) + 15) & ~15
    tags += [(_STRTAB, strings_at), (_STRSZ, len(strings)), (0, 0)]
    dynamic = b"".join(struct.pack(f"{kind.order}2{word}", *tag) for tag in tags)
    size = dynamic_at + len(dynamic)
    parts = [(1, 0, size), (2, dynamic_at, len(dynamic))]
    parts += [(3, strings_at + len(strings), len(asked))] if interpreter else []
    body = _header(kind, word, start, step, len(parts), program=interpreter is not None)
    body += b"".join(_segment(kind, *part) for part in parts)
    body = body.ljust(strings_at, b"\0") + strings + asked
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body.ljust(dynamic_at, b"\0") + dynamic)
    return path


def _header(kind: Kind, word: str, start: int, step: int, parts: int, *, program: bool) -> bytes:
    ident = bytes((0x7F, *b"ELF", kind.elf_class // 32, 1 if kind.order == "<" else 2, 1))
    fields = struct.pack(
        f"{kind.order}HHI3{word}IHHHHHH",
        2 if program else 3,
        kind.machine,
        1,
        *(0, start, 0),
        kind.flags,
        *(start, step, parts),
        *(0, 0, 0),
    )
    return ident.ljust(16, b"\0") + fields


def _segment(kind: Kind, number: int, offset: int, size: int) -> bytes:
    if kind.elf_class == 64:
        fields = (number, 4, offset, offset, offset, size, size, 1)
        return struct.pack(f"{kind.order}II6Q", *fields)
    return struct.pack(f"{kind.order}8I", number, offset, offset, offset, size, size, 4, 1)
