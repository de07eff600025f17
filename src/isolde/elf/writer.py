"""ELF files, written from another one's header and segments and from new sections."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from isolde.elf import constants as c
from isolde.elf._bytes import Bytes
from isolde.elf.debug_layout import debug_layout
from isolde.elf.file import File
from isolde.elf.layout import Layout, linked_layout, object_layout
from isolde.elf.new_section import NewSection
from isolde.elf.segment import Segment
from isolde.elf.string_pool import StringPool
from isolde.errors import ElfError

_IDENT = 16  # bytes of e_ident
# First in the table of names, as BFD has them.
_TABLES = (".symtab", ".strtab", ".shstrtab")


def write_file(
    file: File, sections: Sequence[NewSection], *, removed: Collection[int], is_debug: bool
) -> Iterator[bytes | memoryview]:
    """The bytes, in pieces, of FILE with other SECTIONS.

    Args:
        file: what the header, the segments and what they map are taken from.
        sections: without section 0 and the section of their names.
        removed: numbers of sections of FILE that are not among them.
        is_debug: whether allocated sections have lost their bytes.

    Raises:
        ElfError: FILE is malformed.
    """
    pool = _names(sections)
    names = pool.finish()
    every = [*sections, NewSection(".shstrtab", c.SHT_STRTAB, names)]
    _refuse_overlaps(file, every)
    layout = _layout(file, every, removed, is_debug)
    table_offset = layout.end + -layout.end % file.raw.layouts["word"].size
    start = layout.start
    header = _header(file, len(every), table_offset, layout)
    start[: len(header)] = header
    segments = _segment_table(file.raw, layout.segments)
    start[layout.table : layout.table + len(segments)] = segments
    movable = [section for section in every if section.offset >= len(start)]
    pieces = sorted(
        ((section.offset, section.data) for section in movable if len(section.data)),
        key=lambda piece: piece[0],
    )
    table = _section_table(file, every, pool, len(layout.segments))
    return _filled([(0, start), *pieces, (table_offset, table)])


def _layout(
    file: File, sections: Sequence[NewSection], removed: Collection[int], is_debug: bool
) -> Layout:
    if not file.segments:
        return object_layout(file, sections)
    if is_debug:
        return debug_layout(file, sections)
    return linked_layout(file, sections, removed)


def _names(sections: Sequence[NewSection]) -> StringPool:
    pool = StringPool()
    present = {section.name for section in sections} | {".shstrtab"}
    for name in (*(name for name in _TABLES if name in present), *_names_in_order(sections)):
        pool.add(_bytes(name))
    return pool


def _names_in_order(sections: Sequence[NewSection]) -> Iterator[str]:
    """Names in the order of the old sections, in which groups need not come first."""
    yield from (section.name for section in sorted(sections, key=lambda one: one.position))


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _refuse_overlaps(file: File, sections: Sequence[NewSection]) -> None:
    """Sections of a sound file share no bytes; a malformed one must not make a huge file."""
    if sum(len(section.data) for section in sections if not section.is_new) > 2 * file.size:
        raise ElfError(file.path, "its sections overlap: together they are larger than the file")


def _header(file: File, section_count: int, table_offset: int, layout: Layout) -> bytes:
    header, layouts = file.header, file.raw.layouts
    names, count = section_count, section_count + 1
    segments = len(layout.segments)
    fields = (
        header.type,
        header.machine,
        header.version,
        header.entry,
        layout.table,
        table_offset,
        header.flags,
        layouts["header"].size,
        layouts["segment"].size if segments else header.program_header_size,
        min(segments, c.PN_XNUM),
        layouts["section"].size,
        count if count < c.SHN_LORESERVE else 0,
        names if names < c.SHN_LORESERVE else c.SHN_XINDEX,
    )
    packed = layouts["header"].pack(*fields)
    return bytes(file.data[:_IDENT]) + packed[_IDENT:]


def _section_table(
    file: File, sections: Sequence[NewSection], pool: StringPool, segments: int
) -> bytes:
    form = file.raw.layouts["section"]
    count, names = len(sections) + 1, len(sections)
    first = (
        *(0, c.SHT_NULL, 0, 0, 0),
        count if count >= c.SHN_LORESERVE else 0,
        names if names >= c.SHN_LORESERVE else 0,
        segments if segments >= c.PN_XNUM else 0,
        *(0, 0),
    )
    rows = (
        (
            pool.offset(_bytes(section.name)),
            section.type,
            section.flags,
            section.address,
            section.offset,
            section.size,
            section.link,
            section.info,
            section.alignment,
            section.entry_size,
        )
        for section in sections
    )
    return b"".join(form.pack(*row) for row in (first, *rows))


def _segment_table(raw: Bytes, segments: Iterable[Segment]) -> bytes:
    form = raw.layouts["segment"]
    if raw.elf_class == 64:
        return b"".join(form.pack(*segment[:8]) for segment in segments)
    # Elf32_Phdr has its flags behind the sizes.
    return b"".join(
        form.pack(
            segment.type,
            segment.offset,
            segment.virtual_address,
            segment.physical_address,
            segment.file_size,
            segment.memory_size,
            segment.flags,
            segment.alignment,
        )
        for segment in segments
    )


def _filled(
    pieces: Iterable[tuple[int, bytes | bytearray | memoryview]],
) -> Iterator[bytes | memoryview]:
    """The PIECES, which have offsets and do not overlap, with zeros between them."""
    place = 0
    for offset, data in pieces:
        yield bytes(offset - place)
        yield memoryview(data)
        place = offset + len(data)
