"""-d: the dynamic section."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.readelf.subject import Subject, c_hex, plural
from isolde.elf import DynamicEntry, names
from isolde.elf import constants as c

_LIBRARIES = {
    c.DT_NEEDED: "Shared library",
    c.DT_SONAME: "Library soname",
    c.DT_RPATH: "Library rpath",
    c.DT_RUNPATH: "Library runpath",
}
_OTHER_NAMES = {
    c.DT_AUXILIARY: "Auxiliary library",
    c.DT_FILTER: "Filter library",
    0x6FFFFEFA: "Configuration file",
    c.DT_DEPAUDIT: "Dependency audit library",
    c.DT_AUDIT: "Audit library",
}
_SIZES = (
    *(c.DT_PLTRELSZ, c.DT_RELASZ, c.DT_STRSZ, c.DT_RELSZ, c.DT_RELAENT, c.DT_RELRENT, c.DT_RELRSZ),
    *(c.DT_SYMENT, c.DT_RELENT, c.DT_PREINIT_ARRAYSZ, c.DT_INIT_ARRAYSZ, c.DT_FINI_ARRAYSZ),
    *(0x6FFFFDF9, 0x6FFFFDFA, 0x6FFFFDFB, 0x6FFFFDF6, 0x6FFFFDF7),
)
_COUNTS = (c.DT_VERDEFNUM, c.DT_VERNEEDNUM, c.DT_RELACOUNT, c.DT_RELCOUNT)
_DT_USED, _DT_FEATURE, _DT_POSFLAG_1 = 0x7FFFFFFE, 0x6FFFFDFC, 0x6FFFFDFD
_FLAG_WORDS = {
    _DT_FEATURE: ("PARINIT", "CONFEXP"),
    _DT_POSFLAG_1: ("LAZYLOAD", "GROUPPERM"),
    c.DT_GNU_FLAGS_1: ("UNIQUE",),
}
_AARCH64_BARE = (0x70000001, 0x70000003)
_MIPS_COUNTS = (
    *(0x70000001, 0x7000000A, 0x7000000B, 0x70000010, 0x70000011, 0x70000012, 0x70000014),
    *(0x70000018, 0x7000001A, 0x7000001C, 0x7000001E, 0x70000021, 0x7000002F),
)
_MIPS_TIME_STAMP, _MIPS_IVERSION, _MIPS_FLAGS = 0x70000002, 0x70000004, 0x70000005


def dynamic_text(subject: Subject) -> Iterator[str]:
    """The lines of the display."""
    entries = subject.dynamic
    if not entries:
        yield "\nThere is no dynamic section in this file."
        return
    count = plural(len(entries), "1 entry", f"{len(entries)} entries")
    yield f"\nDynamic section at offset {c_hex(_offset(subject))} contains {count}:"
    yield "  Tag        Type                         Name/Value"
    width = 19 if subject.is_64 else 27
    for entry in entries:
        tag = f"({names.dynamic_tag_name(subject.header.machine, entry.tag)})"
        # There is always a blank behind the name, however long it is.
        padding = " " * max(abs(width + 2 - len(tag)), 1)
        yield f" 0x{subject.address(entry.tag)} {tag}{padding}{meaning(subject, entry)}"


def dynamic_facts(subject: Subject) -> list[dict[str, object]]:
    """Each entry, the name of its tag and what its value means."""
    machine = subject.header.machine
    return [
        {
            **entry._asdict(),
            "tag_name": names.dynamic_tag_name(machine, entry.tag),
            "meaning": meaning(subject, entry).strip(),
        }
        for entry in subject.dynamic
    ]


def meaning(subject: Subject, entry: DynamicEntry) -> str:
    """What the value of ENTRY says, in words where it is more than a number."""
    tag, value = entry
    if tag in _LIBRARIES or tag in _OTHER_NAMES:
        return _named(subject, tag, value)
    if tag in _SIZES:
        return f"{value} (bytes)"
    if tag in _COUNTS:
        return str(value)
    special = _special(subject, tag, value)
    return f"0x{value:x}" if special is None else special


def _special(subject: Subject, tag: int, value: int) -> str | None:
    if tag == c.DT_FLAGS:
        return " ".join(names.dynamic_flag_names(value))
    if tag == c.DT_FLAGS_1:
        return _flags(names.dynamic_flag_1_names(value))
    if tag in _FLAG_WORDS:
        return _flags(_words(value, _FLAG_WORDS[tag]))
    if tag == c.DT_PLTREL:
        return names.dynamic_tag_name(subject.header.machine, value)
    if tag == c.DT_BIND_NOW:
        return ""
    if tag == c.DT_GNU_PRELINKED:
        return _time(value)
    if tag == _DT_USED:
        name = _string(subject, value)
        return f"Not needed object: [{name}]" if name else None
    return _of_the_machine(subject, tag, value)


def _of_the_machine(subject: Subject, tag: int, value: int) -> str | None:
    machine = subject.header.machine
    if machine == c.EM_AARCH64 and tag in _AARCH64_BARE:
        return ""
    if machine not in (c.EM_MIPS, c.EM_MIPS_RS3_LE):
        return None
    if tag == _MIPS_FLAGS:
        return " ".join(names.mips_flag_names(value)) if value else "NONE"
    if tag == _MIPS_TIME_STAMP:
        return f"Time Stamp: {_time(value)}"
    if tag == _MIPS_IVERSION:
        return f"Interface Version: {_string(subject, value)}"
    return str(value) if tag in _MIPS_COUNTS else None


def _named(subject: Subject, tag: int, value: int) -> str:
    name = _string(subject, value)
    if tag in _OTHER_NAMES:
        return f"{_OTHER_NAMES[tag]}: " + (f"0x{value:x}" if name is None else f"[{name}]")
    if name is None:
        return f"0x{value:x}"
    is_loader = tag == c.DT_NEEDED and name == subject.attempt(
        lambda: subject.file.interpreter, None
    )
    return f"{_LIBRARIES[tag]}: [{name}]" + " program interpreter" * is_loader


def _string(subject: Subject, offset: int) -> str | None:
    strings = subject.attempt(lambda: subject.file.dynamic_strings, None)
    try:
        return None if strings is None else strings[offset]
    except IndexError as error:
        subject.tell(f"{subject.file.path}: a name in the dynamic section is not there: {error}")
        return None


def _flags(words: list[str]) -> str:
    return "Flags: " + (" ".join(words) or "None")


def _words(value: int, known: tuple[str, ...]) -> list[str]:
    words = [name for bit, name in enumerate(known) if value >> bit & 1]
    rest = value >> len(known) << len(known)
    return [*words, f"{rest:x}"] if rest else words


def _time(value: int) -> str:
    from datetime import datetime, timezone

    try:
        return datetime.fromtimestamp(value, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return f"<corrupt time val: {value:x}"


def _offset(subject: Subject) -> int:
    """Where the section is; the segment, where a file has no section headers."""
    section = next((part for part in subject.sections if part.name == ".dynamic"), None)
    if section is not None and section.size:
        return section.offset
    return next((part.offset for part in subject.segments if part.type == c.PT_DYNAMIC), 0)
