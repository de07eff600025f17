"""`isolde objdump` on what is asked for wrongly, is no ELF file, or is a broken one."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isolde.binutils.objdump.displays import Displays, facts_of, text_of
from isolde.binutils.objdump.lengths import vector_length
from isolde.binutils.objdump.view import View
from isolde.elf import ElfError, File
from tests.end_to_end.binutils.objects import make_objects
from tests.toolchain import require_tool
from tests.unit.cli.command import isolde
from tests.unit.docs.json_reference import documented_fields, fields_of

EVERYTHING = Displays(
    file_header=True,
    private_headers=True,
    section_headers=True,
    symbols=True,
    dynamic_symbols=True,
    relocations=True,
    dynamic_relocations=True,
    contents=True,
)


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = make_objects(tmp_path_factory.mktemp("objdump"))
    return {path.name: path for path in made}


def test_a_display_must_be_asked_for(objects: dict[str, Path]) -> None:
    done = isolde("objdump", str(objects["pie"]))
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        f"isolde: say what to display of {objects['pie']}: -f (header), -h (sections), -p"
        " (segments and dynamic section), -t or -T (symbols), -r or -R (relocations), -s (bytes),"
        " -d (code), or -x for all headers\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-d", "-M", "arm"], "-M 'arm': say att or intel"),
        (["-d", "--start-address=x"], "--start-address 'x': say an address, such as 0x1130"),
        (["-d", "--stop-address=-1"], "--stop-address '-1': say an address, such as 0x1130"),
    ],
)
def test_what_an_option_does_not_know_is_refused(
    objects: dict[str, Path], words: list[str], message: str
) -> None:
    done = isolde("objdump", *words, str(objects["pie"]))
    assert (done.status, done.out, done.err) == (2, "", f"isolde: {message}\n")


def test_a_section_that_no_file_has_is_told(objects: dict[str, Path]) -> None:
    done = isolde("objdump", "-h", "-j", ".nothing", str(objects["pie"]))
    assert (done.status, done.err) == (1, "isolde: no file has a section '.nothing' (-j)\n")


def test_a_file_without_dynamic_symbols_is_no_dynamic_object(objects: dict[str, Path]) -> None:
    path = objects["plain.o"]
    done = isolde("objdump", "-TR", str(path))
    assert done.status == 1
    assert done.err == (
        f"isolde: {path}: is no dynamic object: it has no dynamic symbols\n"
        f"isolde: {path}: is no dynamic object: it has no dynamic relocations\n"
    )
    assert done.out.endswith("DYNAMIC SYMBOL TABLE:\nno symbols\n\n\n")


def test_what_is_no_elf_file_is_told_and_the_others_are_displayed(
    objects: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("text\n")
    archive = tmp_path / "l.a"
    members = [str(tmp_path / "text"), str(objects["plain.o"])]
    subprocess.run([require_tool("ar"), "rcS", str(archive), *members], check=True)
    done = isolde("objdump", "-f", str(archive))
    assert done.status == 1
    assert "plain.o:     file format elf64-x86-64" in done.out
    assert done.err.startswith(f"isolde: {archive}(text): ")


def test_the_lack_of_capstone_says_how_to_get_it(objects: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "capstone.py").write_text("raise ImportError\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
        done = isolde("objdump", "-d", str(objects["pie"]))
    assert done.status == 1
    assert done.err == (
        "isolde: -d and -D need capstone, which this Python has not (it comes with the extra"
        f" disasm alone; `make demo` installs none): {shlex.quote(sys.executable)} -m pip install"
        " capstone;"
        " every other display works without it\n"
    )


def test_a_machine_that_capstone_does_not_know_is_told(
    objects: dict[str, Path], tmp_path: Path
) -> None:
    pytest.importorskip("capstone")
    data = bytearray(objects["plain.o"].read_bytes())
    data[18:20] = (0x9026).to_bytes(2, "little")
    alpha = tmp_path / "alpha.o"
    alpha.write_bytes(data)
    done = isolde("objdump", "-d", str(alpha))
    assert done.status == 1
    assert done.err == (
        f"isolde: {alpha}: capstone cannot disassemble code of Alpha; every other display works\n"
    )


def test_json_has_the_documented_fields(objects: dict[str, Path]) -> None:
    pytest.importorskip("capstone")
    names = ("both_hashes.so", "pie", "both.a")
    paths = [str(objects[name]) for name in names]
    done = isolde("objdump", "-xTRsd", "--json", *paths, "/nowhere/a.o")
    told = json.loads(done.out)
    assert fields_of(told) == documented_fields("isolde objdump")
    library = told["files"][0]
    assert library["format"] == "elf64-x86-64"
    labels = {block["label"] for part in library["code"] for block in part["blocks"]}
    assert {"area", "printf@plt"} <= labels
    assert [each["member"] for each in told["files"]] == [None, None, "groups.o", "plain.o"]


def test_what_is_not_asked_for_is_null_in_json(objects: dict[str, Path]) -> None:
    told = json.loads(isolde("objdump", "-h", "--json", str(objects["pie"])).out)
    given_fields = [name for name, value in told["files"][0].items() if value is not None]
    assert given_fields == ["file", "format", "sections"]


def test_help_is_only_by_its_long_name() -> None:
    assert "Usage: isolde objdump" in isolde("objdump", "--help").out
    assert isolde("objdump", "-h").status == 2


@pytest.mark.parametrize(
    ("code", "length"),
    [
        ("62f57c4858c1", 6),  # vaddph %zmm1,%zmm0,%zmm0 (AVX512-FP16)
        ("62f57c4858417f", 7),  # with a displacement of one byte
        ("62f57c48580425000000ff", 11),  # with an address
        ("c4e2735000", 5),  # vpdpbssd (%rax),%xmm1,%xmm0 (AVX-VNNI-INT8)
        ("62f57c4858", None),  # cut off
        ("626c7c4858c1", None),  # a fixed bit of EVEX is wrong
        ("90", None),
    ],
)
def test_the_length_of_vector_instructions_follows_from_their_encoding(
    code: str, length: int | None
) -> None:
    assert vector_length(bytes.fromhex(code), 0) == length


def _display(data: bytes) -> None:
    """Displays everything that DATA has, in both forms; what is wrong with it is an ElfError."""
    try:
        view = View(File.from_bytes(data))
        text = "\n".join(text_of(view, EVERYTHING))
        facts_of(view, EVERYTHING)
    except ElfError:
        return
    assert len(text) < 2000 * len(data) + 100_000


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Files that are small enough to be displayed hundreds of times."""
    folder = tmp_path_factory.mktemp("samples")
    made = {path.name: path for path in make_objects(folder)}
    kinds = ("small.o", "groups.o", "stripped.so", "relr")
    for name in kinds:
        subprocess.run([require_tool("strip"), "-g", str(made[name])], check=True)
    return [made[name].read_bytes() for name in kinds]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_mutated_file_shows_what_it_has(samples: list[bytes], data: st.DataObject) -> None:
    changed = bytearray(data.draw(st.sampled_from(samples)))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(changed) - 1))
        word = data.draw(st.sampled_from((1, 2, 4, 8)))
        value = data.draw(st.one_of(st.integers(0, 255), st.sampled_from((2**63, 2**32 - 1))))
        changed[place : place + word] = (value & (1 << 8 * word) - 1).to_bytes(word, "little")
    _display(bytes(changed))
    if data.draw(st.integers(0, 9)) == 0:
        _display(bytes(changed[: data.draw(st.integers(0, len(changed)))]))
