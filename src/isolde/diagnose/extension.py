"""Python's extension modules: libraries that take `Py…` from the interpreter that imports them."""

from __future__ import annotations

from isolde.elf.file import File
from isolde.errors import ElfError


def extension_module(file: File) -> str | None:
    """Return "Python extension module NAME" for one, else None.

    A module that can be imported by its file's name defines `PyInit_NAME` (PEP 489).
    """
    name = file.path.rpartition("/")[2].partition(".")[0]
    if not name.isidentifier() or not file.is_shared_object:
        return None
    try:
        table = file.gnu_hash_table or file.hash_table
        found = table is not None and any(
            file.dynamic_symbols[index].name == f"PyInit_{name}"
            for index in table.lookup(f"PyInit_{name}")
        )
    except ElfError:
        return None
    return f"Python extension module {name}" if found else None
