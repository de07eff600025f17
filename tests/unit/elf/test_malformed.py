"""What is wrong with a file is told in exact words, with the place."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from isolde.elf import ElfError, File
from isolde.elf import constants as c
from isolde.elf.relocation import read_relocations
from isolde.elf.strings import StringTable

Small = Callable[[str], Path]
Change = Callable[[bytearray], None]


def _pack(form: str, offset: int, *values: int) -> Change:
    return lambda data: struct.pack_into("<" + form, data, offset, *values)


def _cut(size: int) -> Change:
    return lambda data: data.__delitem__(slice(size, None))


# What is changed in a library of 64 bits, little-endian; what is asked; what is said.
HEADERS: dict[str, tuple[Change, str, str]] = {
    "empty": (_cut(0), "header", "is empty, no ELF file (at offset 0x0)"),
    "short": (_cut(9), "header", "is cut short: 9 bytes, no whole ELF header (at offset 0x0)"),
    "not ELF": (
        _pack("I", 0, 0x04034B50),
        "header",
        "is no ELF file: it begins with 50 4b 03 04, not with 7f 45 4c 46 (at offset 0x0)",
    ),
    "archive": (
        _pack("Q", 0, 0x0A3E686372613C21),
        "header",
        "is an archive, no ELF file (at offset 0x0)",
    ),
    "linker script": (
        lambda data: data.__setitem__(slice(8), b"/* GNU ld"),
        "header",
        "is a linker script, no ELF file: the library's own name is in it (at offset 0x0)",
    ),
    "script": (_pack("H", 0, 0x2123), "header", "is a script, no ELF file (at offset 0x0)"),
    "class": (
        _pack("B", 4, 3),
        "header",
        "class 3 is neither ELFCLASS32 nor ELFCLASS64 (at offset 0x4)",
    ),
    "byte order": (
        _pack("B", 5, 0),
        "header",
        "byte order 0 is neither ELFDATA2LSB nor ELFDATA2MSB (at offset 0x5)",
    ),
    "half a header": (
        _cut(40),
        "header",
        "the ELF header lies beyond the file's 40 bytes (at offset 0x0)",
    ),
    "program headers": (
        _pack("Q", 32, 1 << 40),
        "segments",
        "the program header table of {segments} bytes ends beyond the file's {size} bytes "
        "(at offset 0x10000000000)",
    ),
    "program header size": (
        _pack("H", 54, 8),
        "segments",
        "entries of the program header table have 8 bytes, fewer than 56 (at offset 0x40)",
    ),
    "section headers": (
        _pack("Q", 40, 1 << 40),
        "sections",
        "the section header table of {sections} bytes ends beyond the file's {size} bytes "
        "(at offset 0x10000000000)",
    ),
    "section 0": (
        lambda data: (_pack("Q", 40, 1 << 40)(data), _pack("H", 60, 0)(data))[0],
        "sections",
        "section header 0 lies beyond the file's {size} bytes (at offset 0x10000000000)",
    ),
}


@pytest.mark.parametrize("kind", HEADERS)
def test_headers(kind: str, small: Small) -> None:
    change, attribute, message = HEADERS[kind]
    data = bytearray(small("library.so").read_bytes())
    with File(small("library.so")) as file:
        facts = {
            "size": file.size,
            "segments": len(file.segments) * 56,
            "sections": len(file.sections) * 64,
        }
    change(data)
    with pytest.raises(ElfError) as caught:
        getattr(File.from_bytes(data, "it"), attribute)
    assert str(caught.value) == "it: " + message.format(**facts)


def test_an_absurd_section_table_leaves_what_a_loader_reads(small: Small) -> None:
    data = bytearray(small("library.so").read_bytes())
    _pack("Q", 40, 1 << 40)(data)
    _pack("H", 60, 0)(data)
    with File(small("library.so")) as whole:
        broken = File.from_bytes(data)
        assert broken.dynamic == whole.dynamic
        assert list(broken.dynamic_symbols) == list(whole.dynamic_symbols)


# Fields of sections.

_FIELDS = {"name": 0, "type": 4, "flags": 8, "address": 16, "offset": 24, "size": 32, "link": 40}
_FIELDS |= {"info": 44, "alignment": 48, "entry_size": 56}


def _with_section(path: Path, section_name: str, **fields: int) -> tuple[File, bytearray]:
    """The file at PATH with other FIELDS in the header of one section."""
    data = bytearray(path.read_bytes())
    with File(path) as file:
        section = file.section(section_name)
        assert section is not None
        place = file.header.section_header_offset + section.number * 64
    for field, value in fields.items():
        form = "<I" if field in ("name", "type", "link", "info") else "<Q"
        struct.pack_into(form, data, place + _FIELDS[field], value)
    return File.from_bytes(data, "it"), data


def _said(function: Callable[[], object]) -> str:
    with pytest.raises(ElfError) as caught:
        function()
    return str(caught.value)


def test_a_section_beyond_the_file(small: Small) -> None:
    file, data = _with_section(small("object.o"), ".text", size=1 << 50)
    section = file.section(".text")
    assert section is not None
    assert _said(lambda: file.section_data(section)) == (
        f"it: section .text of {1 << 50} bytes ends beyond the file's {len(data)} bytes "
        f"(at offset {section.offset:#x})"
    )


def test_a_name_beyond_its_table_is_corrupt_and_no_error(small: Small) -> None:
    file, _ = _with_section(small("object.o"), ".text", name=1 << 20)
    assert "<corrupt>" in [section.name for section in file.sections]


def test_symbols_of_a_wrong_size(small: Small) -> None:
    file, _ = _with_section(small("object.o"), ".symtab", entry_size=5)
    table = file.symbol_section
    assert table is not None
    assert _said(lambda: file.symbols) == (
        f"it: entries of the symbol table have 5 bytes, fewer than 24 (at offset {table.offset:#x})"
    )


def test_larger_symbols_are_read(small: Small) -> None:
    """The size of an entry may grow in another version of the specification."""
    with File(small("object.o")) as file:
        table = file.symbol_section
        assert table is not None
        rows = bytes(file.section_data(table))
        names = file.symbols.names
    wide = b"".join(rows[place : place + 24] + b"more!!!!" for place in range(0, len(rows), 24))
    data = small("object.o").read_bytes()
    changed, _ = _with_section(
        small("object.o"), ".symtab", offset=len(data), size=len(wide), entry_size=32
    )
    again = File.from_bytes(bytes(changed.data) + wide)
    assert again.symbols.names == names
    assert [symbol.name for symbol in again.symbols] == names


def test_strings_that_share_too_many_bytes_are_not_there() -> None:
    table = StringTable(b"a" * 100_000 + b"\0")
    names = table.names(range(100_000))
    assert 0 < sum(map(len, names)) <= 64 * 100_001 + (1 << 20)
    with pytest.raises(IndexError, match="one of too many that share their bytes"):
        table[99_000 // 2]


def test_the_same_string_many_times_is_there_each_time() -> None:
    table = StringTable(b"\0" + b"a" * 1000 + b"\0")
    assert table.names([1] * 10_000) == ["a" * 1000] * 10_000


# Compressed sections.


def _compressed(packed: bytes, size: int, kind: int = c.ELFCOMPRESS_ZLIB) -> File:
    """A file with one section of PACKED bytes, which says that they hold SIZE."""
    body = struct.pack("<IIQQ", kind, 0, size, 1) + packed
    names = b"\0.it\0.shstrtab\0"
    header = b"\x7fELF\2\1\1" + bytes(9)
    table = 64 + len(body) + len(names)
    header += struct.pack("<HHIQQQIHHHHHH", 1, 62, 1, 0, 0, table, 0, 64, 0, 0, 64, 3, 2)
    rows = [
        struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        struct.pack("<IIQQQQIIQQ", 1, 1, c.SHF_COMPRESSED, 0, 64, len(body), 0, 0, 1, 0),
        struct.pack("<IIQQQQIIQQ", 5, 3, 0, 0, 64 + len(body), len(names), 0, 0, 1, 0),
    ]
    return File.from_bytes(header + body + names + b"".join(rows), "it")


def test_a_compressed_section_is_unpacked() -> None:
    file = _compressed(zlib.compress(b"text" * 100), 400)
    assert file.section_contents(file.sections[1]) == b"text" * 100


_PACKED = zlib.compress(b"text" * 100)
UNPACKED = {
    "less than it says": (_PACKED, 500, 1, "section .it unpacks to 400 bytes, not to 500"),
    "more than it says": (
        _PACKED,
        399,
        1,
        "section .it unpacks to more than 399 bytes, not to 399",
    ),
    "a bomb that says nothing": (
        zlib.compress(bytes(1 << 24)),
        0,
        1,
        "section .it unpacks to more than 0 bytes, not to 0",
    ),
    "more than zlib can pack": (
        _PACKED,
        1 << 40,
        1,
        f"section .it cannot hold the {1 << 40} bytes it promises",
    ),
    "another way": (
        _PACKED,
        400,
        2,
        "section .it is compressed in a way that zlib cannot undo (type 2)",
    ),
    "no stream": (
        b"nothing of the kind",
        40,
        1,
        "section .it cannot be unpacked: Error -3 while decompressing data: incorrect header check",
    ),
}


@pytest.mark.parametrize("kind", UNPACKED)
def test_compressed_sections(kind: str) -> None:
    packed, size, way, message = UNPACKED[kind]
    file = _compressed(packed, size, way)
    section = file.sections[1]
    assert _said(lambda: file.section_contents(section)) == f"it: {message} (at offset 0x40)"


def test_a_compressed_section_without_a_header() -> None:
    file, _ = _compressed(_PACKED, 400), None
    section = file.sections[1]._replace(size=10)
    assert _said(lambda: file.section_contents(section)) == (
        "it: compressed section .it has no whole header (at offset 0x40)"
    )


# The dynamic linker's tables.


def _with_tag(path: Path, tag: int, value: int) -> File:
    """The file at PATH, whose dynamic section says VALUE for TAG."""
    data = bytearray(path.read_bytes())
    with File(path) as file:
        place = next(part.offset for part in file.segments if part.type == c.PT_DYNAMIC)
        number = [entry.tag for entry in file.dynamic].index(tag)
    struct.pack_into("<Q", data, place + number * 16 + 8, value)
    return File.from_bytes(data, "it")


def test_an_address_that_no_segment_maps(small: Small) -> None:
    file = _with_tag(small("library.so"), c.DT_STRTAB, 0xDEAD0000)
    assert _said(lambda: file.dynamic_strings) == (
        "it: no segment maps address 0xdead0000 from the file"
    )


def test_a_table_that_ends_beyond_the_file(small: Small) -> None:
    file = _with_tag(small("library.so"), c.DT_RELASZ, 24 << 20)
    address = file.dynamic_value(c.DT_RELA)
    assert address is not None
    (table,) = [table for table in file.dynamic_relocations if table.name == "RELA"]
    assert _said(lambda: table.entries) == (
        f"it: the RELA relocations of {24 << 20} bytes ends beyond the file's {file.size} bytes "
        f"(at offset {file.offset_of(address):#x})"
    )


def test_relr_for_more_places_than_the_file_has(small: Small) -> None:
    data = small("relr.so").read_bytes()
    file = File.from_bytes(data + b"\xff" * 800, "it")
    assert _said(lambda: read_relocations(file.raw, c.EM_X86_64, len(data), 800, "RELR")) == (
        f"it: the RELR relocations are for more places than the file has (at offset {len(data):#x})"
    )


def test_a_circle_in_the_hash_table_ends(small: Small) -> None:
    path = small("library.so")
    with File(path) as file:
        table = file.hash_table
        address = file.dynamic_value(c.DT_HASH)
        assert table is not None
        assert address is not None
        start = file.offset_of(address) + 8
        data = bytearray(file.data)
    buckets, links = table.bucket_count, table.symbol_count
    struct.pack_into(f"<{buckets}I", data, start, *([1] * buckets))
    circle = [*range(1, links), 1]
    struct.pack_into(f"<{links}I", data, start + 4 * buckets, *circle)
    broken = File.from_bytes(data).hash_table
    assert broken is not None
    assert len(broken.lookup("any")) <= links
    met = [index for chain in broken.chains() for index in chain]
    assert len(met) == len({*met})


def test_a_note_that_ends_beyond_its_place(small: Small) -> None:
    path = small("library.so")
    with File(path) as file:
        section = file.section(".note.gnu.build-id")
        assert section is not None
        data = bytearray(file.data)
    struct.pack_into("<I", data, section.offset + 4, 1000)
    file = File.from_bytes(data, "it")
    assert _said(lambda: file.notes) == (
        f"it: a note of 4 and 1000 bytes ends beyond its place (at offset {section.offset:#x})"
    )


@pytest.mark.parametrize("table", ["segments", "sections"])
def test_notes_that_thousands_of_headers_are_for(table: str) -> None:
    note = struct.pack("<III4s", 4, 1 << 20, 9, b"GNU") + bytes(1 << 20)
    count, size, place = 20_000, len(note), 64 + len(note)
    segment = struct.pack("<IIQQQQQQ", c.PT_NOTE, 4, 64, 0, 0, size, size, 4)
    section = struct.pack("<IIQQQQIIQQ", 0, c.SHT_NOTE, 0, 0, 64, size, 0, 0, 4, 0)
    segments = (place, 0, 0, 64, 56, count, 64, 0, 0)
    sections = (0, place, 0, 64, 56, 0, 64, count, 0)
    places = struct.pack("<QQIHHHHHH", *(segments if table == "segments" else sections))
    start = c.ELF_MAGIC + bytes((2, 1, 1)) + bytes(9) + struct.pack("<HHIQ", 3, 62, 1, 0)
    entry = segment if table == "segments" else section
    file = File.from_bytes(start + places + note + entry * count)
    with pytest.raises(ElfError) as caught:
        assert file.build_id
    assert str(caught.value) == (
        "<bytes>: too many headers are for the same notes (at offset 0x40)"
    )


def test_a_string_without_an_end(small: Small) -> None:
    data = bytearray(small("library.so").read_bytes())
    with File(small("library.so")) as file:
        load = max(
            (part for part in file.segments if part.type == c.PT_LOAD), key=lambda part: part.offset
        )
        offset = load.offset
        address = load.virtual_address
    del data[offset + 64 :]
    data[offset:] = b"x" * 64
    broken = File.from_bytes(data, "it")
    assert _said(lambda: broken.string_at(address)) == (
        f"it: a string does not end (at offset {offset:#x})"
    )


def test_a_long_string_is_whole(small: Small) -> None:
    data = bytearray(small("library.so").read_bytes())
    with File(small("library.so")) as file:
        load = max(
            (part for part in file.segments if part.type == c.PT_LOAD), key=lambda part: part.offset
        )
    del data[load.offset :]
    data += b"x" * 20_000 + b"\0"
    assert File.from_bytes(data).string_at(load.virtual_address) == "x" * 20_000


def test_a_file_can_be_closed_while_its_bytes_are_looked_at(small: Small) -> None:
    file = File(small("library.so"))
    rows = struct.iter_unpack("B", file.data)
    file.close()
    assert next(rows) == (0x7F,)
