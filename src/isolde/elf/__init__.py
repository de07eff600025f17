"""ELF files, read without anything but Python's own library.

    from isolde.elf import File
    with File("/usr/bin/gdb") as file:
        print(file.needed, file.build_id)

Every class and byte order, any machine; lazily, from a mapping; nothing in a file is believed.
What is wrong with a file is an `isolde.errors.ElfError` that gives the offset.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
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

# Importing all of it takes longer than reading a file's headers: a name comes with its first use.
_LAZY = {
    "DynamicEntry": "isolde.elf.dynamic",
    "File": "isolde.elf.file",
    "GnuHashTable": "isolde.elf.hash",
    "HashTable": "isolde.elf.hash",
    "Header": "isolde.elf.header",
    "DlopenNote": "isolde.elf.note",
    "Note": "isolde.elf.note",
    "Property": "isolde.elf.note",
    "Relocation": "isolde.elf.relocation",
    "Section": "isolde.elf.section",
    "Segment": "isolde.elf.segment",
    "StringTable": "isolde.elf.strings",
    "Symbol": "isolde.elf.symbol",
    "SymbolTable": "isolde.elf.symbol",
    "RelocationTable": "isolde.elf.tables",
    "NeededVersion": "isolde.elf.version",
    "VersionDefinition": "isolde.elf.version",
    "VersionNeed": "isolde.elf.version",
    "Versions": "isolde.elf.version",
    "ElfError": "isolde.errors",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'isolde.elf' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
