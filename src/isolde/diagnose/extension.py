"""Python's extension modules: libraries that take `Py…` from the interpreter that imports them."""

from __future__ import annotations

from isolde.errors import ElfError
from isolde.resolve.closure import LoadedObject


def extension_module(item: LoadedObject) -> str | None:
    """Return "Python extension module NAME" for one, else None.

    A module that can be imported by its file's name defines `PyInit_NAME` (PEP 489).
    """
    name, _, suffix = item.path.rpartition("/")[2].partition(".")
    if item.outline.is_executable or not suffix.endswith("so") or not name.isidentifier():
        return None
    try:
        found = _defines(item, f"PyInit_{name}")
    except (ElfError, OSError):
        return None
    return f"Python extension module {name}" if found else None


def _defines(item: LoadedObject, name: str) -> bool:
    table = item.file.gnu_hash_table or item.file.hash_table
    if table is None:
        return False
    return any(item.file.dynamic_symbols[number].name == name for number in table.lookup(name))
