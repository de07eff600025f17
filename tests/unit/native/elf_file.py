"""A finished ELF file whose fields can be set one by one, to make it wrong in one way."""

from __future__ import annotations

import struct

# Offset and format of fields of Elf64_Ehdr, Elf64_Phdr and Elf64_Rela (gABI chapters 4 and 5).
_HEADER = {
    "magic": (0, "I"),
    "class": (4, "B"),
    "data": (5, "B"),
    "ident_version": (6, "B"),
    "os_abi": (7, "B"),
    "type": (16, "H"),
    "machine": (18, "H"),
    "version": (20, "I"),
    "phoff": (32, "Q"),
    "phentsize": (54, "H"),
    "phnum": (56, "H"),
}
_PROGRAM = {
    "type": (0, "I"),
    "flags": (4, "I"),
    "offset": (8, "Q"),
    "vaddr": (16, "Q"),
    "filesz": (32, "Q"),
    "memsz": (40, "Q"),
    "align": (48, "Q"),
}
_RELA = {"offset": (0, "Q"), "type": (8, "I"), "symbol": (12, "I"), "addend": (16, "q")}
_PROGRAM_SIZE, _DYN_SIZE, _SYMBOL_SIZE, _RELA_SIZE = 56, 16, 24, 24

LOAD, DYNAMIC, TLS = 1, 2, 7

# Tags of the dynamic section.
NULL, HASH, STRTAB, SYMTAB, RELA, RELASZ, RELAENT, STRSZ = 0, 4, 5, 6, 7, 8, 9, 10
INIT, SONAME, REL, JMPREL, BIND_NOW = 12, 14, 17, 23, 24
GNU_HASH, VERSYM, VERNEED = 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFE


class ElfFile:
    """``data`` is the file's bytes, changed in place."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)

    def set_header(self, field: str, value: int) -> None:
        """Set a field of the ELF header."""
        self._set(0, _HEADER[field], value)

    def set_program(self, kind: int, field: str, value: int, number: int = 0) -> None:
        """Set a field of the program header that is the ``number``-th of its kind."""
        self._set(self._program(kind, number), _PROGRAM[field], value)

    def program(self, kind: int, field: str, number: int = 0) -> int:
        """Return that field."""
        return self._get(self._program(kind, number), _PROGRAM[field])

    def drop_programs(self, kind: int) -> None:
        """Turn every program header of a kind into PT_NULL."""
        for at in self._programs(kind):
            self._set(at, _PROGRAM["type"], 0)

    def dynamic(self, tag: int) -> int:
        """Return the value of the first entry with that tag."""
        return self._get(self._entry(tag), (8, "Q"))

    def set_dynamic(self, tag: int, value: int) -> None:
        """Set the value of the first entry with that tag."""
        self._set(self._entry(tag), (8, "Q"), value)

    def retag(self, tag: int, new: int) -> None:
        """Give the first entry with that tag another."""
        self._set(self._entry(tag), (0, "Q"), new)

    def set_word(self, address: int, value: int) -> None:
        """Set the 32-bit word at a virtual address."""
        self._set(self.offset_of(address), (0, "I"), value)

    def set_relocation(self, field: str, value: int, number: int = 0) -> None:
        """Set a field of the ``number``-th entry of DT_RELA."""
        at = self.offset_of(self.dynamic(RELA)) + number * _RELA_SIZE
        self._set(at, _RELA[field], value)

    def symbol(self, name: str) -> int:
        """Return the index of a dynamic symbol; raises LookupError."""
        strings = self.offset_of(self.dynamic(STRTAB))
        count = self._get(self.offset_of(self.dynamic(HASH)), (4, "I"))
        for index in range(count):
            entry = self.offset_of(self.dynamic(SYMTAB)) + index * _SYMBOL_SIZE
            start = strings + self._get(entry, (0, "I"))
            if self.data[start : self.data.index(0, start)] == name.encode():
                return index
        raise LookupError(f"no symbol {name}")

    def offset_of(self, address: int) -> int:
        """Return where in the file a virtual address lies; raises LookupError."""
        for at in self._programs(LOAD):
            start, size = self._get(at, _PROGRAM["vaddr"]), self._get(at, _PROGRAM["filesz"])
            if start <= address < start + size:
                return self._get(at, _PROGRAM["offset"]) + address - start
        raise LookupError(f"no segment holds {address:#x}")

    def _programs(self, kind: int) -> list[int]:
        start, count = self._get(0, _HEADER["phoff"]), self._get(0, _HEADER["phnum"])
        every = range(start, start + count * _PROGRAM_SIZE, _PROGRAM_SIZE)
        return [at for at in every if self._get(at, _PROGRAM["type"]) == kind]

    def _program(self, kind: int, number: int) -> int:
        return self._programs(kind)[number]

    def _entry(self, tag: int) -> int:
        at = self.program(DYNAMIC, "offset")
        while self._get(at, (0, "Q")) not in (tag, NULL):
            at += _DYN_SIZE
        if self._get(at, (0, "Q")) != tag:
            raise LookupError(f"the dynamic section has no tag {tag:#x}")
        return at

    def _get(self, base: int, field: tuple[int, str]) -> int:
        value: int = struct.unpack_from(f"<{field[1]}", self.data, base + field[0])[0]
        return value

    def _set(self, base: int, field: tuple[int, str], value: int) -> None:
        struct.pack_into(f"<{field[1]}", self.data, base + field[0], value)
