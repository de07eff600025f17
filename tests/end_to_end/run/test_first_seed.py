"""The programs by which dlmopen was given up, compiled as their author published them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.end_to_end.run.running import HERE, ISOLDE_RUN, Done, isolde_run, run
from tests.toolchain import compile_library, compile_object

SEED = HERE / "seed"
SIGABRT, SIGSEGV = -6, -11


def build(folder: Path, main: str, library: str, flags: Sequence[str] = ()) -> Path:
    """The seed's program and the libhello.so that it opens."""
    compile_library(folder / "libhello.so", [SEED / library], ["-O0", *flags])
    return compile_object(folder / "main", [SEED / main], ["-O0", "-pthread"])


def test_the_hello_program_crashes_as_its_author_meant(tmp_path: Path) -> None:
    program = build(tmp_path, "main.c", "hello.c")
    assert isolde_run(program, folder=tmp_path) == Done(SIGSEGV, "", "")


def backtrace(*gdb: str | Path, folder: Path) -> str:
    settings = ("set debuginfod enabled off", "set width 0")
    options = [part for command in settings for part in ("-ex", command)]
    done = run("gdb", "-nx", "-batch", *options, *gdb, folder=folder)
    return done.out + done.err


@pytest.mark.skipif(shutil.which("gdb") is None, reason="gdb is not installed")
def test_gdb_names_its_frames(tmp_path: Path) -> None:
    program = build(tmp_path, "main.c", "hello.c")
    wrapper = f"set exec-wrapper {' '.join(ISOLDE_RUN)}"
    output = backtrace("-ex", wrapper, "-ex", "run", "-ex", "bt", program, folder=tmp_path)
    assert re.search(r"^#0 .*say_hello \(\) at \S*hello\.c:5$", output, re.MULTILINE)
    assert re.search(r"^#1 .*main \(\) at \S*main\.c:24$", output, re.MULTILINE)


@pytest.mark.skipif(shutil.which("gdb") is None, reason="gdb is not installed")
def test_gdb_under_isolde_run_names_them_too(tmp_path: Path) -> None:
    program = build(tmp_path, "main.c", "hello.c")
    options = ("-ex", "set debuginfod enabled off", "-ex", "run", "-ex", "bt")
    output = isolde_run("gdb", "-nx", "-batch", *options, program, folder=tmp_path).out
    assert re.search(r"^#0 .*say_hello \(\) at \S*hello\.c:5$", output, re.MULTILINE)


@pytest.mark.parametrize("flags", [[], ["-nodefaultlibs"]], ids=["linked", "underlinked"])
def test_the_library_starts_its_thread(tmp_path: Path, flags: list[str]) -> None:
    program = build(tmp_path, "main_thread.c", "hello_thread.c", flags)
    assert isolde_run(program, folder=tmp_path) == Done(0, "Hello from shared library!\n", "")


def test_glibc_finds_nothing_for_an_underlinked_library(tmp_path: Path) -> None:
    program = build(tmp_path, "main_thread.c", "hello_thread.c", ["-nodefaultlibs"])
    done = run(program, folder=tmp_path)
    assert done.status != 0
    assert re.search(r"libhello\.so: undefined symbol: \w+", done.err)


def test_keys_of_two_namespaces_differ(tmp_path: Path) -> None:
    program = compile_object(tmp_path / "test", [SEED / "test.c"], ["-O0", "-pthread"])
    assert isolde_run(program, folder=tmp_path) == Done(0, "", "")


def test_glibc_gives_one_key_out_twice(tmp_path: Path) -> None:
    program = compile_object(tmp_path / "test", [SEED / "test.c"], ["-O0", "-pthread"])
    done = run(program, folder=tmp_path)
    assert done.status == SIGABRT
    assert done.err.endswith("main: Assertion `k2 != k1' failed.\n")


def test_the_programs_libraries_are_listed(tmp_path: Path) -> None:
    program = compile_object(tmp_path / "iterate", [SEED / "iterate.cpp"])
    plain, ours = run(program, folder=tmp_path), isolde_run(program, folder=tmp_path)
    added = set(ours.out.splitlines()) - set(plain.out.splitlines())
    assert set(plain.out.splitlines()) - {"Loaded library: linux-vdso.so.1"} <= set(
        ours.out.splitlines()
    )
    assert {Path(line).name for line in added if "vdso" not in line} == {
        "libisolde-preload.so",
        "libisolde.so",
        "libgcc_s.so.1",
    } - {Path(line).name for line in plain.out.splitlines()}
