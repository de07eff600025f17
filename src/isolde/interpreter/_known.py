"""Pythons that were looked for before.

Looking for one reads folders and ELF files of the whole machine; an executor asks for the same one
again and again.  An answer counts as long as the files it came from are what they were.
"""

# ruff: noqa: PTH109, PTH116, PTH118
# Importing pathlib would cost more than looking.
from __future__ import annotations

import os
import sys

from isolde.interpreter.choice import find_python
from isolde.interpreter.installation import Python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from isolde.interpreter.choice import Path

    Stamp = tuple[tuple[int, ...] | None, ...]

_known: dict[tuple[object, ...], tuple[Python, Stamp]] = {}


def known_python(python: Path | Python | None, venv: Path | None) -> Python:
    """What `find_python` answers, from memory where that is still true."""
    if isinstance(python, Python):
        return find_python(python, venv)
    folders = os.environ.get("ISOLDE_PYTHONS"), os.getcwd()
    asked = (_text(python), _text(venv), sys.prefix, *folders)
    found = _known.get(asked)
    if found is not None and found[1] == _stamp(found[0]):
        return found[0]
    python_found = find_python(python, venv)
    _known[asked] = python_found, _stamp(python_found)
    return python_found


def _text(path: Path | None) -> str | None:
    return None if path is None else os.fspath(path)


def _stamp(python: Python) -> Stamp:
    config = os.path.join(python.venv, "pyvenv.cfg") if python.venv else None
    return tuple(_state(path) for path in (python.path, python.executable, config))


def _state(path: str | None) -> tuple[int, ...] | None:
    try:
        facts = os.stat(path) if path else None
    except OSError:
        return None
    return facts and (facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_size)
