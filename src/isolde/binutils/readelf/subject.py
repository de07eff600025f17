"""One object file as the displays see it: its parts, how they are written, and what is wrong.

A malformed file shows what can be shown: a part that cannot be read is empty here, and the reason
stands in `faults`.
"""

from __future__ import annotations

from functools import cached_property

from isolde.binutils.displayed import Displayed
from isolde.elf import DynamicEntry, Section, Segment
from isolde.elf.constants import SHT_NOBITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LONG_NAME = 256


class Subject(Displayed):
    """One object file."""

    @property
    def is_64(self) -> bool:
        """Whether the file's addresses have 64 bits."""
        return self.header.elf_class == 64

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The section headers; where no section has their names, readelf has a word for each."""
        sections = self.attempt(lambda: self.file.sections, ())
        table = self.header.section_names_index
        if 0 < table < len(sections) and sections[table].size:
            return sections
        return tuple(section._replace(name="<no-strings>") for section in sections)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The program headers."""
        return self.attempt(lambda: self.file.segments, ())

    @cached_property
    def dynamic(self) -> tuple[DynamicEntry, ...]:
        """The dynamic section."""
        return self.attempt(lambda: self.file.dynamic, ())

    def sections_of(self, types: Iterable[int]) -> list[Section]:
        """The sections of one of TYPES, in the file's order."""
        wanted = frozenset(types)
        return [section for section in self.sections if section.type in wanted]

    def section_at(self, number: int) -> Section | None:
        """The section with that NUMBER."""
        return self.sections[number] if 0 <= number < len(self.sections) else None

    def section_name(self, number: int) -> str:
        """How the name of section NUMBER is shown."""
        section = self.section_at(number)
        return "<corrupt>" if section is None else printable_section(section.name)

    def address(self, value: int) -> str:
        """VALUE with all digits of an address."""
        return f"{value:0{self.digits}x}"

    def number(self, data: bytes | memoryview) -> int:
        """The number in DATA, in the file's byte order."""
        return int.from_bytes(data, "little" if self.header.byte_order == "little" else "big")

    def data_of(self, section: Section) -> bytes:
        """The bytes of SECTION as they stand in the file; none where they do not."""
        if section.type == SHT_NOBITS:
            return b""
        return bytes(self.attempt(lambda: self.file.section_data(section), memoryview(b"")))

    def fitted(self, name: str, width: int) -> str:
        """NAME of a symbol as it is shown in WIDTH columns; whole where lines are wide."""
        # The dots tell that the name in the file is too long, also where the readable one is not.
        is_long = not self.is_wide and len(name) > width
        if self.demangled is not None and name:
            name = self.demangled(name)
        if not self.is_wide:
            name = f"{name[: max(width - 5, 0)]}[...]" if is_long else name[:width]
        return name if name.isprintable() else printable(name)


# A control character as it is shown: "^A" for 1.  127 becomes a byte beyond ASCII.
_SHOWN = {code: f"^{chr(code + 64)}" for code in range(32)} | {127: "^\udcbf"}


def printable(name: str) -> str:
    """NAME with control characters written as "^A"; other characters stay."""
    return name.translate(_SHOWN)


def printable_section(name: str) -> str:
    """A section's NAME: control characters as "^A", bytes beyond ASCII as "<C3>"."""
    if name.isascii() and name.isprintable() and len(name) <= _LONG_NAME:
        return name
    raw = name.encode("utf-8", "surrogateescape")
    shown = (printable(chr(byte)) if byte < 128 else f"<{byte:02X}>" for byte in raw)
    return "".join(shown)[:_LONG_NAME]


def plural(count: int, one: str, many: str) -> str:
    """ONE where COUNT is 1, else MANY."""
    return one if count == 1 else many


def c_hex(value: int) -> str:
    """VALUE as C's %#x has it: "0x1f", but "0"."""
    return f"{value:#x}" if value else "0"
