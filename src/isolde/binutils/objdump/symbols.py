"""-t and -T: the symbol tables."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.objdump.versions import VersionNames
from isolde.binutils.objdump.view import View
from isolde.elf import SymbolTable
from isolde.elf import constants as c
from isolde.record import NamedTuple

UNDEFINED, ABSOLUTE, COMMON = "*UND*", "*ABS*", "*COM*"
_TYPE_FLAGS = {
    c.STT_SECTION: {"debugging", "section"},
    c.STT_FILE: {"debugging", "file"},
    c.STT_FUNC: {"function"},
    c.STT_COMMON: {"object"},
    c.STT_OBJECT: {"object"},
    c.STT_TLS: {"thread-local"},
    c.STT_GNU_IFUNC: {"indirect"},
}
_VISIBILITIES = {1: " .internal", 2: " .hidden", 3: " .protected"}
# Sections of symbols that only one machine has (processor supplements).
_SPECIAL_SECTIONS = {
    (c.EM_MIPS, 0xFF00): ".acommon",
    (c.EM_MIPS, 0xFF03): ".scommon",
    (c.EM_MIPS, 0xFF04): UNDEFINED,
    (c.EM_X86_64, 0xFF02): "LARGE_COMMON",
}
_ARM_MAPPING = frozenset("atdmfp")
_AARCH64_MAPPING = frozenset("xd")


class ShownSymbol(NamedTuple):
    """One symbol.

    number: in its table.  address: where it is, or of a common symbol its size.
    size: bytes, or of a common symbol its alignment.
    flags: "local", "global", "unique", "weak", "debugging", "dynamic", "function", "file",
        "object", "section", "thread-local", "indirect".
    section: the name of its section, or *UND*, *ABS*, *COM*; section_number: st_shndx.
    version: None where the file has no versions, "" where the symbol has none.
    is_hidden: whether references must name that version.
    """

    number: int
    name: str
    address: int
    size: int
    flags: frozenset[str]
    section: str
    section_number: int
    other: int
    version: str | None
    is_hidden: bool


class Symbols:
    """The symbols of one table, made when they are asked for."""

    def __init__(self, view: View, *, dynamic: bool) -> None:
        self._view = view
        self._dynamic = dynamic
        file = view.file
        kind = c.SHT_DYNSYM if dynamic else c.SHT_SYMTAB
        sections = view.attempt(lambda: file.sections, ())
        self.section = next((each for each in sections if each.type == kind), None)
        self.table: SymbolTable | None = None
        if self.section is not None:
            section = self.section
            self.table = view.attempt(lambda: file.symbols_of(section), None)
        self._versions = VersionNames(view)
        self._common_flags: dict[tuple[int, int], frozenset[str]] = {}
        self._names = {number: each.name for number, each in view.section_by_number.items()}

    def __len__(self) -> int:
        return 0 if self.table is None else len(self.table)

    def __iter__(self) -> Iterator[ShownSymbol]:
        """Every symbol but the reserved first one."""
        return map(self.__getitem__, range(1, len(self)))

    def __getitem__(self, number: int) -> ShownSymbol:
        """Symbol NUMBER.

        Raises:
            IndexError: there is no such symbol.
        """
        table = self.table
        if table is None or not 0 < number < len(table):
            raise IndexError(number)
        info, section = table.infos[number], table.sections[number]
        place = self._place(section)
        value, size = table.values[number], table.sizes[number]
        name = table.names[number]
        if not name and info & 15 == c.STT_SECTION:
            name = self._section_name(section)
        if place == COMMON or place.endswith(("common", "_COMMON")):
            value, size = size, value
        elif self._is_thumb(info, value, section):
            value &= ~1
        version, hidden = self._version(number)
        return ShownSymbol(
            number,
            name,
            value,
            size,
            self._flags(info, section),
            place,
            section,
            table.others[number],
            version,
            hidden,
        )

    def is_thumb(self, number: int) -> bool:
        """Whether symbol NUMBER is a function of Thumb instructions."""
        table = self.table
        return table is not None and self._is_thumb(
            table.infos[number], table.values[number], table.sections[number]
        )

    def _is_thumb(self, info: int, value: int, section: int) -> bool:
        """On ARM, bit 0 of a function's address says which instructions it has."""
        if self._view.header.machine != c.EM_ARM or not value & 1:
            return False
        return info & 15 in (c.STT_FUNC, c.STT_GNU_IFUNC)

    def _place(self, section: int) -> str:
        if section == c.SHN_UNDEF:
            return UNDEFINED
        if section in self._names:
            return self._names[section]
        if section == c.SHN_COMMON:
            return COMMON
        return _SPECIAL_SECTIONS.get((self._view.header.machine, section), ABSOLUTE)

    def _section_name(self, section: int) -> str:
        sections = self._view.file.sections
        return sections[section].name if section < len(sections) else ""

    def _version(self, number: int) -> tuple[str | None, bool]:
        if not self._versions.is_used:
            return None, False
        return self._versions.of_dynamic(number) if self._dynamic else ("", False)

    def _flags(self, info: int, section: int) -> frozenset[str]:
        found = self._common_flags.get((info, section))
        if found is None:
            found = self._common_flags[info, section] = frozenset(self._new_flags(info, section))
        return found

    def _new_flags(self, info: int, section: int) -> set[str]:
        binding = info >> 4
        flags = {"dynamic"} if self._dynamic else set()
        if binding == c.STB_LOCAL:
            flags.add("local")
        elif binding == c.STB_GLOBAL and section not in (c.SHN_UNDEF, c.SHN_COMMON):
            flags.add("global")
        elif binding == c.STB_WEAK:
            flags.add("weak")
        elif binding == c.STB_GNU_UNIQUE:
            flags.add("unique")
        return flags | _TYPE_FLAGS.get(info & 15, set())


def symbols_text(view: View, symbols: Symbols, *, dynamic: bool) -> Iterator[str]:
    """The lines of the display of SYMBOLS; DYNAMIC: they are the dynamic linker's."""
    if dynamic and symbols.section is None:
        view.tell(f"{view.file.path}: is no dynamic object: it has no dynamic symbols")
        if view.header.type == c.ET_DYN:
            return
    yield "DYNAMIC SYMBOL TABLE:" if dynamic else "SYMBOL TABLE:"
    if len(symbols) <= 1:
        yield "no symbols"
    for symbol in _wanted(view, symbols):
        yield _line(view, symbol)
    yield "\n"


def symbols_facts(view: View, symbols: Symbols) -> list[dict[str, object]]:
    """Each symbol."""
    return [
        {**symbol._asdict(), "flags": sorted(symbol.flags)} for symbol in _wanted(view, symbols)
    ]


def _wanted(view: View, symbols: Symbols) -> Iterator[ShownSymbol]:
    machine = view.header.machine
    for symbol in symbols:
        if view.wants(symbol.section) and not is_mapping(machine, symbol.name):
            yield symbol


def is_mapping(machine: int, name: str) -> bool:
    """Whether NAME only says where code and data begin ("$a", "$d.1": Arm's ELF supplements)."""
    if not name.startswith("$") or len(name) < 2 or name[2:3] not in ("", "."):
        return False
    if machine == c.EM_ARM:
        return name[1] in _ARM_MAPPING
    return machine == c.EM_AARCH64 and name[1] in _AARCH64_MAPPING


def _line(view: View, symbol: ShownSymbol) -> str:
    name = symbol.name
    if view.demangled is not None and name:
        name = view.demangled(name)
    other = symbol.other
    seen = _VISIBILITIES.get(other, f" 0x{other:02x}") if other else ""
    return (
        f"{view.address(symbol.address)} {_letters(symbol.flags)} {symbol.section}\t"
        f"{view.address(symbol.size)}{_version(symbol)}{seen} {name}"
    )


def _letters(flags: frozenset[str]) -> str:
    columns = (
        (("local", "l"), ("global", "g"), ("unique", "u")),
        (("weak", "w"),),
        (),
        (),
        (("indirect", "i"),),
        (("debugging", "d"), ("dynamic", "D")),
        (("function", "F"), ("file", "f"), ("object", "O")),
    )
    return "".join(
        next((letter for flag, letter in column if flag in flags), " ") for column in columns
    )


def _version(symbol: ShownSymbol) -> str:
    if symbol.version is None:
        return ""
    if symbol.is_hidden:
        return f" ({symbol.version}){'':<{max(10 - len(symbol.version), 0)}}"
    return f"  {symbol.version:<11}"
