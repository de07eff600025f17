"""A file that is wrong in one way is refused in one sentence, and nothing worse happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.native import elf_file as elf
from tests.unit.native.elf_file import ElfFile
from tests.unit.native.opener import Opener

Edit = Callable[[ElfFile], None]


def header(field: str, value: int) -> Edit:
    return lambda file: file.set_header(field, value)


def program(kind: int, field: str, value: int, number: int = 0) -> Edit:
    return lambda file: file.set_program(kind, field, value, number)


def dynamic(tag: int, value: int) -> Edit:
    return lambda file: file.set_dynamic(tag, value)


def retagged(tag: int, new: int) -> Edit:
    return lambda file: file.retag(tag, new)


def relocation(field: str, value: int) -> Edit:
    return lambda file: file.set_relocation(field, value)


def cut(size: int) -> Edit:
    def edit(file: ElfFile) -> None:
        del file.data[size:]

    return edit


def all_of(*edits: Edit) -> Edit:
    def edit(file: ElfFile) -> None:
        for each in edits:
            each(file)

    return edit


def empty_segment_with_content(file: ElfFile) -> None:
    file.set_program(elf.LOAD, "memsz", 0)
    file.set_program(elf.LOAD, "filesz", 1 << 40)


def segments_in_reverse(file: ElfFile) -> None:
    second = file.program(elf.LOAD, "vaddr", 1)
    file.set_program(elf.LOAD, "vaddr", second + 0x10000 - second % 0x1000)


def unterminated_strings(file: ElfFile) -> None:
    file.set_dynamic(elf.STRSZ, file.dynamic(elf.STRSZ) - 1)


def no_end_of_dynamic(file: ElfFile) -> None:
    start = file.program(elf.DYNAMIC, "vaddr")
    load = file.program(elf.LOAD, "vaddr", 1)
    file.set_program(elf.LOAD, "filesz", start - load + 32, 1)
    file.set_program(elf.LOAD, "memsz", start - load + 32, 1)


def thread_local_by_the_name_of_a_function(file: ElfFile) -> None:
    file.set_relocation("type", 16)
    file.set_relocation("symbol", file.symbol("function"))


def relocation_of_the_headers(file: ElfFile) -> None:
    """The first relocation makes a segment larger, the second would then be inside it."""
    memory_size = file.data.index(file.program(elf.LOAD, "memsz").to_bytes(8, "little"), 64)
    file.set_program(elf.LOAD, "flags", 6)
    file.set_relocation("offset", memory_size)
    file.set_relocation("addend", FAR)
    file.set_relocation("type", 8, 1)
    file.set_relocation("offset", FAR // 2, 1)


def table_word(tag: int, index: int, value: int) -> Edit:
    return lambda file: file.set_word(file.dynamic(tag) + 4 * index, value)


FAR = 1 << 40


def descriptor_far_away(file: ElfFile) -> None:
    start, size = (file.program(elf.LOAD, field, 1) for field in ("vaddr", "memsz"))
    file.set_relocation("type", 36)
    file.set_relocation("offset", (start + size - 16) // 8 * 8)
    file.set_relocation("addend", FAR)


MALFORMED = "FILE: malformed dynamic section: "

# What is wrong: the edit, and what the loader says of it.
HEADERS: dict[str, tuple[Edit, str]] = {
    "empty": (cut(0), "FILE: file too short"),
    "half an ELF header": (cut(40), "FILE: file too short"),
    "no magic": (header("magic", 0), "FILE: invalid ELF header"),
    "32 bits": (header("class", 1), "FILE: wrong ELF class: ELFCLASS32"),
    "big-endian": (header("data", 2), "FILE: ELF file data encoding not little-endian"),
    "another machine": (
        header("machine", 183),
        "FILE: made for another machine (e_machine is not x86-64)",
    ),
    "another ELF": (header("version", 2), "FILE: ELF file version does not match current one"),
    "another system": (header("os_abi", 9), "FILE: ELF file OS ABI invalid"),
    "an executable": (header("type", 2), "FILE: cannot dynamically load executable"),
    "an object file": (header("type", 1), "FILE: only ET_DYN objects can be loaded"),
    "odd program headers": (
        header("phentsize", 32),
        "FILE: ELF file's phentsize not the expected size",
    ),
    "no program headers": (
        header("phnum", 0),
        "FILE: object file has no or too many program headers",
    ),
    "too many program headers": (
        header("phnum", 0xFFFF),
        "FILE: object file has no or too many program headers",
    ),
    "program headers behind the end": (
        header("phoff", FAR),
        "FILE: program headers lie outside the file",
    ),
}

SEGMENTS: dict[str, tuple[Edit, str]] = {
    "cut in a segment": (cut(1500), "FILE: file too short: a PT_LOAD segment lies outside it"),
    "more file than memory": (
        program(elf.LOAD, "memsz", 16),
        "FILE: a PT_LOAD segment has impossible sizes",
    ),
    "no memory but a file size": (
        empty_segment_with_content,
        "FILE: a PT_LOAD segment has impossible sizes",
    ),
    "past the end of the address space": (
        program(elf.LOAD, "memsz", (1 << 64) - 8, 1),
        "FILE: a PT_LOAD segment has impossible sizes",
    ),
    "64 GiB of nothing": (
        program(elf.LOAD, "memsz", FAR, 1),
        "FILE: its segments span more than 64 GiB of addresses",
    ),
    "odd alignment": (
        program(elf.LOAD, "align", 12288),
        "FILE: ELF load command alignment not a power of two",
    ),
    "huge alignment": (
        program(elf.LOAD, "align", FAR),
        "FILE: ELF load command alignment too large",
    ),
    "shifted in its page": (
        program(elf.LOAD, "vaddr", 8),
        "FILE: ELF load command address/offset not page-aligned",
    ),
    "segments out of order": (
        segments_in_reverse,
        "FILE: PT_LOAD segments overlap or are not in ascending order",
    ),
    "no segments": (
        lambda file: file.drop_programs(elf.LOAD),
        "FILE: object file has no loadable segments",
    ),
    "no PT_DYNAMIC": (
        lambda file: file.drop_programs(elf.DYNAMIC),
        "FILE: object file has no dynamic section",
    ),
    "PT_DYNAMIC elsewhere": (
        program(elf.DYNAMIC, "vaddr", FAR),
        "FILE: the dynamic section lies outside every segment",
    ),
    "PT_TLS elsewhere": (
        program(elf.TLS, "vaddr", FAR),
        "FILE: the PT_TLS segment lies outside every segment",
    ),
    "PT_TLS of 4 GiB": (
        program(elf.TLS, "memsz", 1 << 32),
        "FILE: the PT_TLS segment has impossible sizes",
    ),
    "PT_TLS aligned to 3": (
        program(elf.TLS, "align", 3),
        "FILE: the PT_TLS segment has an impossible alignment",
    ),
}

TABLES: dict[str, tuple[Edit, str]] = {
    "no end": (no_end_of_dynamic, MALFORMED + "no DT_NULL"),
    "no strings": (retagged(elf.STRTAB, elf.BIND_NOW), MALFORMED + "no string or symbol table"),
    "strings elsewhere": (
        dynamic(elf.STRTAB, FAR),
        MALFORMED + "string table outside every segment",
    ),
    "strings without an end": (
        unterminated_strings,
        MALFORMED + "string table does not end with a zero byte",
    ),
    "symbols elsewhere": (
        dynamic(elf.SYMTAB, FAR),
        MALFORMED + "symbol table outside every segment",
    ),
    "versions elsewhere": (
        dynamic(elf.VERSYM, FAR),
        MALFORMED + "version symbol table outside every segment",
    ),
    "needed versions elsewhere": (
        dynamic(elf.VERNEED, FAR),
        MALFORMED + "a version table lies outside every segment",
    ),
    "GNU hash elsewhere": (
        dynamic(elf.GNU_HASH, FAR),
        MALFORMED + "GNU hash table outside every segment",
    ),
    "four thousand million buckets": (
        table_word(elf.GNU_HASH, 0, 0xFFFFFFFF),
        MALFORMED + "GNU hash table has impossible sizes",
    ),
    "a bloom filter of three words": (
        table_word(elf.GNU_HASH, 2, 3),
        MALFORMED + "GNU hash table has impossible sizes",
    ),
    "four thousand million chains": (
        table_word(elf.HASH, 1, 0xFFFFFFFF),
        MALFORMED + "hash table outside every segment",
    ),
    "relocations elsewhere": (
        dynamic(elf.RELA, FAR),
        MALFORMED + "a table lies outside every segment",
    ),
    "more relocations than file": (
        dynamic(elf.RELASZ, FAR),
        MALFORMED + "a table lies outside every segment",
    ),
    "relocations without addends": (
        retagged(elf.RELA, elf.REL),
        MALFORMED + "REL relocations, which x86-64 does not have",
    ),
    "relocations of another size": (
        dynamic(elf.RELAENT, 32),
        MALFORMED + "relocation entries of another size",
    ),
    "a constructor elsewhere": (
        all_of(retagged(elf.SONAME, elf.INIT), dynamic(elf.INIT, FAR)),
        MALFORMED + "DT_INIT or DT_FINI outside the text",
    ),
    "a name elsewhere": (
        dynamic(elf.SONAME, FAR),
        MALFORMED + "a name lies outside the string table",
    ),
}

RELOCATIONS: dict[str, tuple[Edit, str]] = {
    "into nowhere": (
        relocation("offset", FAR),
        "FILE: a relocation's place lies outside the writable segments (relocation type 8)",
    ),
    "at the end of the address space": (
        relocation("offset", (1 << 64) - 4),
        "FILE: a relocation's place lies outside the writable segments (relocation type 8)",
    ),
    "of the program headers": (
        relocation_of_the_headers,
        "FILE: a relocation's place lies outside the writable segments (relocation type 8)",
    ),
    "into the text": (
        relocation("offset", 0),
        "FILE: a relocation's place lies outside the writable segments (relocation type 8)",
    ),
    "of no known type": (
        relocation("type", 99),
        "FILE: unexpected relocation (relocation type 99)",
    ),
    "that only executables have": (
        relocation("type", 5),
        "FILE: a COPY relocation, which only executables have (relocation type 5)",
    ),
    "of no known symbol": (
        all_of(relocation("type", 6), relocation("symbol", 1 << 30)),
        "FILE: a relocation names a symbol outside the symbol table",
    ),
    "by a resolver outside the text": (
        all_of(relocation("type", 37), relocation("addend", FAR)),
        "FILE: an IFUNC resolver lies outside the text (relocation type 37)",
    ),
    "of TLS by a name that is not": (
        thread_local_by_the_name_of_a_function,
        "FILE: a TLS relocation names a symbol that is not thread-local (relocation type 16)",
    ),
    "of a TLS descriptor far away": (
        descriptor_far_away,
        "FILE: a TLS offset does not fit (relocation type 36)",
    ),
}


def _cases(table: dict[str, tuple[Edit, str]]) -> list[object]:
    return [pytest.param(edit, said, id=name) for name, (edit, said) in table.items()]


@pytest.mark.parametrize(
    ("edit", "said"),
    [*_cases(HEADERS), *_cases(SEGMENTS), *_cases(TABLES), *_cases(RELOCATIONS)],
)
def test_what_is_wrong_is_said(opener: Opener, seeds: Path, edit: Edit, said: str) -> None:
    file = ElfFile((seeds / "everything").read_bytes())
    edit(file)
    assert opener.open(bytes(file.data)) == said


def test_unbroken_it_loads(opener: Opener, seeds: Path) -> None:
    assert opener.open((seeds / "everything").read_bytes()) == "loaded"


def test_without_a_hash_table_it_loads_and_has_no_symbols(opener: Opener, seeds: Path) -> None:
    file = ElfFile((seeds / "everything").read_bytes())
    for tag in (elf.GNU_HASH, elf.HASH, elf.RELA, elf.JMPREL):
        file.retag(tag, elf.BIND_NOW)
    assert opener.open(bytes(file.data)) == "loaded"


def test_thread_local_variables_without_their_segment_do_no_harm(
    opener: Opener, seeds: Path
) -> None:
    file = ElfFile((seeds / "everything").read_bytes())
    file.drop_programs(elf.TLS)
    assert opener.open(bytes(file.data)) == "loaded"
