"""-n: notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from isolde.binutils.readelf.build_attributes import BuildAttributes, is_build_attribute
from isolde.binutils.readelf.properties import properties_text
from isolde.binutils.readelf.subject import Subject, printable, printable_section
from isolde.elf import ElfError, Note, names
from isolde.elf import constants as c

_HEADING = f"  {'Owner':<20} {'Data size':<10}\tDescription"
_NT_FILE = 0x46494C45


def notes_text(subject: Subject) -> Iterator[str]:
    """The lines of the display: sections' notes, or segments' where no section has any."""
    sections = subject.sections_of((c.SHT_NOTE,))
    if subject.file.is_core or not sections:
        for segment in subject.segments:
            if segment.type == c.PT_NOTE and segment.file_size:
                yield (
                    f"\nDisplaying notes found at file offset 0x{segment.offset:08x}"
                    f" with length 0x{segment.file_size:08x}:"
                )
                place = (segment.offset, segment.file_size, segment.alignment, "")
                yield from _place_text(subject, *place)
        return
    for section in sections:
        if section.size:
            yield f"\nDisplaying notes found in: {printable_section(section.name)}"
            place = (section.offset, section.size, section.alignment, section.name)
            yield from _place_text(subject, *place)


def notes_facts(subject: Subject) -> list[dict[str, object]]:
    """Each note: whose it is, its type, and its bytes in hexadecimal."""
    is_core = subject.file.is_core
    return [
        {
            "owner": note.owner,
            "type": note.type,
            "description": note.description.hex(),
            "offset": note.offset,
            "place": note.place,
            "type_name": names.note_type_name(note.owner, note.type, core=is_core),
        }
        for note in subject.attempt(lambda: subject.file.notes, ())
    ]


def _place_text(
    subject: Subject, offset: int, size: int, alignment: int, place: str
) -> Iterator[str]:
    yield _HEADING
    attributes = BuildAttributes(subject)
    notes = subject.file.notes_at(offset, size, alignment, place)
    try:
        for note in notes:
            yield from _note(subject, note, attributes)
    except ElfError as error:
        subject.tell(error)


def _note(subject: Subject, note: Note, attributes: BuildAttributes) -> Iterator[str]:
    kind = names.note_type_name(note.owner, note.type, core=subject.file.is_core)
    if is_build_attribute(note):
        owner = attributes.name(note)
    else:
        owner = f"{printable(note.owner or '(NONE)'):<20}"
    start = f"  {owner} 0x{len(note.description):08x}\t{kind}"
    lines = list(_description(subject, note, attributes))
    if subject.is_wide:
        first, *rest = lines or [""]
        yield f"{start}\t{first}"
        yield from rest
    else:
        yield start
        yield from lines


def _description(subject: Subject, note: Note, attributes: BuildAttributes) -> Iterator[str]:
    if note.owner.startswith("GNU"):
        yield from _gnu(subject, note)
    elif note.owner.startswith("stapsdt"):
        yield from _probe(subject, note)
    elif note.owner.startswith("CORE"):
        yield from _core(subject, note)
    elif note.owner.startswith("FDO") and note.type == c.NT_FDO_PACKAGING_METADATA:
        text = note.description.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        yield f"    Packaging Metadata: {text}"
    elif note.owner.startswith("FDO"):
        yield from ()
    elif is_build_attribute(note):
        yield attributes.description(note)
    elif note.description:
        yield f"   description data: {_spaced(note.description)}"


def _gnu(subject: Subject, note: Note) -> Iterator[str]:
    show = _GNU.get(note.type)
    if show is not None:
        yield from show(subject, note)
    else:
        yield f"    Description data: {_spaced(note.description)}"


def _build_id(_subject: Subject, note: Note) -> Iterator[str]:
    yield f"    Build ID: {note.description.hex()}"


def _abi_tag(subject: Subject, note: Note) -> Iterator[str]:
    if len(note.description) < 16:
        yield "    <corrupt GNU_ABI_TAG>"
        return
    system, *version = (_word(subject, note.description, place, 4) for place in range(0, 16, 4))
    dotted = ".".join(map(str, version))
    yield f"    OS: {names.abi_system_name(system)}, ABI: {dotted}"


def _gold_version(_subject: Subject, note: Note) -> Iterator[str]:
    text = note.description.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    yield f"    Version: {text}"


def _capabilities(subject: Subject, note: Note) -> Iterator[str]:
    start = "      Hardware Capabilities: "
    if len(note.description) < 8:
        subject.tell(f"{subject.file.path}: a GNU_HWCAP note of {len(note.description)} bytes")
        yield start
        return
    count, mask = (_word(subject, note.description, place, 4) for place in (0, 4))
    yield f"{start}num entries: {count}, enabled mask: {mask:x}"


_GNU: dict[int, Callable[[Subject, Note], Iterator[str]]] = {
    c.NT_GNU_BUILD_ID: _build_id,
    c.NT_GNU_ABI_TAG: _abi_tag,
    c.NT_GNU_GOLD_VERSION: _gold_version,
    c.NT_GNU_HWCAP: _capabilities,
    c.NT_GNU_PROPERTY_TYPE_0: properties_text,
}


def _probe(subject: Subject, note: Note) -> Iterator[str]:
    """A SystemTap probe: three addresses, then three strings."""
    size = 8 if subject.is_64 else 4
    words = note.description[3 * size :].split(b"\0")
    if len(words) < 4:
        subject.tell(f"{subject.file.path}: a stapsdt note of {len(note.description)} bytes")
        yield "  <corrupt - note is too small>"
        return
    places = (_word(subject, note.description, place * size, size) for place in range(3))
    location, base, semaphore = (f"0x{subject.address(place)}" for place in places)
    provider, probe, arguments = (word.decode("utf-8", "surrogateescape") for word in words[:3])
    yield f"    Provider: {provider}"
    yield f"    Name: {probe}"
    yield f"    Location: {location}, Base: {base}, Semaphore: {semaphore}"
    yield f"    Arguments: {arguments}"


def _core(subject: Subject, note: Note) -> Iterator[str]:
    if note.type != _NT_FILE:
        return
    size = 8 if subject.is_64 else 4
    data = note.description
    count, page = (_word(subject, data, place, size) for place in (0, size))
    files = data[2 * size + count * 3 * size :].split(b"\0")
    if len(files) <= count or count > len(data):
        subject.tell(f"{subject.file.path}: the list of mapped files is cut short")
        return
    yield f"    Page size: {page}"
    width = 2 + 2 * size
    yield f"    {'Start':>{width}}{'End':>{width + 2}}{'Page Offset':>{width + 2}}"
    for number in range(count):
        start = 2 * size + number * 3 * size
        places = (_word(subject, data, start + part * size, size) for part in range(3))
        yield "    " + "  ".join(f"0x{subject.address(place)}" for place in places)
        yield f"        {files[number].decode('utf-8', 'surrogateescape')}"


def _word(subject: Subject, data: bytes, place: int, size: int) -> int:
    return subject.number(data[place : place + size])


def _spaced(data: bytes) -> str:
    return "".join(f"{byte:02x} " for byte in data)
