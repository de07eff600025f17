"""Files written anew: what is left means what it meant, by numbers that are right again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from isolde.binutils.strip import DEBUG, ONLY_DEBUG, Options, plan_for
from isolde.elf import ElfError, File
from isolde.elf import constants as c
from isolde.elf.new_section import AddedSection
from isolde.elf.rewriter import Plan, rewritten
from isolde.elf.string_pool import StringPool
from tests.toolchain import require_tool

Small = Callable[[str], Path]


def _rewritten(file: File, plan: Plan) -> File:
    return File.from_bytes(b"".join(rewritten(file, plan)), "rewritten")


def _whole(file: File) -> Plan:
    return Plan(range(len(file.sections)), range(1, len(file.symbols)))


def rewritten_bytes(path: Path, link: bytes) -> bytes:
    """The file at PATH with LINK as its .gnu_debuglink."""
    with File(path) as file:
        plan = _whole(file)._replace(added=(AddedSection(".gnu_debuglink", link, 4),))
        return b"".join(rewritten(file, plan))


def test_a_string_that_ends_another_is_not_written_twice() -> None:
    pool = StringPool()
    for text in (b"text", b".rela.text", b".text", b"text", b"other", b""):
        pool.add(text)
    table = pool.finish()
    assert table == b"\0.rela.text\0other\0"
    assert [pool.offset(text) for text in (b"text", b".text", b".rela.text", b"other", b"")] == [
        7,
        6,
        1,
        12,
        0,
    ]


@pytest.mark.parametrize(
    "name", ["object.o", "group.o", "i386.o", "s390x.o", "mips.so", "debug.so"]
)
def test_without_removing_anything_all_is_the_same(name: str, small: Small) -> None:
    with File(small(name)) as file:
        new = _rewritten(file, _whole(file))
        names = [section.name for section in file.sections]
        assert sorted({*names} - {".symtab", ".strtab", ".shstrtab"}) == sorted(
            {section.name for section in new.sections} - {".symtab", ".strtab", ".shstrtab"}
        )
        assert [symbol[:7] for symbol in new.symbols] == [symbol[:7] for symbol in file.symbols]
        assert new.segments == file.segments
        again = _rewritten(new, _whole(new))
        assert bytes(again.data) == bytes(new.data)


def test_numbers_of_sections_follow_them(small: Small) -> None:
    with File(small("sections.o")) as file:
        gone = file.section(".comment")
        assert gone is not None
        numbers = [part.number for part in file.sections if part.name != ".data.weak"]
        removed = file.section(".data.weak")
        assert removed is not None
        kept = [symbol.number for symbol in file.symbols if symbol.section != removed.number]
        plan = Plan(numbers, kept[1:], relocations=())
        new = _rewritten(file, plan)
        before = {one.name: file.sections[one.section].name for one in file.symbols if _real(one)}
        after = {one.name: new.sections[one.section].name for one in new.symbols if _real(one)}
        assert after == {name: place for name, place in before.items() if name != "weak"}
        assert len(after) > 5


def _real(symbol: object) -> bool:
    section: int = symbol.section  # type: ignore[attr-defined]
    return 0 < section < c.SHN_LORESERVE and bool(symbol.name)  # type: ignore[attr-defined]


def test_local_symbols_come_first(small: Small) -> None:
    with File(small("object.o")) as file:
        new = _rewritten(file, _whole(file))
        table = new.symbol_section
        assert table is not None
        bindings = [symbol.binding for symbol in new.symbols]
        assert bindings[: table.info] == [c.STB_LOCAL] * table.info
        assert c.STB_LOCAL not in bindings[table.info :]


def test_a_group_loses_the_sections_that_are_gone(small: Small) -> None:
    with File(small("group.o")) as file:
        plan = plan_for(file, Options(DEBUG))
        new = _rewritten(file, plan)
        (group,) = [
            part for part in new.sections if part.type == c.SHT_GROUP and _members(new, part)
        ]
        names = [new.sections[member].name for member in _members(new, group)]
        assert names == [".text._Z5twiceIiET_S0_"]
        assert new.symbols[group.info].name == "_Z5twiceIiET_S0_"
        assert new.sections[_members(new, group)[0]].flags & c.SHF_GROUP


def _members(file: File, group: object) -> list[int]:
    data = bytes(file.section_data(group))  # type: ignore[arg-type]
    return [int.from_bytes(data[place : place + 4], "little") for place in range(4, len(data), 4)]


def test_a_section_is_added(small: Small) -> None:
    with File(small("library.so")) as file:
        plan = _whole(file)._replace(added=(AddedSection(".new", b"bytes", 16),))
        new = _rewritten(file, plan)
        section = new.section(".new")
        assert section is not None
        assert (section.type, section.flags, section.offset % 16) == (c.SHT_PROGBITS, 0, 0)
        assert bytes(new.section_data(section)) == b"bytes"


def test_a_removed_section_of_a_linked_file_is_zeros(small: Small) -> None:
    with File(small("library.so")) as file:
        gone = file.section(".note.gnu.build-id")
        assert gone is not None
        kept = [number for number in range(len(file.sections)) if number != gone.number]
        new = _rewritten(file, Plan(kept))
        assert bytes(new.at(gone.address, gone.size)) == bytes(gone.size)
        assert new.build_id is None
        empty = [part for part in new.segments if part.type == c.PT_NOTE and not part.file_size]
        assert len(empty) == 1


def test_what_is_not_mapped_between_segments_is_closed(small: Small) -> None:
    """As patchelf leaves them: a segment that was added behind the section headers."""
    data = bytearray(small("library.so").read_bytes())
    with File(small("library.so")) as file:
        note = next(part for part in file.segments if part.type == c.PT_GNU_STACK)
        offset = (len(data) + 3 * 4096) // 4096 * 4096
        data += bytes(offset - len(data)) + b"added at the end"
        row = file.raw.layouts["segment"].pack(
            c.PT_LOAD, 4, offset, 0x100000, 0x100000, 16, 16, 4096
        )
        place = file.header.program_header_offset + note.number * len(row)
        data[place : place + len(row)] = row
    with File.from_bytes(data) as file:
        new = _rewritten(file, plan_for(file, Options()))
        assert bytes(new.at(0x100000, 16)) == b"added at the end"
        assert new.segments[note.number].offset == offset - 2 * 4096
        assert [part[2:] for part in new.segments if part.number != note.number] == [
            part[2:] for part in file.segments if part.number != note.number
        ]


def test_a_debug_file_keeps_notes_and_addresses(small: Small) -> None:
    with File(small("debug.so")) as file:
        new = _rewritten(file, plan_for(file, Options(ONLY_DEBUG)))
        assert new.build_id == file.build_id is not None
        assert [part.virtual_address for part in new.segments] == [
            part.virtual_address for part in file.segments
        ]
        text, info = new.section(".text"), new.section(".debug_info")
        assert text is not None
        assert info is not None
        assert (text.type, info.type) == (c.SHT_NOBITS, c.SHT_PROGBITS)
        assert [symbol[:7] for symbol in new.symbols] == [symbol[:7] for symbol in file.symbols]


# Files of more than 65,279 sections.


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An object of 65,600 sections: their number does not fit into the header's field."""
    path = tmp_path_factory.mktemp("many") / "many.o"
    lines = [f'.section .s{number},"a"\n.byte 1' for number in range(65_600)]
    lines += [".globl last", "last: .byte 2", ".globl absolute", "absolute = 7"]
    subprocess.run(
        [require_tool("as"), "-o", str(path), "-"],
        input="\n".join(lines) + "\n",
        text=True,
        check=True,
    )
    return path


def test_extended_numbers_are_read_and_written(many: Path, tmp_path: Path) -> None:
    with File(many) as file:
        assert file.header.section_header_count == len(file.sections) > 65_600
        assert file.sections[-1].name == ".shstrtab"
        (last,) = [symbol for symbol in file.symbols if symbol.name == "last"]
        assert file.sections[last.section].name == ".s65599"
        (tmp_path / "ours.o").write_bytes(b"".join(rewritten(file, plan_for(file, Options(DEBUG)))))
    subprocess.run(
        [require_tool("strip"), "-g", str(many), "-o", str(tmp_path / "gnu.o")], check=True
    )
    assert (tmp_path / "ours.o").read_bytes() == (tmp_path / "gnu.o").read_bytes()
    with File(tmp_path / "ours.o") as file:
        (last,) = [symbol for symbol in file.symbols if symbol.name == "last"]
        assert file.sections[last.section].name == ".s65599"
        (absolute,) = [one for one in file.symbols if one.name == "absolute"]
        assert file.symbols.raw_sections[absolute.number] == c.SHN_ABS


def test_numbers_that_fit_again_are_written_in_the_header(many: Path) -> None:
    with File(many) as file:
        few = _rewritten(file, Plan(range(10)))
        assert few.header.section_header_count == len(few.sections) < 20


# What is refused.


def test_what_a_relocation_names_cannot_go(small: Small) -> None:
    with File(small("object.o")) as file, pytest.raises(ElfError) as caught:
        b"".join(rewritten(file, Plan(range(len(file.sections)), [])))
    assert str(caught.value) == (
        f"{file.path}: symbol 'asked' cannot be removed: .rela.text names it"
    )


def test_overlapping_sections_do_not_make_a_huge_file(small: Small) -> None:
    data = bytearray(small("sections.o").read_bytes())
    with File.from_bytes(data, "it") as file:
        form, table = file.raw.layouts["section"], file.header.section_header_offset
        for section in file.sections[1:]:
            if section.type == c.SHT_PROGBITS:
                row = [*form.unpack_from(data, table + section.number * form.size)]
                row[4:6] = 0, len(data)
                form.pack_into(data, table + section.number * form.size, *row)
    with File.from_bytes(data, "it") as file, pytest.raises(ElfError) as caught:
        b"".join(rewritten(file, plan_for(file, Options())))
    assert str(caught.value) == "it: its sections overlap: together they are larger than the file"


def test_an_absurd_alignment_does_not_make_a_huge_file(small: Small) -> None:
    data = bytearray(small("object.o").read_bytes())
    with File.from_bytes(data, "it") as file:
        section = file.section(".comment")
        assert section is not None
        form, table = file.raw.layouts["section"], file.header.section_header_offset
        row = [*form.unpack_from(data, table + section.number * form.size)]
        row[8] = 1 << 40
        form.pack_into(data, table + section.number * form.size, *row)
    with File.from_bytes(data, "it") as file, pytest.raises(ElfError) as caught:
        b"".join(rewritten(file, plan_for(file, Options())))
    assert str(caught.value) == (
        "it: section .comment wants an alignment of 1099511627776, which the file itself has not"
    )


def test_two_symbol_tables_are_refused(small: Small) -> None:
    data = bytearray(small("object.o").read_bytes())
    with File.from_bytes(data, "it") as file:
        section, table = file.section(".comment"), file.symbol_section
        assert section is not None
        assert table is not None
        place = file.header.section_header_offset + section.number * 64 + 4
        data[place] = c.SHT_SYMTAB
        second = max(section.offset, table.offset)
    with File.from_bytes(data, "it") as file, pytest.raises(ElfError) as caught:
        b"".join(rewritten(file, Plan([])))
    assert str(caught.value) == (
        f"it: has two symbol tables: sections may mean either (at offset {second:#x})"
    )


@pytest.mark.parametrize("offset", [0, 40])
def test_program_headers_inside_the_header_are_refused(offset: int, small: Small) -> None:
    data = bytearray(small("static").read_bytes())
    data[32] = offset
    with File.from_bytes(data, "it") as file, pytest.raises(ElfError) as caught:
        b"".join(rewritten(file, Plan([])))
    assert str(caught.value) == (
        f"it: the program header table overlaps the ELF header (at offset {offset:#x})"
    )
