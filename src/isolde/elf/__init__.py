"""ELF files, read without anything but Python's own library.

    from isolde.elf import File
    with File("/usr/bin/gdb") as file:
        print(file.needed, file.build_id)

Every class and byte order, any machine; lazily, from a mapping; nothing in a file is believed.
What is wrong with a file is an `isolde.errors.ElfError` that gives the offset.
"""

from isolde.elf.dynamic import DynamicEntry
from isolde.elf.file import File
from isolde.elf.hash import GnuHashTable, HashTable
from isolde.elf.header import Header
from isolde.elf.note import DlopenNote, Note, Property
from isolde.elf.relocation import Relocation
from isolde.elf.section import Section
from isolde.elf.segment import Segment
from isolde.elf.strings import StringTable
from isolde.elf.symbol import Symbol, SymbolTable
from isolde.elf.tables import RelocationTable
from isolde.elf.version import NeededVersion, VersionDefinition, VersionNeed, Versions
from isolde.errors import ElfError

__all__ = [
    "DlopenNote",
    "DynamicEntry",
    "ElfError",
    "File",
    "GnuHashTable",
    "HashTable",
    "Header",
    "NeededVersion",
    "Note",
    "Property",
    "Relocation",
    "RelocationTable",
    "Section",
    "Segment",
    "StringTable",
    "Symbol",
    "SymbolTable",
    "VersionDefinition",
    "VersionNeed",
    "Versions",
]
