"""What a command's words mean: the files that it is asked about, or why they are none."""

from __future__ import annotations

import os

from isolde.elf.constants import ET_CORE, ET_REL
from isolde.errors import ElfError, IsoldeError
from isolde.resolve.closure import Closure, LoadedObject
from isolde.resolve.system import System


class SubjectError(IsoldeError):
    """What was asked about cannot have dependencies; the message says what to ask about."""


def path_of(system: System, word: str) -> str:
    """Return what a person's WORD is in SYSTEM: a path, or a name to search for as dlopen would.

    A word without a slash is a file of the current folder if there is one.

    Raises:
        SubjectError: it is empty.
    """
    if not word:
        raise SubjectError("'' names no file: say which file to ask about")
    if system.root == "/":
        return f"./{word}" if "/" not in word and os.path.lexists(word) else word
    inside = system.inside(word)
    return inside if "/" in word or system.exists(inside) else word


def open_file(closure: Closure, word: str) -> LoadedObject | None:
    """Enter the file that WORD means, and all it needs, into CLOSURE.

    Returns:
        Its object; None where nothing has that name, which `closure.missing` has then.

    Raises:
        OSError: it cannot be opened.
        ElfError: it is no ELF file, or malformed.
        SubjectError: it is a script, an object file or a core.
    """
    path = path_of(closure.system, word)
    is_first = not closure.objects and "/" in path
    try:
        item = closure.start(path) if is_first else closure.open(path)
    except ElfError:
        _refuse_script(closure.system, path)
        raise
    if item is not None:
        _refuse_kind(item)
    closure.add(item)
    return item


def _refuse_kind(item: LoadedObject) -> None:
    if item.outline.type == ET_REL:
        raise SubjectError(
            f"{item.path} is an object file: what it needs is known when it is linked; ask about "
            "the program or library that it becomes"
        )
    if item.outline.type == ET_CORE:
        raise SubjectError(
            f"{item.path} is a core: `isolde backtrace --core {item.path} PROGRAM` reads it"
        )


def _refuse_script(system: System, path: str) -> None:
    interpreter = _interpreter_of(system, path)
    if interpreter is not None:
        raise SubjectError(
            f"{path} is a script for {interpreter}: ask about that: "
            f"isolde tree {_program(interpreter)}"
        )


def _interpreter_of(system: System, path: str) -> str | None:
    """What the first line of a script names; of `env` what that would start."""
    try:
        with open(system.real(path), "rb") as file:
            line = file.readline(256)
    except OSError:
        return None
    if not line.startswith(b"#!"):
        return None
    words = os.fsdecode(line[2:]).split()
    if words and words[0].rpartition("/")[2] == "env":
        plain = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        return plain[0] if plain else words[0]
    return words[0] if words else None


def _program(name: str) -> str:
    import shutil

    return shutil.which(name) or name
