"""What is said of a library that is not there names both sides and the way out."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

from isolde.diagnose.missing import faults_told
from isolde.resolve import System, closure
from tests.unit.resolve.made import library, program, runpath

_PACKAGE = (
    "install the package that has it (`apt-file search {0}`, `dnf provides '*/{0}'`), "
    "or name its folder in LD_LIBRARY_PATH"
)


def told(path: Path | str, environment: Mapping[str, str] | None = None) -> list[str]:
    made = closure([str(path)], System(environment=environment or {}))
    return faults_told(made.missing, made)


def test_a_library_that_nobody_has(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so")
    main = program(tmp_path / "bin/main", [gone])
    gone.unlink()
    assert told(main) == [
        f"libgone.so, needed by {main}, was not found; {_PACKAGE.format('libgone.so')}"
    ]


def test_one_line_for_all_that_need_it(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so")
    a, b = (library(tmp_path / f"lib{name}.so", [gone]) for name in "ab")
    main = program(tmp_path / "bin/main", [a, b, gone], runpath(str(tmp_path)))
    gone.unlink()
    (line,) = told(main)
    assert line.startswith(f"libgone.so, needed by {main} and 2 others, was not found; ")


def test_a_library_that_lies_beside_who_needs_it(tmp_path: Path) -> None:
    other = library(tmp_path / "bin/libother.so")
    main = program(tmp_path / "bin/main", [other])
    assert told(main) == [
        f"libother.so, needed by {main}, was not found; it is in {tmp_path}/bin: "
        f"set LD_LIBRARY_PATH={tmp_path}/bin, or patchelf --set-rpath '$ORIGIN' {main}"
    ]


def test_a_library_in_a_folder_next_to_the_programs(tmp_path: Path) -> None:
    other = library(tmp_path / "lib/libother.so")
    main = program(tmp_path / "bin/main", [other])
    assert told(main) == [
        f"libother.so, needed by {main}, was not found; it is in {tmp_path}/lib: "
        f"set LD_LIBRARY_PATH={tmp_path}/lib, or patchelf --set-rpath '$ORIGIN/../lib' {main}"
    ]


def test_the_run_path_that_is_advised_keeps_what_is_found_through_it(tmp_path: Path) -> None:
    here, other = library(tmp_path / "a/libhere.so"), library(tmp_path / "bin/lib/libother.so")
    main = program(tmp_path / "bin/main", [here, other], runpath(f"/nowhere:{tmp_path}/a"))
    (line,) = told(main)
    assert line.endswith(f"or patchelf --set-rpath '{tmp_path}/a:$ORIGIN/lib' {main}")


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so")
    main = program(tmp_path / "bin/main", [gone], runpath(str(tmp_path)))
    gone.unlink()
    gone.symlink_to("nowhere.so")
    assert told(main) == [
        f"libgone.so, needed by {main}, cannot be loaded: {gone}: a link to nowhere.so, which does "
        "not exist; put one in its place that is made for x86-64, 64-bit"
    ]


def test_a_library_for_another_machine(tmp_path: Path) -> None:
    other = library(tmp_path / "libother.so")
    main = program(tmp_path / "bin/main", [other], runpath(str(tmp_path)))
    data = bytearray(other.read_bytes())
    struct.pack_into("<H", data, 18, 183)
    other.write_bytes(data)
    assert told(main) == [
        f"libother.so, needed by {main}, cannot be loaded: {other}: made for another machine: "
        "AArch64; put one in its place that is made for x86-64, 64-bit"
    ]


def test_a_library_that_is_a_text(tmp_path: Path) -> None:
    other = library(tmp_path / "libother.so")
    main = program(tmp_path / "bin/main", [other], runpath(str(tmp_path)))
    other.write_text("INPUT(libz.so.1)\n")
    assert told(main) == [
        f"libother.so, needed by {main}, cannot be loaded: {other}: not an ELF file, where ld.so "
        "gives up; put one in its place that is made for x86-64, 64-bit"
    ]


def test_a_path_where_nothing_is(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so", [], ["-Wl,-soname,/nowhere/libgone.so"])
    main = program(tmp_path / "main", [gone])
    assert told(main) == [
        f"/nowhere/libgone.so, needed by {main}, was not found; put the file there, or link "
        f"{main} against its soname"
    ]


def test_another_version_is_named(tmp_path: Path) -> None:
    old = library(tmp_path / "libz.so.0")
    main = program(tmp_path / "bin/main", [old])
    old.unlink()
    assert told(main) == [
        f"libz.so.0, needed by {main}, was not found; there is libz.so.1, which does not stand in "
        f"for it: {_PACKAGE.format('libz.so.0')}"
    ]


def test_a_program_that_was_taken_for_a_library() -> None:
    assert told("sh") == ["sh was not found; it is a program: isolde tree /usr/bin/sh"]


def test_a_preloaded_library() -> None:
    assert told("/bin/sh", {"LD_PRELOAD": "libgone.so"}) == [
        f"libgone.so, needed by /bin/sh, was not found; {_PACKAGE.format('libgone.so')}"
    ]


def test_what_another_system_lacks(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so")
    program(tmp_path / "root/bin/main", [gone])
    made = closure(["/bin/main"], System(str(tmp_path / "root")))
    assert faults_told(made.missing, made)[:2] == [
        "/lib64/ld-linux-x86-64.so.2, the loader that /bin/main asks for, was not found; install "
        f"the C library for x86-64, 64-bit, into {tmp_path}/root",
        "libgone.so, needed by /bin/main, was not found; unpack the package that has it into "
        f"{tmp_path}/root",
    ]
