"""Archives: what GNU `ar` wrote is read, and what is malformed is told with its place."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from isolde.elf.archive import Archive, IndexEntry
from isolde.elf.archive_writer import NewMember, archive_parts, defined_symbols
from isolde.errors import ElfError
from tests.toolchain import require_tool


def _header(name: str, size: object, end: bytes = b"`\n") -> bytes:
    return f"{name:<16}{0:<12}{0:<6}{0:<6}{644:<8}{size:<10}".encode() + end


def _archive(*members: tuple[str, bytes]) -> bytes:
    return b"!<arch>\n" + b"".join(
        _header(name, len(data)) + data + b"\n" * (len(data) & 1) for name, data in members
    )


def _ar(*words: str, folder: Path) -> str:
    done = subprocess.run(
        [require_tool("ar"), *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files to be members."""
    folder = tmp_path_factory.mktemp("members")
    source = "int first; void second(void) {} static int third;"
    subprocess.run(
        [require_tool("gcc"), "-c", "-fno-common", "-x", "c", "-", "-o", folder / "object.o"],
        input=source,
        text=True,
        check=True,
    )
    shutil.copy(folder / "object.o", folder / "a_name_that_is_long.o")
    (folder / "odd").write_bytes(b"odd")
    (folder / "empty").write_bytes(b"")
    return folder


def test_members_are_those_of_ar(folder: Path) -> None:
    names = ["object.o", "odd", "empty", "a_name_that_is_long.o"]
    _ar("rc", "l.a", *names, folder=folder)
    with Archive(folder / "l.a") as archive:
        assert [member.name for member in archive.members] == names
        assert [bytes(member.data) for member in archive.members] == [
            (folder / name).read_bytes() for name in names
        ]
        assert not archive.is_thin


def test_facts_of_a_member_are_those_of_its_file(folder: Path) -> None:
    _ar("rcU", "times.a", "odd", folder=folder)
    status = (folder / "odd").stat()
    with Archive(folder / "times.a") as archive:
        (member,) = archive.members
        facts = (member.mtime, member.uid, member.gid, member.mode, member.size)
        expected = (int(status.st_mtime), status.st_uid, status.st_gid, status.st_mode, 3)
        assert facts == expected


def test_the_index_leads_to_the_defining_member(folder: Path) -> None:
    _ar("rc", "indexed.a", "odd", "object.o", folder=folder)
    with Archive(folder / "indexed.a") as archive:
        assert [entry.name for entry in archive.symbol_index] == ["first", "second"]
        for entry in archive.symbol_index:
            assert archive.member_at(entry.offset).name == "object.o"


def test_members_of_a_thin_archive_are_files_beside_it(folder: Path) -> None:
    _ar("rcT", "thin.a", "object.o", "odd", "empty", folder=folder)
    with Archive(folder / "thin.a") as archive:
        assert archive.is_thin
        assert [member.path for member in archive.members] == [
            str(folder / name) for name in ("object.o", "odd", "empty")
        ]
        assert [bytes(member.data) for member in archive.members[1:]] == [b"odd", b""]
        assert "second" in archive.open(archive.members[0]).symbols.names


def test_a_thin_archive_leads_into_another_archive(folder: Path) -> None:
    _ar("rc", "inner.a", "odd", "object.o", folder=folder)
    _ar("rcT", "outer.a", "empty", "inner.a", folder=folder)
    with Archive(folder / "outer.a") as archive:
        assert [(member.name, member.path) for member in archive.members] == [
            ("empty", str(folder / "empty")),
            ("odd", str(folder / "inner.a")),
            ("object.o", str(folder / "inner.a")),
        ]
        assert bytes(archive.members[1].data) == b"odd"


def test_bsds_long_names_stand_before_the_bytes() -> None:
    data = _archive(("#1/20", b"a name of twenty\0\0\0\0its bytes"))
    (member,) = Archive.from_bytes(data).members
    assert (member.name, bytes(member.data), member.size) == ("a name of twenty", b"its bytes", 9)


def test_an_index_of_bsds_is_no_member() -> None:
    data = _archive(("__.SYMDEF", b"\0" * 8), ("a.o/", b"xy"))
    assert [member.name for member in Archive.from_bytes(data).members] == ["a.o"]


def test_names_may_end_with_blanks_or_slash() -> None:
    data = _archive(("debian-binary", b"2.0\n"), ("with a blank/", b""), ("exactly16letters", b""))
    names = [member.name for member in Archive.from_bytes(data).members]
    assert names == ["debian-binary", "with a blank", "exactly16letters"]


def test_blank_times_and_owners_are_unknown() -> None:
    header = b"a/".ljust(16) + b" " * 32 + b"0         `\n"
    (member,) = Archive.from_bytes(b"!<arch>\n" + header).members
    assert (member.mtime, member.uid, member.gid, member.mode) == (0, 0, 0, 0)


def test_an_index_of_64_bits_is_that_of_32(folder: Path) -> None:
    members = [NewMember("object.o", (folder / "object.o").read_bytes())] * 2
    wide = Archive.from_bytes(b"".join(archive_parts(members, wide=True)))
    narrow = Archive.from_bytes(b"".join(archive_parts(members, wide=False)))
    for archive in (wide, narrow):
        assert [
            (entry.name, archive.members.index(archive.member_at(entry.offset)))
            for entry in archive.symbol_index
        ] == [("first", 0), ("second", 0), ("first", 1), ("second", 1)]
    assert bytes(wide.data[8:16]) == b"/SYM64/ "


def test_nm_reads_an_index_of_64_bits(folder: Path) -> None:
    members = [NewMember("object.o", (folder / "object.o").read_bytes())]
    (folder / "wide.a").write_bytes(b"".join(archive_parts(members, wide=True)))
    told = subprocess.run(
        [require_tool("nm"), "-s", "wide.a"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert "first in object.o\nsecond in object.o\n" in told.stdout


def test_what_is_no_object_defines_nothing() -> None:
    assert defined_symbols(b"text") is None


def test_a_name_with_a_line_end_cannot_be_written() -> None:
    with pytest.raises(ElfError) as caught:
        list(archive_parts([NewMember("a\nb", b"")], archive="l.a"))
    assert str(caught.value) == "l.a: no member can be called 'a\\nb'"


_INDEX = _archive(("/", (1).to_bytes(4, "big") + (80).to_bytes(4, "big") + b"name\0"))

MALFORMED = {
    "another magic": (
        b"\x7fELF\1\2\3\4",
        "x.a: is no archive: it begins with 7f 45 4c 46 01 02 03 04, not with '!<arch>' or "
        "'!<thin>' (at offset 0x0)",
    ),
    "nothing": (b"", "x.a: is empty, no archive (at offset 0x0)"),
    "a cut header": (
        b"!<arch>\nfile/   ",
        "x.a: a member's header is cut short: 8 bytes, not 60 (at offset 0x8)",
    ),
    "no end of a header": (
        b"!<arch>\n" + _header("a/", 0, b"xx"),
        "x.a: a member's header ends with 78 78, not with 60 0a (at offset 0x42)",
    ),
    "a size that is no number": (
        b"!<arch>\n" + _header("a/", "-1"),
        "x.a: the size of a member is no number: '-1' (at offset 0x38)",
    ),
    "a member beyond the end": (
        b"!<arch>\n" + _header("a/", 7) + b"123",
        "x.a: a member of 7 bytes ends beyond the archive's 71 bytes (at offset 0x8)",
    ),
    "a long name that is not there": (
        _archive(("//", b"name/\n"), ("/6", b"")),
        "x.a: the long name /6 is not in the archive's table of 6 bytes (at offset 0x4a)",
    ),
    "a name longer than its member": (
        _archive(("#1/9", b"name")),
        "x.a: a member of 4 bytes begins with a name of 9 (at offset 0x8)",
    ),
    "an index without a count": (
        _archive(("/", b"12")),
        "x.a: the symbol index has 2 bytes, no whole count (at offset 0x44)",
    ),
    "an index that cannot hold its symbols": (
        _archive(("/", b"\0\0\1\0abcd")),
        "x.a: the symbol index of 8 bytes cannot hold 256 symbols (at offset 0x44)",
    ),
    "an index with too few names": (
        _archive(("/", b"\0\0\0\2" + b"\0" * 8 + b"one\0two")),
        "x.a: the symbol index has 2 symbols but 1 names (at offset 0x44)",
    ),
    "a nested member without a place": (
        b"!<thin>\n" + _header("//", 8) + b"inner/\n\n" + _header("/0:x", 1),
        "x.a: '/0:x' names no place in another archive (at offset 0x4c)",
    ),
}


def _read_all(data: bytes) -> None:
    archive = Archive.from_bytes(data, "x.a")
    _ = archive.members, archive.symbol_index


@pytest.mark.parametrize("kind", MALFORMED)
def test_what_is_malformed_is_told_with_its_place(kind: str) -> None:
    data, message = MALFORMED[kind]
    with pytest.raises(ElfError) as caught:
        _read_all(data)
    assert str(caught.value) == message


def test_an_offset_at_which_no_member_begins_is_told() -> None:
    archive = Archive.from_bytes(_INDEX, "x.a")
    assert archive.symbol_index == (IndexEntry("name", 80),)
    with pytest.raises(ElfError) as caught:
        archive.member_at(80)
    assert str(caught.value) == "x.a: no member begins here (at offset 0x50)"


def test_an_archive_that_leads_to_itself_ends(tmp_path: Path) -> None:
    path = tmp_path / "x.a"
    path.write_bytes(b"!<thin>\n" + _header("//", 6) + b"x.a/\n\n" + _header("/0:74", 1))
    with pytest.raises(ElfError) as caught:
        _ = Archive(path).members
    assert caught.value.reason == "archives lead to archives more than 8 deep"


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ElfError) as caught:
        Archive(tmp_path)
    assert str(caught.value) == f"{tmp_path}: is a directory, no archive"


def test_members_stay_readable_when_the_archive_is_replaced(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "odd", tmp_path / "odd")
    _ar("rc", "l.a", "odd", folder=tmp_path)
    with Archive(tmp_path / "l.a") as archive:
        (tmp_path / "l.a").unlink()
        assert bytes(archive.members[0].data) == b"odd"
