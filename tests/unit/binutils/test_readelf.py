"""`isolde readelf` on what is asked for wrongly, is no ELF file, or is a broken one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isolde.binutils.readelf import Displays, Subject, facts_of, text_of
from isolde.elf import ElfError, File
from tests.end_to_end.binutils.objects import make_objects
from tests.toolchain import require_tool
from tests.unit.cli.command import isolde
from tests.unit.docs.json_reference import documented_fields, fields_of

EVERYTHING = Displays(
    header=True,
    segments=True,
    sections=True,
    groups=True,
    dynamic=True,
    symbols=True,
    dynamic_symbols=True,
    relocations=True,
    unwind=True,
    versions=True,
    notes=True,
    histogram=True,
    hex_dumps=(".comment", "1"),
    string_dumps=(".strtab",),
    unpacked=True,
)


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = make_objects(tmp_path_factory.mktemp("readelf"))
    return {path.name: path for path in made}


def test_a_display_must_be_asked_for(objects: dict[str, Path]) -> None:
    done = isolde("readelf", str(objects["pie"]))
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        f"isolde: say what to display of {objects['pie']}: -h (header), -S (sections), -l"
        " (segments), -s (symbols), -d (dynamic section), -r, -n, -V … or -a for all\n"
    )


def test_what_is_no_elf_file_is_told_and_the_others_are_displayed(
    objects: dict[str, Path], tmp_path: Path
) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    done = isolde("readelf", "-h", str(script), str(objects["pie"]), str(tmp_path / "none"))
    assert done.status == 1
    assert done.err == (
        f"isolde: {script}: is a script, no ELF file (at offset 0x0)\n"
        f"isolde: {tmp_path / 'none'}: No such file or directory\n"
    )
    assert f"\nFile: {objects['pie']}\nELF Header:\n" in done.out


def test_a_section_that_is_not_there_cannot_be_dumped(objects: dict[str, Path]) -> None:
    done = isolde("readelf", "-x", ".nothing", str(objects["pie"]))
    assert (done.status, done.out) == (1, "")
    assert done.err == f"isolde: {objects['pie']}: has no section '.nothing' to dump\n"


def test_what_a_broken_file_has_is_shown(objects: dict[str, Path], tmp_path: Path) -> None:
    """The symbols' section is made to lie beyond the end: all else is there, and exit status 1."""
    broken = tmp_path / "broken"
    data = bytearray(objects["pie"].read_bytes())
    with File(objects["pie"]) as file:
        table = file.section(".symtab")
        assert table is not None
        place = file.header.section_header_offset + table.number * 64 + 24
    data[place : place + 8] = (0x7FFFFFFF).to_bytes(8, "little")
    broken.write_bytes(data)
    done = isolde("readelf", "-sd", str(broken))
    assert done.status == 1
    assert "Shared library: [both_hashes.so]" in done.out or "libshapes.so.1" in done.out
    assert "Symbol table '.dynsym' contains" in done.out
    assert done.err == (
        f"isolde: {broken}: the symbol table of {table.size} bytes ends beyond the file's"
        f" {len(data)} bytes (at offset 0x7fffffff)\n"
    )


def test_json_has_the_documented_fields(objects: dict[str, Path]) -> None:
    names = ("both_hashes.so", "pie", "both.a")
    paths = [str(objects[name]) for name in names]
    done = isolde("readelf", "-a", "-x", ".comment", "--json", *paths, "/nowhere/a.o")
    told = json.loads(done.out)
    assert fields_of(told) == documented_fields("isolde readelf")
    library = told["files"][0]
    assert library["header"]["machine_name"] == "Advanced Micro Devices X86-64"
    symbols = {symbol["name"]: symbol for symbol in library["symbols"][0]["symbols"]}
    assert symbols["one"]["version"] in ("SHAPES_1", "SHAPES_2")
    assert symbols["chosen"]["type_name"] == "IFUNC"
    assert [each["member"] for each in told["files"]] == [None, None, "groups.o", "plain.o"]


def test_what_is_not_asked_for_is_null_in_json(objects: dict[str, Path]) -> None:
    told = json.loads(isolde("readelf", "-h", "--json", str(objects["pie"])).out)
    file = told["files"][0]
    assert [name for name, value in file.items() if value is not None] == ["file", "header"]


def test_letters_can_be_joined(objects: dict[str, Path]) -> None:
    path = str(objects["pie"])
    joined, apart = isolde("readelf", "-hSW", path), isolde("readelf", "-h", "-S", "-W", path)
    assert joined == apart
    assert joined.out.startswith("ELF Header:")


def test_help_is_only_by_its_long_name() -> None:
    assert "Usage: isolde readelf" in isolde("readelf", "--help").out
    assert isolde("readelf", "-h").status == 2


def _display(data: bytes) -> None:
    """Displays everything that DATA has, in both forms; what is wrong with it is an ElfError."""
    try:
        file = File.from_bytes(data)
        subject = Subject(file, is_wide=True)
        text = "\n".join(text_of(subject, EVERYTHING))
        facts_of(subject, EVERYTHING)
    except ElfError:
        return
    # Nothing makes a file's text more than a few hundred times as large as the file.
    assert len(text) < 2000 * len(data) + 100_000


_KINDS = ("small.o", "groups.o", "stripped.so", "relr")


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Files that are small enough to be displayed hundreds of times."""
    folder = tmp_path_factory.mktemp("samples")
    made = {path.name: path for path in make_objects(folder)}
    found = []
    for name in _KINDS:
        strip = [require_tool("strip"), "-g", str(made[name])]
        subprocess.run(strip, check=True)
        found.append(made[name].read_bytes())
    return found


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_mutated_file_shows_what_it_has(samples: list[bytes], data: st.DataObject) -> None:
    original = data.draw(st.sampled_from(samples))
    changed = bytearray(original)
    number = data.draw(st.integers(1, 8))
    for _ in range(number):
        place = data.draw(st.integers(0, len(changed) - 1))
        word = data.draw(st.sampled_from((1, 2, 4, 8)))
        value = data.draw(st.one_of(st.integers(0, 255), st.sampled_from((2**63, 2**32 - 1))))
        changed[place : place + word] = (value & (1 << 8 * word) - 1).to_bytes(word, "little")
    _display(bytes(changed))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_file_that_is_cut_short_shows_what_it_has(
    samples: list[bytes], data: st.DataObject
) -> None:
    original = data.draw(st.sampled_from(samples))
    _display(original[: data.draw(st.integers(0, len(original)))])
