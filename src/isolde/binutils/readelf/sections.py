"""-S and -t: the section headers."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.readelf.subject import Subject, c_hex, plural, printable, printable_section
from isolde.elf import Section, names
from isolde.elf import constants as c

_HEADINGS = {
    (32, False, False): (
        "  [Nr] Name              Type            Addr     Off    Size   ES Flg Lk Inf Al",
    ),
    (64, True, False): (
        "  [Nr] Name              Type            Address          Off    Size   ES Flg Lk Inf Al",
    ),
    (64, False, False): (
        "  [Nr] Name              Type             Address           Offset",
        "       Size              EntSize          Flags  Link  Info  Align",
    ),
    (32, False, True): (
        "  [Nr] Name",
        "       Type            Addr     Off    Size   ES   Lk Inf Al",
        "       Flags",
    ),
    (64, True, True): (
        "  [Nr] Name",
        "       Type            Address          Off    Size   ES   Lk Inf Al",
        "       Flags",
    ),
    (64, False, True): (
        "  [Nr] Name",
        "       Type              Address          Offset            Link",
        "       Size              EntSize          Info              Align",
        "       Flags",
    ),
}
_KEY = (
    "Key to Flags:",
    "  W (write), A (alloc), X (execute), M (merge), S (strings), I (info),",
    "  L (link order), O (extra OS processing required), G (group), T (TLS),",
    "  C (compressed), x (unknown), o (OS specific), E (exclude),",
)
_OWN_KEYS = {c.EM_ARM: "y (purecode), ", c.EM_PPC: "v (VLE), "}
_OWN_KEYS.update(dict.fromkeys((c.EM_X86_64, c.EM_L1OM, c.EM_K1OM), "l (large), "))
_SYSTEM_KEYS = {
    c.ELFOSABI_GNU: "R (retain), D (mbind), ",
    c.ELFOSABI_FREEBSD: "R (retain), D (mbind), ",
    c.ELFOSABI_NONE: "D (mbind), ",
}
_COMPRESSIONS = {c.ELFCOMPRESS_ZLIB: "ZLIB", c.ELFCOMPRESS_ZSTD: "ZSTD"}
_ORDERED = (c.EM_386, c.EM_IAMCU, c.EM_X86_64, c.EM_L1OM, c.EM_K1OM, c.EM_SPARC, c.EM_SPARCV9)


def sections_text(subject: Subject, *, details: bool, introduced: bool) -> Iterator[str]:
    """The lines of the display; INTRODUCED: the header's display has told how many there are."""
    header = subject.header
    count = header.section_header_count
    if count == 0:
        if header.section_header_offset:
            subject.tell(
                f"{subject.file.path}: possibly corrupt: a section header offset, but no headers"
            )
        else:
            yield "\nThere are no sections in this file."
        return
    if not introduced:
        there = plural(count, "There is 1 section header", f"There are {count} section headers")
        yield f"{there}, starting at offset {c_hex(header.section_header_offset)}:"
    if not subject.sections:
        return
    yield plural(count, "\nSection Header:", "\nSection Headers:")
    wide = subject.is_wide and subject.is_64
    yield from _HEADINGS[header.elf_class, wide, details]
    for section in subject.sections:
        yield from _detailed(subject, section) if details else _brief(subject, section)
    if not details:
        yield from _KEY
        own = _SYSTEM_KEYS.get(header.os_abi, "") + _OWN_KEYS.get(header.machine, "")
        yield f"  {own}p (processor specific)"


def sections_facts(subject: Subject) -> list[dict[str, object]]:
    """Each section header, and the names of its type and flags."""
    header = subject.header
    return [
        {
            **section._asdict(),
            "type_name": names.section_type_name(header.machine, section.type),
            "flag_names": names.section_flag_names(
                header.machine, header.os_abi, section.flags, subject.digits
            ),
        }
        for section in subject.sections
    ]


def _type(subject: Subject, section: Section) -> str:
    name = names.section_type_name(subject.header.machine, section.type)
    return f"{name:<15}" if subject.is_wide else f"{name:<15.15}"


def _brief(subject: Subject, section: Section) -> Iterator[str]:
    header = subject.header
    name = f"{_plain_fitted(subject, section.name):<17}"
    start = f"  [{section.number:2}] {name} {_type(subject, section)} "
    flags = names.section_flag_letters(header.machine, header.os_abi, section.flags)
    address = subject.address(section.address)
    if not subject.is_64 or subject.is_wide:
        yield (
            f"{start}{address} {section.offset:06x} {section.size:06x} {section.entry_size:02x}"
            f" {flags:>3} {section.link:2} {section.info:3} {section.alignment:2}"
        )
        return
    yield f"{start} {address}  {section.offset:08x}"
    yield (
        f"       {section.size:016x}  {section.entry_size:016x} {flags:>3} "
        f"     {section.link:2}   {section.info:3}     {section.alignment}"
    )


def _plain_fitted(subject: Subject, name: str) -> str:
    if not subject.is_wide and len(name) > 17:
        return name[:12] + "[...]"
    # Of all displays, this one shows a name whole, however long it is.
    return printable(name) if name.isascii() else printable_section(name)


def _detailed(subject: Subject, section: Section) -> Iterator[str]:
    yield f"  [{section.number:2}] {printable_section(section.name)}"
    start = f"       {_type(subject, section)} {subject.address(section.address)}"
    if not subject.is_64 or subject.is_wide:
        yield (
            f"{start} {section.offset:06x} {section.size:06x} {section.entry_size:02x}"
            f"  {_link(subject, section)} {section.info:3} {section.alignment:2}"
        )
    else:
        yield (
            f"       {_type(subject, section)}  {subject.address(section.address)}"
            f"  {section.offset:016x}  {section.link}"
        )
        yield (
            f"       {section.size:016x} {section.entry_size:016x}"
            f"  {section.info:<16}  {section.alignment}"
        )
    header = subject.header
    flag_names = names.section_flag_names(
        header.machine, header.os_abi, section.flags, subject.digits
    )
    yield f"       [{subject.address(section.flags)}]: {', '.join(flag_names)}"
    if section.flags & c.SHF_COMPRESSED:
        yield f"       {_compression(subject, section)}"


def _link(subject: Subject, section: Section) -> str:
    special = {0xFF00: "<BEFORE>", 0xFF01: "<AFTER>"}.get(section.link)
    known = special and not subject.is_64 and subject.header.machine in _ORDERED
    return special if special and known else f"{section.link:2}"


def _compression(subject: Subject, section: Section) -> str:
    data = subject.data_of(section)
    size = 8 if subject.is_64 else 4
    if len(data) < 3 * size:
        return "[<corrupt>]"
    kind = subject.number(data[:4])
    unpacked = subject.number(data[size : 2 * size])
    alignment = subject.number(data[2 * size : 3 * size])
    name = _COMPRESSIONS.get(kind, f"[<unknown>: 0x{kind:x}]")
    return f"{name}, {subject.address(unpacked)}, {alignment}"
