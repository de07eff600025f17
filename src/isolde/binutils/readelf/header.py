"""-h: the ELF header."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.readelf.subject import Subject
from isolde.elf import names
from isolde.elf.constants import DF_1_PIE, DT_FLAGS_1

_LABEL = 35


def header_text(subject: Subject) -> Iterator[str]:
    """The lines of the display."""
    yield "ELF Header:"
    yield "  Magic:   " + "".join(f"{byte:02x} " for byte in subject.file.data[:16])
    for label, value in _rows(subject):
        yield f"  {label + ':':<{_LABEL}}{value}"


def header_facts(subject: Subject) -> dict[str, object]:
    """The header's fields, and the names of its numbers."""
    header = subject.header
    return {
        **header._asdict(),
        "type_name": type_name(subject),
        "machine_name": names.machine_name(header.machine),
        "os_abi_name": names.os_abi_name(header.machine, header.os_abi),
        "flag_names": names.header_flag_names(header.machine, header.flags),
    }


def type_name(subject: Subject) -> str:
    """What kind of file this is."""
    entries = (entry.value for entry in subject.dynamic if entry.tag == DT_FLAGS_1)
    return names.file_type_name(subject.header.type, is_pie=bool(next(entries, 0) & DF_1_PIE))


def _rows(subject: Subject) -> Iterator[tuple[str, str]]:
    header, version = subject.header, subject.file.data[6]
    yield "Class", names.class_name(header.elf_class)
    yield "Data", names.byte_order_name(header.byte_order)
    yield "Version", f"{version}{_version_note(version)}"
    yield "OS/ABI", names.os_abi_name(header.machine, header.os_abi)
    yield "ABI Version", str(header.abi_version)
    yield "Type", type_name(subject)
    yield "Machine", names.machine_name(header.machine)
    yield "Version", f"0x{header.version:x}"
    yield "Entry point address", f"0x{header.entry:x}"
    yield "Start of program headers", f"{header.program_header_offset} (bytes into file)"
    yield "Start of section headers", f"{header.section_header_offset} (bytes into file)"
    flags = ["", *names.header_flag_names(header.machine, header.flags)]
    yield "Flags", f"0x{header.flags:x}" + ", ".join(flags)
    yield "Size of this header", f"{header.header_size} (bytes)"
    yield "Size of program headers", f"{header.program_header_size} (bytes)"
    yield from _counts(subject)


def _version_note(version: int) -> str:
    return " (current)" if version == 1 else " <unknown>" if version else ""


def _counts(subject: Subject) -> Iterator[tuple[str, str]]:
    """The counts as they stand in the header; behind them the true ones, where they do not fit."""
    header, data = subject.header, subject.file.data
    places = (56, 60, 62) if subject.is_64 else (44, 48, 50)
    segments, sections, name_table = (subject.number(data[place : place + 2]) for place in places)
    yield "Number of program headers", _count(segments, header.program_header_count)
    yield "Size of section headers", f"{header.section_header_size} (bytes)"
    yield "Number of section headers", _count(sections, header.section_header_count)
    index = _count(name_table, header.section_names_index)
    true_index = header.section_names_index
    corrupt = true_index and true_index >= header.section_header_count
    yield "Section header string table index", index + " <corrupt: out of range>" * bool(corrupt)


def _count(told: int, true: int) -> str:
    return str(told) if told == true else f"{told} ({true})"
