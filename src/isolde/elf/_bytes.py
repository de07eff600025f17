"""The bytes of one file, and the layouts of its class and byte order: where every read is checked.

Nothing a file says is believed: an offset or a count that leads out of the file is an ElfError
that names the place, and nothing is allocated by a number that stands in a file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache

from isolde.errors import ElfError

# The formats of gABI's structures, by class; struct's "=" sizes, the byte order goes before them.
_FORMATS = {
    32: {
        "header": "16xHHIIIIIHHHHHH",
        "segment": "IIIIIIII",
        "section": "IIIIIIIIII",
        "symbol": "IIIBBH",
        "dynamic": "II",
        "rel": "II",
        "rela": "IIi",
        "word": "I",
        "compression": "III",
    },
    64: {
        "header": "16xHHIQQQIHHHHHH",
        "segment": "IIQQQQQQ",
        "section": "IIQQQQIIQQ",
        "symbol": "IBBHQQ",
        "dynamic": "QQ",
        "rel": "QQ",
        "rela": "QQq",
        "word": "Q",
        "compression": "I4xQQ",
    },
}
_OF_EVERY_CLASS = {
    "half": "H",
    "u32": "I",
    "note": "III",
    "verneed": "HHIII",
    "vernaux": "IHHII",
    "verdef": "HHHHIII",
    "verdaux": "II",
    "gnu_hash": "IIII",
    "mips_rela": "QIBBBBq",
    "mips_rel": "QIBBBB",
}


@cache
def layouts(elf_class: int, byte_order: str) -> dict[str, struct.Struct]:
    """The structures of files of that class (32 or 64) and byte order ("little" or "big")."""
    order = "<" if byte_order == "little" else ">"
    formats = {**_FORMATS[elf_class], **_OF_EVERY_CLASS}
    return {name: struct.Struct(order + text) for name, text in formats.items()}


class Bytes:
    """A file's bytes with the layouts of its structures."""

    __slots__ = ("byte_order", "data", "elf_class", "layouts", "name", "size")

    def __init__(self, name: str, data: memoryview, elf_class: int, byte_order: str) -> None:
        self.name = name
        self.data = data
        self.size = len(data)
        self.elf_class = elf_class
        self.byte_order = byte_order
        self.layouts = layouts(elf_class, byte_order)

    def error(self, reason: str, offset: int | None = None) -> ElfError:
        """The error that names this file."""
        return ElfError(self.name, reason, offset)

    def slice(self, offset: int, size: int, what: str) -> memoryview:
        """SIZE bytes from OFFSET on; WHAT names them in the error when they are not there."""
        if offset < 0 or size < 0 or offset + size > self.size:
            raise self.error(
                f"{what} of {size} bytes ends beyond the file's {self.size} bytes", offset
            )
        return self.data[offset : offset + size]

    def read(self, layout: str, offset: int, what: str) -> tuple[int, ...]:
        """One structure."""
        form = self.layouts[layout]
        if offset < 0 or offset + form.size > self.size:
            raise self.error(f"{what} lies beyond the file's {self.size} bytes", offset)
        return form.unpack_from(self.data, offset)

    def table(
        self, layout: str, offset: int, count: int, step: int, what: str
    ) -> Iterator[tuple[int, ...]]:
        """COUNT structures, STEP bytes from one to the next (at least the structure's size)."""
        form = self.layouts[layout]
        if count == 0:
            return iter(())
        if step < form.size:
            raise self.error(f"entries of {what} have {step} bytes, fewer than {form.size}", offset)
        data = self.slice(offset, count * step, what)
        if step == form.size:
            return form.iter_unpack(data)
        return (form.unpack_from(data, place) for place in range(0, count * step, step))
