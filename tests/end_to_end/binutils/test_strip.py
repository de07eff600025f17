"""`isolde strip` leaves the files that GNU `strip` leaves, and these run, load and link."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import isolde
from isolde.elf import File, Section
from isolde.elf.archive import Archive
from isolde.elf.constants import SHT_NOBITS
from tests.fuzz.small_files import write_files
from tests.toolchain import MissingToolError, require_tool
from tests.unit.docs.json_reference import documented_fields, fields_of

ISOLDE = [sys.executable, "-m", "isolde.cli", "strip"]

_PROGRAM = """
#include <cstdio>
#include <stdexcept>
#include <string>
thread_local int variable = 4;
static int own(const std::string &text) {
    if (text.empty()) throw std::runtime_error("empty");
    return 3;
}
extern "C" int answer() {
    try { return own(""); } catch (std::exception &) { return 38 + variable; }
}
int main() { std::printf("%d\\n", answer()); }
"""
_KINDS = {
    "dynamic": ("-no-pie",),
    "pie": ("-pie", "-fPIE"),
    "static": ("-static",),
    "static-pie": ("-static-pie", "-fPIE"),
    "compressed": ("-pie", "-fPIE", "-gz=zlib"),
    "gold": ("-pie", "-fPIE", "-fuse-ld=gold"),
    "lld": ("-pie", "-fPIE", "-fuse-ld=lld"),
}


def _run(tool: list[str], *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*tool, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=120,
        check=False,
    )


def _strip(*words: str, folder: Path) -> None:
    done = _run(ISOLDE, *words, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small files of every kind."""
    require_tool("gcc")
    folder = tmp_path_factory.mktemp("small")
    write_files(folder)
    return folder


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that throws, linked in every way, and a library of the same source."""
    folder = tmp_path_factory.mktemp("programs")
    gcc = [require_tool("g++"), "-g", "-x", "c++", "-"]
    for name, flags in {**_KINDS, "libanswer.so": ("-shared", "-fPIC")}.items():
        words = [*gcc, "-o", name, *flags]
        done = subprocess.run(words, cwd=folder, input=_PROGRAM, text=True, capture_output=True)
        assert done.returncode == 0 or "collect2" in done.stderr, done.stderr
    return folder


NATIVE = (
    "object.o", "debug.o", "compressed.o", "group.o", "sections.o", "small.o", "library.so",
    "debug.so", "relr.so", "pie", "static", "relocated", "i386.o", "gnu.a", "wide.a", "bsd.a",
)  # fmt: skip
WAYS = (
    "-s", "-g", "-S", "-d", "--strip-unneeded", "-x", "-X", "-K outer", "-w -K o* -K !other",
    "-N inner", "-g -N text", "-R .comment", "-g -R .note.GNU-stack", "-g -K own",
    "--strip-unneeded --keep-file-symbols", "-g --keep-section .debug_line",
    "--strip-unneeded -w -K i*",
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_files_are_gnus_byte_for_byte(way: str, small: Path, tmp_path: Path) -> None:
    names = [name for name in NATIVE if (small / name).exists()]
    theirs, ours = tmp_path / "gnu", tmp_path / "isolde"
    for folder in (theirs, ours):
        folder.mkdir()
        for name in names:
            shutil.copy(small / name, folder)
    for name in names:
        _run([require_tool("strip")], *way.split(), name, folder=theirs)
    _run(ISOLDE, *way.split(), *names, folder=ours)
    different = [name for name in names if _bytes(ours / name) != _bytes(theirs / name)]
    assert different == []


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("way", ["-s", "-g", "--strip-unneeded", "-x", "-K main"])
def test_programs_run(kind: str, way: str, programs: Path, tmp_path: Path) -> None:
    if not (programs / kind).exists():
        raise MissingToolError(f"this machine cannot link a {kind} program")
    _strip(*way.split(), "-o", str(tmp_path / "it"), str(programs / kind), folder=tmp_path)
    assert (tmp_path / "it").stat().st_size < (programs / kind).stat().st_size
    assert _run(["./it"], folder=tmp_path).stdout == "42\n"


@pytest.mark.parametrize("kind", ["dynamic", "pie", "static", "static-pie"])
@pytest.mark.parametrize("way", ["-s", "-g", "--strip-unneeded", "-x"])
def test_programs_are_gnus(kind: str, way: str, programs: Path, tmp_path: Path) -> None:
    program = str(programs / kind)
    _strip(way, "-o", "ours", program, folder=tmp_path)
    _run([require_tool("strip")], way, "-o", "theirs", program, folder=tmp_path)
    assert _values(tmp_path / "ours", tmp_path) == _values(tmp_path / "theirs", tmp_path)


def _values(path: Path, folder: Path) -> str:
    """What readelf says; BFD makes TLS symbols of labels that stand in a section of TLS."""
    text = _run([require_tool("readelf")], "-SlsW", str(path), folder=folder).stdout
    return re.sub(r" TLS +(?=.*__(?:preinit|init|fini)_array)", " NOTYPE  ", text)


@pytest.mark.parametrize("way", ["-s", "-g", "--strip-unneeded"])
def test_libraries_load(way: str, programs: Path, tmp_path: Path) -> None:
    _strip(way, "-o", "libanswer.so", str(programs / "libanswer.so"), folder=tmp_path)
    library = tmp_path / "libanswer.so"
    assert ctypes.CDLL(str(library)).answer() == 42
    with isolde.Space() as space:
        assert space.load(str(library)).answer() == 42


@pytest.mark.parametrize("way", ["-g", "--strip-unneeded", "-x"])
def test_objects_link_to_the_same_program(way: str, tmp_path: Path) -> None:
    gcc = require_tool("g++")
    (tmp_path / "a.cpp").write_text(_PROGRAM)
    for flags in ((), ("-ffunction-sections", "-fdata-sections")):
        assert _run([gcc], "-g", "-c", *flags, "a.cpp", folder=tmp_path).returncode == 0
        assert _run([gcc], "-s", "a.o", "-o", "before", folder=tmp_path).returncode == 0
        _strip(way, "a.o", folder=tmp_path)
        assert _run([gcc], "-s", "a.o", "-o", "after", folder=tmp_path).returncode == 0
        assert _loaded(tmp_path / "before") == _loaded(tmp_path / "after")
        assert _run(["./after"], folder=tmp_path).stdout == "42\n"


def _loaded(path: Path) -> list[tuple[str, bytes]]:
    """What is mapped, but for the build-id, which is made of the debugging information, too."""
    with File(path) as file:
        return [
            (section.name, bytes(file.section_data(section)))
            for section in file.sections
            if section.flags & 2 and section.name != ".note.gnu.build-id"
        ]


FOREIGN = ("i386.o", "aarch64.o", "s390x.o")


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("way", ["-g", "--strip-unneeded"])
def test_foreign_objects_keep_their_meaning(
    name: str, way: str, small: Path, tmp_path: Path
) -> None:
    if not (small / name).exists():
        raise MissingToolError("clang with lld is not installed")
    _strip(way, "-o", "ours.o", str(small / name), folder=tmp_path)
    assert _meaning(small / name) == _meaning(tmp_path / "ours.o")
    with File(tmp_path / "ours.o") as file:
        assert not [part.name for part in file.sections if part.name.startswith(".debug")]


def _meaning(path: Path) -> dict[str, list[tuple[int, int, str, int | None]]]:
    """For each section that is loaded, its relocations, their symbols by name."""
    with File(path) as file:
        names = [symbol.name or file.sections[symbol.section].name for symbol in file.symbols]
        return {
            table.name: [
                (entry.offset, entry.type, names[entry.symbol], entry.addend)
                for entry in table.entries
            ]
            for table in file.relocation_tables
            if table.section and file.sections[table.section.info].flags & 2
        }


@pytest.mark.parametrize("name", ["i386.so", "armhf.so", "mips.so", "powerpc64.so"])
def test_foreign_libraries_keep_what_is_mapped(name: str, small: Path, tmp_path: Path) -> None:
    if not (small / name).exists():
        raise MissingToolError("clang with lld is not installed")
    _strip("-s", "-o", "ours.so", str(small / name), folder=tmp_path)
    with File(small / name) as before, File(tmp_path / "ours.so") as after:
        assert after.segments == before.segments
        for segment in before.segments:
            place = slice(segment.offset, segment.offset + segment.file_size)
            old, new = bytes(before.data[place]), bytes(after.data[place])
            is_first = segment.offset == 0 and segment.file_size  # the ELF header is in it
            assert old[64 if is_first else 0 :] == new[64 if is_first else 0 :]
        assert len(after.symbols) == 0
        assert after.size < before.size


# Debug files.


def _gdb(program: Path, folder: Path, *commands: str) -> str:
    words = [require_tool("gdb"), "-nx", "-batch", "-iex", "set debuginfod enabled off"]
    words += ["-iex", f"set debug-file-directory {folder}"]
    for command in commands:
        words += ["-ex", command]
    done = _run([*words, str(program)], folder=folder)
    return done.stdout + done.stderr


def test_gdb_finds_the_debug_file_by_build_id(programs: Path, tmp_path: Path) -> None:
    with File(programs / "pie") as file:
        build_id = file.build_id
    assert build_id is not None
    debug = tmp_path / ".build-id" / build_id[:2] / f"{build_id[2:]}.debug"
    debug.parent.mkdir(parents=True)
    _strip("--only-keep-debug", "-o", str(debug), str(programs / "pie"), folder=tmp_path)
    _strip("-o", "program", str(programs / "pie"), folder=tmp_path)
    told = _gdb(tmp_path / "program", tmp_path, "info line answer", "break own", "run", "backtrace")
    assert "Line 10 of " in told
    assert re.search(r"#1 .* in answer \(\) at ", told), told


def test_gdb_finds_the_debug_file_by_its_name(programs: Path, tmp_path: Path) -> None:
    gcc = require_tool("gcc")
    (tmp_path / "a.c").write_text(
        "int answer(void) { return 42; }\nint main(void) { return answer(); }"
    )
    assert _run([gcc], "-g", "a.c", "-Wl,--build-id=none", folder=tmp_path).returncode == 0
    _strip("--only-keep-debug", "-o", "a.debug", "a.out", folder=tmp_path)
    _strip("-g", "--add-gnu-debuglink", "a.debug", "a.out", folder=tmp_path)
    assert "Line 1 of " in _gdb(tmp_path / "a.out", tmp_path, "info line answer")
    assert _run([require_tool("readelf")], "--string-dump=.gnu_debuglink", "a.out", folder=tmp_path)
    assert _run(["./a.out"], folder=tmp_path).returncode == 42


def test_a_debug_file_is_gnus_but_for_offsets_of_what_has_no_bytes(
    programs: Path, tmp_path: Path
) -> None:
    for kind in ("dynamic", "pie", "libanswer.so"):
        _strip("--only-keep-debug", "-o", "ours", str(programs / kind), folder=tmp_path)
        strip = [require_tool("strip")]
        _run(strip, "--only-keep-debug", "-o", "theirs", str(programs / kind), folder=tmp_path)
        with File(tmp_path / "ours") as ours, File(tmp_path / "theirs") as theirs:
            assert ours.size == theirs.size
            assert [_solid(part) for part in ours.sections] == [
                _solid(part) for part in theirs.sections
            ]
            assert list(ours.symbols) == list(theirs.symbols)
            assert ours.notes == theirs.notes
            assert [part[4:7] for part in ours.segments] == [part[4:7] for part in theirs.segments]


def _solid(section: Section) -> Section:
    """SECTION, without its offset where it has no bytes."""
    return section._replace(offset=0) if section.type == SHT_NOBITS else section


# Files.


def test_mode_and_link_and_times_survive(programs: Path, tmp_path: Path) -> None:
    shutil.copy(programs / "pie", tmp_path / "real")
    (tmp_path / "real").chmod(0o4751)
    os.utime(tmp_path / "real", ns=(1_500_000_000_123_456_789, 1_600_000_000_987_654_321))
    (tmp_path / "link").symlink_to("real")
    _strip("-p", "link", folder=tmp_path)
    assert (tmp_path / "link").is_symlink()
    status = (tmp_path / "real").stat()
    assert status.st_mode & 0o7777 == 0o4751
    assert status.st_mtime_ns == 1_600_000_000_987_654_321
    assert status.st_size < (programs / "pie").stat().st_size


def test_members_of_an_archive_keep_their_times_and_owners(small: Path, tmp_path: Path) -> None:
    shutil.copy(small / "debug.o", tmp_path)
    os.utime(tmp_path / "debug.o", (1_600_000_000, 1_600_000_000))
    (tmp_path / "debug.o").chmod(0o640)
    _run([require_tool("ar")], "rcU", "l.a", "debug.o", folder=tmp_path)
    for way, facts in (("-U", (1_600_000_000, 0o640)), ("-D", (0, 0o644))):
        _strip("-g", way, "-o", "new.a", "l.a", folder=tmp_path)
        with Archive(tmp_path / "new.a") as archive:
            (member,) = archive.members
            assert (member.mtime, member.mode & 0o777) == facts
            assert "outer" in {entry.name for entry in archive.symbol_index}


def test_a_new_file_gets_the_mode_of_the_old_one(programs: Path, tmp_path: Path) -> None:
    shutil.copy(programs / "pie", tmp_path / "it")
    (tmp_path / "it").chmod(0o710)
    _strip("-o", "new", "it", folder=tmp_path)
    assert (tmp_path / "new").stat().st_mode & 0o7777 == 0o710


def test_a_file_that_cannot_be_stripped_stays_and_the_others_are_done(
    programs: Path, tmp_path: Path
) -> None:
    shutil.copy(programs / "pie", tmp_path / "good")
    (tmp_path / "bad").write_bytes((programs / "pie").read_bytes()[:5000])
    done = _run(ISOLDE, "bad", "good", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("isolde: bad: the section header table of ")
    assert (tmp_path / "bad").read_bytes() == (programs / "pie").read_bytes()[:5000]
    assert (tmp_path / "good").stat().st_size < (programs / "pie").stat().st_size
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "good"]


def test_a_stripped_file_can_be_stripped_again(programs: Path, tmp_path: Path) -> None:
    _strip("-o", "once", str(programs / "pie"), folder=tmp_path)
    _strip("-o", "twice", "once", folder=tmp_path)
    assert (tmp_path / "once").read_bytes() == (tmp_path / "twice").read_bytes()


def test_what_was_removed_is_told(programs: Path, tmp_path: Path) -> None:
    done = _run(ISOLDE, "-v", "-o", "new", str(programs / "pie"), folder=tmp_path)
    with File(programs / "pie") as old, File(tmp_path / "new") as new:
        gone = len(old.sections) - len(new.sections)
        assert done.stdout == (
            f"{programs / 'pie'}: {gone} sections and {len(old.symbols) - 1} symbols removed, "
            f"{old.size} bytes are {new.size}\n"
        )


def test_json_has_the_documented_fields(small: Path, tmp_path: Path) -> None:
    shutil.copy(small / "debug.o", tmp_path / "debug.o")
    done = _run(ISOLDE, "--json", "-g", "debug.o", "none.o", folder=tmp_path)
    told = json.loads(done.stdout)
    assert fields_of(told) == documented_fields("isolde strip")
    assert told["files"][0]["name"] == "debug.o"
    assert ".debug_info" in told["files"][0]["sections"]
    assert told["errors"] == [{"file": "none.o", "message": "none.o: No such file or directory"}]


REFUSED = {
    "-o new object.o small.o": (2, "-o names one file to write, and there are several to strip"),
    "-g --only-keep-debug object.o": (
        2,
        "--only-keep-debug keeps what -s, -g and --strip-unneeded remove",
    ),
    "thin.a": (1, "thin.a: is a thin archive: its members are files, which can be stripped"),
    "--add-gnu-debuglink odd gnu.a": (
        1,
        "gnu.a: is an archive: debug files belong to executables and libraries",
    ),
    "no_sections.so": (
        1,
        "no_sections.so: has no section headers: its parts cannot be told apart",
    ),
    "-g -N elsewhere object.o": (
        1,
        "object.o: symbol 'elsewhere' cannot be removed: a relocation names it",
    ),
    "-g -R .tdata object.o": (
        1,
        "object.o: symbol 'variable' cannot be removed: .rela.text names it",
    ),
    "--add-gnu-debuglink none object.o": (1, "none: No such file or directory"),
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_refused_is_told_in_words(line: str, small: Path, tmp_path: Path) -> None:
    for name in ("object.o", "small.o", "thin.a", "gnu.a", "no_sections.so"):
        shutil.copy(small / name, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = _run(ISOLDE, *line.split(), folder=tmp_path)
    status, message = REFUSED[line]
    assert (done.returncode, done.stderr) == (status, f"isolde: {message}\n")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
