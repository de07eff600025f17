"""The dynamic section: what a file tells the dynamic linker (gABI chapter 5)."""

from __future__ import annotations

from typing import NamedTuple

from isolde.elf._bytes import Bytes
from isolde.elf.constants import DT_NULL


class DynamicEntry(NamedTuple):
    """One tag (DT_*) and its value: a number, an address, or an offset in the string table."""

    tag: int
    value: int


def read_dynamic(raw: Bytes, offset: int, size: int) -> tuple[DynamicEntry, ...]:
    """The entries from OFFSET on, up to and with DT_NULL, or as many as SIZE bytes hold.

    Raises:
        ElfError: they do not lie in the file.
    """
    form = raw.layouts["dynamic"]
    whole = size - size % form.size
    entries = []
    for tag, value in form.iter_unpack(raw.slice(offset, whole, "the dynamic section")):
        entries.append(DynamicEntry(tag, value))
        if tag == DT_NULL:
            break
    return tuple(entries)
