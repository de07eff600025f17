"""One file as objdump sees it: its sections, its symbols, its names, and what is wrong with it."""

from __future__ import annotations

from functools import cached_property

from isolde.binutils.attributes import Attributes, read_attributes
from isolde.binutils.displayed import Displayed
from isolde.binutils.objdump.sections import ShownSection, contents_of, shown_sections
from isolde.binutils.objdump.target import architecture_name, format_name
from isolde.elf import File, Relocation, RelocationTable, Section
from isolde.elf import constants as c

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

ARM_ATTRIBUTES = 0x70000003
_NO_END = 1 << 64


class View(Displayed):
    """One file.

    name: what it is called in the text.
    only: names of the sections that alone are wanted; empty: all.
    start, stop: addresses from and up to which contents, relocations and code are wanted.
    unpacked: sizes of compressed debugging information are those before compression.
    """

    def __init__(
        self,
        file: File,
        *,
        name: str | None = None,
        is_wide: bool = False,
        only: tuple[str, ...] = (),
        start: int | None = None,
        stop: int | None = None,
        unpacked: bool = True,
        demangled: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__(file, is_wide=is_wide, demangled=demangled)
        self.name = file.path if name is None else name
        self.only = frozenset(only)
        self.start = 0 if start is None else start
        self.stop = _NO_END if stop is None else stop
        self.unpacked = unpacked

    @property
    def is_linked(self) -> bool:
        """Whether addresses in it are those of memory: it is no object file."""
        return self.header.type in (c.ET_EXEC, c.ET_DYN)

    @cached_property
    def format_name(self) -> str:
        """BFD's name of the format."""
        return format_name(self.header)

    @cached_property
    def architecture(self) -> str:
        """BFD's name of the architecture."""
        return architecture_name(self.header, self.attributes)

    @cached_property
    def attributes(self) -> list[Attributes]:
        """The object attributes of ARM; none on other machines, where no display needs them."""
        if self.header.machine != c.EM_ARM:
            return []
        return self.attempt(self._read_attributes, [])

    def _read_attributes(self) -> list[Attributes]:
        for section in self.file.sections:
            if section.type == ARM_ATTRIBUTES:
                data = bytes(self.file.section_data(section))
                return read_attributes(data, self.file.path, self.byte_order)
        return []

    @property
    def byte_order(self) -> Literal["little", "big"]:
        """The order of bytes in numbers."""
        return "little" if self.header.byte_order == "little" else "big"

    def bytes_of(self, section: Section) -> bytes:
        """The bytes of SECTION as they stand in the file; none where they do not."""
        return bytes(self.attempt(lambda: self.file.section_data(section), b""))

    def contents(self, section: ShownSection) -> bytes:
        """The bytes of SECTION, unpacked where its size is; none where the file lacks them."""
        return self.attempt(lambda: contents_of(self.file, section), b"")

    def entries(self, table: RelocationTable) -> list[Relocation]:
        """The relocations of TABLE; none where the file lacks them."""
        return self.attempt(lambda: table.entries, [])

    @cached_property
    def relocation_tables(self) -> tuple[RelocationTable, ...]:
        """Every section of relocations."""
        return self.attempt(lambda: self.file.relocation_tables, ())

    @cached_property
    def sections(self) -> list[ShownSection]:
        """Every section that BFD has."""
        return self.attempt(lambda: shown_sections(self.file, unpacked=self.unpacked), [])

    @cached_property
    def wanted_sections(self) -> list[ShownSection]:
        """Those of them that are asked for."""
        return [section for section in self.sections if self.wants(section.name)]

    @cached_property
    def section_by_number(self) -> dict[int, ShownSection]:
        """The sections by their numbers in the file."""
        return {section.header.number: section for section in self.sections}

    def section_called(self, name: str) -> ShownSection | None:
        """The first section with that NAME."""
        return next((section for section in self.sections if section.name == name), None)

    def wants(self, name: str) -> bool:
        """Whether sections called NAME are asked for."""
        return not self.only or name in self.only

    def address(self, value: int) -> str:
        """VALUE with all digits of an address; more bits than it has are dropped."""
        return f"{value & self.mask:0{self.digits}x}"

    @property
    def mask(self) -> int:
        """The bits of an address."""
        return (1 << 4 * self.digits) - 1

    def range_in(self, section: ShownSection) -> tuple[int, int]:
        """The offsets in SECTION between which it is asked for; none of it: equal or reversed."""
        start = max(self.start - section.address, 0)
        return start, min(max(self.stop - section.address, 0), section.size)


def without_controls(name: str) -> str:
    """NAME with control characters written as "^A"; other characters stay."""
    return name if name.isprintable() else name.translate(_CONTROLS)


_CONTROLS = {code: f"^{chr((code + 64) % 128)}" for code in (*range(32), 127)}
