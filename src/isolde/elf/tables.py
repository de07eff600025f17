"""Tables of relocations, each read when its entries are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from isolde.elf.relocation import Relocation
from isolde.elf.section import Section


class RelocationTable:
    """Relocations that stand together in the file.

    name: of the section, or "REL", "RELA", "RELR", "JMPREL" for the dynamic linker's.
    kind: "REL", "RELA" or "RELR".
    offset, size: bytes.
    section: their section; None for the dynamic linker's.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        offset: int,
        size: int,
        section: Section | None,
        read: Callable[[int, int, str], list[Relocation]],
    ) -> None:
        self.name = name
        self.kind = kind
        self.offset = offset
        self.size = size
        self.section = section
        self._read = read

    @cached_property
    def entries(self) -> list[Relocation]:
        """The relocations, RELR's unpacked.

        Raises:
            ElfError: they do not lie in the file.
        """
        return self._read(self.offset, self.size, self.kind)
