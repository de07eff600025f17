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
    from isolde.resolve.definitions import definitions

    try:
        found = definitions(item.file).numbers(f"PyInit_{name}")
    except (ElfError, OSError):
        return None
    return f"Python extension module {name}" if found else None
