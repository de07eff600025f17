"""What the reader says of files of every class, byte order and kind is what pyelftools says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerDefSection, GNUVerNeedSection
from elftools.elf.hash import ELFHashSection, GNUHashSection
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import NoteSection, SymbolTableSection

from isolde.elf import File

Small = Callable[[str], Path]

OBJECTS = (
    "object.o", "debug.o", "compressed.o", "group.o", "sections.o", "i386.o", "aarch64.o",
    "s390x.o",
)  # fmt: skip
LINKED = (
    "library.so", "debug.so", "relr.so", "pie", "static", "relocated", "i386.so", "armhf.so",
    "mips.so", "powerpc64.so",
)  # fmt: skip
EVERY = (*OBJECTS, *LINKED)


@contextmanager
def _both(path: Path) -> Iterator[tuple[File, Any]]:
    with path.open("rb") as stream, File(path) as file:
        yield file, ELFFile(stream)


@pytest.mark.parametrize("name", EVERY)
def test_headers(name: str, small: Small) -> None:
    with _both(small(name)) as (file, oracle):
        header, theirs = file.header, oracle.header
        assert (header.elf_class, header.byte_order == "little") == (
            oracle.elfclass,
            oracle.little_endian,
        )
        assert header[6:] == (
            theirs["e_version"] if isinstance(theirs["e_version"], int) else 1,
            *(
                theirs[field]
                for field in (
                    "e_entry", "e_phoff", "e_shoff", "e_flags", "e_ehsize", "e_phentsize",
                    "e_phnum", "e_shentsize", "e_shnum", "e_shstrndx",
                )
            ),
        )  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_sections(name: str, small: Small) -> None:
    fields = (
        "sh_flags", "sh_addr", "sh_offset", "sh_size", "sh_link", "sh_info", "sh_addralign",
        "sh_entsize",
    )  # fmt: skip
    with _both(small(name)) as (file, oracle):
        assert [(part.name, *part[3:]) for part in file.sections] == [
            (theirs.name, *(theirs[field] for field in fields)) for theirs in oracle.iter_sections()
        ]
        for ours, theirs in zip(file.sections, oracle.iter_sections(), strict=True):
            if theirs["sh_type"] not in ("SHT_NOBITS", "SHT_NULL"):
                assert file.section_contents(ours) == theirs.data()


@pytest.mark.parametrize("name", EVERY)
def test_segments(name: str, small: Small) -> None:
    fields = (
        "p_flags", "p_offset", "p_vaddr", "p_paddr", "p_filesz", "p_memsz", "p_align",
    )  # fmt: skip
    with _both(small(name)) as (file, oracle):
        assert [part[1:8] for part in file.segments] == [
            tuple(theirs[field] for field in fields) for theirs in oracle.iter_segments()
        ]


_BINDINGS = {"STB_LOCAL": 0, "STB_GLOBAL": 1, "STB_WEAK": 2, "STB_LOOS": 10}
_PLACES = {"SHN_UNDEF": 0, "SHN_ABS": 0xFFF1, "SHN_COMMON": 0xFFF2}


@pytest.mark.parametrize("name", EVERY)
def test_symbols(name: str, small: Small) -> None:
    with _both(small(name)) as (file, oracle):
        tables = {"SHT_SYMTAB": file.symbols, "SHT_DYNSYM": file.dynamic_symbols}
        found = [part for part in oracle.iter_sections() if isinstance(part, SymbolTableSection)]
        assert found or name == "static"
        for section in found:
            assert [
                (symbol.name, symbol.value, symbol.size, symbol.binding, symbol.section)
                for symbol in tables[section["sh_type"]]
            ] == [
                (
                    (theirs["st_name"] and section.stringtable.get_string(theirs["st_name"])) or "",
                    theirs["st_value"],
                    theirs["st_size"],
                    _BINDINGS[theirs["st_info"]["bind"]],
                    _PLACES.get(theirs["st_shndx"], theirs["st_shndx"]),
                )
                for theirs in section.iter_symbols()
            ]


@pytest.mark.parametrize("name", EVERY)
def test_relocations(name: str, small: Small) -> None:
    with _both(small(name)) as (file, oracle):
        theirs = [part for part in oracle.iter_sections() if isinstance(part, RelocationSection)]
        ours = [table for table in file.relocation_tables if table.kind != "RELR"]
        assert [table.name for table in ours] == [section.name for section in theirs]
        for table, section in zip(ours, theirs, strict=True):
            assert [tuple(entry) for entry in table.entries] == [
                (
                    entry["r_offset"],
                    entry["r_info_type"],
                    entry["r_info_sym"],
                    entry["r_addend"] if entry.is_RELA() else None,
                )
                for entry in section.iter_relocations()
            ]


def test_relr(small: Small) -> None:
    with _both(small("relr.so")) as (file, oracle):
        (table,) = [table for table in file.dynamic_relocations if table.name == "RELR"]
        places = [
            entry["r_offset"]
            for entry in oracle.get_section_by_name(".relr.dyn").iter_relocations()
        ]
        assert places
        assert [entry.offset for entry in table.entries] == places


@pytest.mark.parametrize("name", [name for name in LINKED if name not in ("static", "relocated")])
def test_dynamic_sections(name: str, small: Small) -> None:
    with _both(small(name)) as (file, oracle):
        section: Any = next(
            part for part in oracle.iter_sections() if isinstance(part, DynamicSection)
        )
        assert [entry.value for entry in file.dynamic] == [
            tag["d_val"] for tag in section.iter_tags()
        ]
        assert list(file.needed) == [
            tag.needed for tag in section.iter_tags() if tag.entry.d_tag == "DT_NEEDED"
        ]


@pytest.mark.parametrize("name", ["library.so", "i386.so", "powerpc64.so", "mips.so"])
def test_hash_tables_find_every_symbol(name: str, small: Small) -> None:
    with _both(small(name)) as (file, oracle):
        tables = [
            (file.hash_table, ELFHashSection),
            (file.gnu_hash_table, GNUHashSection),
        ]
        checked = 0
        for table, kind in tables:
            sections: list[Any] = [
                part for part in oracle.iter_sections() if isinstance(part, kind)
            ]
            assert (table is not None) == bool(sections)
            if table is None:
                continue
            assert table.bucket_count == sections[0].params["nbuckets"]
            for symbol in file.dynamic_symbols:
                if symbol.number and symbol.is_defined:
                    assert symbol.number in table.lookup(symbol.name)
                    assert sections[0].get_symbol(symbol.name) is not None
                    checked += 1
            met = [index for chain in table.chains() for index in chain]
            assert len(met) == len({*met})
        assert checked


def test_versions(tmp_path: Path) -> None:
    library = Path("/lib/x86_64-linux-gnu/libpthread.so.0")
    if not library.exists():
        pytest.skip("this machine has no libpthread.so.0")
    with _both(library) as (file, oracle):
        needs = [part for part in oracle.iter_sections() if isinstance(part, GNUVerNeedSection)]
        definitions = [
            part for part in oracle.iter_sections() if isinstance(part, GNUVerDefSection)
        ]
        assert [
            (need.file, [(one.name, one.number) for one in need.versions])
            for need in file.version_needs
        ] == [
            (need.name, [(one.name, one["vna_other"]) for one in found])
            for need, found in needs[0].iter_versions()
        ]
        assert [one.name for one in file.version_definitions] == [
            next(names).name for _, names in definitions[0].iter_versions()
        ]
        theirs = oracle.get_section_by_name(".gnu.version")
        assert file.versions is not None
        assert list(file.versions.indexes) == [
            {"VER_NDX_LOCAL": 0, "VER_NDX_GLOBAL": 1}.get(one["ndx"], one["ndx"])
            for one in theirs.iter_symbols()
        ]


@pytest.mark.parametrize("name", ["library.so", "pie", "i386.so", "powerpc64.so", "object.o"])
def test_notes(name: str, small: Small) -> None:
    with _both(small(name)) as (file, oracle):
        theirs = [
            (note["n_name"], bytes(note["n_descdata"]))
            for part in oracle.iter_sections()
            if isinstance(part, NoteSection)
            for note in part.iter_notes()
        ]
        assert [(note.owner, note.description) for note in file.notes] == theirs


def test_a_file_without_section_headers_tells_the_same(small: Small) -> None:
    """What a dynamic linker would read is found where it would look."""
    with File(small("library.so")) as whole, File(small("no_sections.so")) as bare:
        assert bare.sections == ()
        assert bare.segments == whole.segments
        assert bare.dynamic == whole.dynamic
        assert bare.build_id == whole.build_id is not None
        assert list(bare.dynamic_symbols) == list(whole.dynamic_symbols)
        assert [(table.name, table.entries) for table in bare.dynamic_relocations] == [
            (table.name, table.entries) for table in whole.dynamic_relocations
        ]
