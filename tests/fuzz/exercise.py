"""Everything that the tools' readers and writers do with one file, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from zlib import crc32

from isolde.binutils.strip import (
    ALL,
    DEBUG,
    NOTHING,
    ONLY_DEBUG,
    UNNEEDED,
    Options,
    Patterns,
    plan_for,
)
from isolde.elf import File
from isolde.elf.archive import Archive, is_archive
from isolde.elf.archive_writer import NewMember, archive_parts
from isolde.elf.debug import debug_link
from isolde.elf.new_section import AddedSection
from isolde.elf.rewriter import rewritten
from isolde.errors import ElfError

# All that may be raised about a file.
DOCUMENTED = (ElfError, OSError)
_MOST_LOOKUPS = 16
# Twice for sections that share bytes; gaps for alignments, of which none is larger than the file.
_MOST_GROWTH, _MOST_ADDED = 64, 4096

_STRIPS = (
    Options(ALL),
    Options(DEBUG),
    Options(UNNEEDED),
    Options(ONLY_DEBUG),
    Options(DEBUG, locals_too="all"),
    Options(NOTHING, locals_too="made", remove_symbols=Patterns(["own"])),
    Options(ALL, keep_symbols=Patterns(["outer", "named"])),
    Options(DEBUG, remove_sections=Patterns([".note*", ".data*"], wildcards=True)),
)
_PROPERTIES = (
    "header", "is_executable", "is_shared_object", "segments", "sections", "interpreter",
    "dynamic", "needed", "soname", "rpath", "runpath", "filters", "auxiliary", "flags", "flags_1",
    "versions", "version_needs", "version_definitions", "notes", "build_id", "dlopen_notes",
    "properties",
)  # fmt: skip


def exercise(data: bytes) -> None:
    """Reads DATA as a file or an archive, rewrites it, and reads what was written.

    Raises:
        AssertionError: what was written cannot be read.
        Exception: any that is not documented.
    """
    if is_archive(data):
        _exercise_archive(data)
    else:
        read(data)
        _exercise_strip(data)


def read(data: bytes) -> None:
    """Reads every part of the ELF file in DATA."""
    try:
        file = File.from_bytes(data)
    except ElfError:
        return
    for name in _PROPERTIES:
        _try(getattr, file, name)
    for table in ("symbols", "dynamic_symbols"):
        _try(_read_symbols, file, table)
    for part in (_read_sections, _read_relocations, _look_up, debug_link):
        _try(part, file)


def _try(function: Callable[..., object], *arguments: object) -> None:
    with suppress(*DOCUMENTED):
        function(*arguments)


def _read_symbols(file: File, name: str) -> None:
    table = getattr(file, name)
    assert sum(1 for _ in table) == len(table) == len(table.names)
    for place in range(min(len(table), _MOST_LOOKUPS)):
        assert table[place].number == place


def _read_sections(file: File) -> None:
    for section in file.sections:
        _try(file.section_data, section)
        _try(file.section_contents, section)
        _try(file.symbols_of, section)


def _read_relocations(file: File) -> None:
    for name in ("relocation_tables", "dynamic_relocations"):
        with suppress(ElfError):
            for table in getattr(file, name):
                _try(getattr, table, "entries")


def _look_up(file: File) -> None:
    for name in ("hash_table", "gnu_hash_table"):
        with suppress(ElfError):
            table = getattr(file, name)
            if table is None:
                continue
            for symbol in ("", "outer", "named"):
                _try(table.lookup, symbol)
            for _, _chain in zip(range(_MOST_LOOKUPS), table.chains(), strict=False):
                pass


def _exercise_strip(data: bytes) -> None:
    """Strips the file in one way, which DATA decides, and reads what is left."""
    choice = crc32(data)
    options = _STRIPS[choice % len(_STRIPS)]
    added = [AddedSection(".gnu_debuglink", b"name\0\0\0\0crc.", 4)] if choice & 256 else []
    try:
        file = File.from_bytes(data)
        written = b"".join(rewritten(file, plan_for(file, options, added)))
    except ElfError:
        return
    assert len(written) <= _MOST_GROWTH * len(data) + _MOST_ADDED
    again = File.from_bytes(written)
    assert len(again.segments) == len(file.segments)
    for section in again.sections:
        again.section_data(section)
    assert len(again.symbols) <= len(file.symbols) + 1
    assert sum(1 for _ in again.symbols) == len(again.symbols)


def _exercise_archive(data: bytes) -> None:
    try:
        archive = Archive.from_bytes(data, "/nonexistent/archive.a")
        members = archive.members
        kept = [NewMember(member.name, member.data, member.mtime) for member in members]
    except DOCUMENTED:
        return
    _try(getattr, archive, "symbol_index")
    for member in kept:
        _try(read, bytes(member.data))
    try:
        written = b"".join(archive_parts(kept))
    except ElfError:
        return
    again = Archive.from_bytes(written)
    assert [bytes(member.data) for member in again.members] == [bytes(old.data) for old in kept]
    assert len(again.symbol_index) >= 0
