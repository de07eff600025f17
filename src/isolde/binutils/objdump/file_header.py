"""-f: what kind of file it is."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.objdump.view import View
from isolde.elf import constants as c

_FLAGS = {
    "HAS_RELOC": 0x1,
    "EXEC_P": 0x2,
    "HAS_SYMS": 0x10,
    "DYNAMIC": 0x40,
    "D_PAGED": 0x100,
}


def file_header_text(view: View) -> Iterator[str]:
    """The lines of the display."""
    flags = flag_names(view)
    yield f"architecture: {view.architecture}, flags 0x{sum(map(_FLAGS.__getitem__, flags)):08x}:"
    yield ", ".join(flags)
    yield f"start address 0x{view.address(view.header.entry)}"


def flag_names(view: View) -> list[str]:
    """What BFD says of the file in flags."""
    header = view.header
    tables = (c.SHT_SYMTAB, c.SHT_DYNSYM)
    told = {
        "HAS_RELOC": any(section.relocations for section in view.sections),
        "EXEC_P": header.type == c.ET_EXEC,
        "HAS_SYMS": any(
            section.type in tables for section in view.attempt(lambda: view.file.sections, ())
        ),
        "DYNAMIC": header.type == c.ET_DYN,
        "D_PAGED": header.type in (c.ET_EXEC, c.ET_DYN) and bool(header.program_header_count),
    }
    return [name for name in _FLAGS if told[name]]


def file_header_facts(view: View) -> dict[str, object]:
    """What kind of file it is."""
    return {
        "architecture": view.architecture,
        "flags": flag_names(view),
        "start_address": view.header.entry,
    }
