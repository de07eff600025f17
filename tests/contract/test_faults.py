"""`isolde check` finds the same faults as `ldd -r`: on a sample, and on files that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.faults import Faults, NothingToldError, told_by_check, told_by_glibc
from tests.end_to_end.diagnose.broken import ANSWERS, ASKS, MAIN, Broken

FOLDER = "/usr/lib/x86_64-linux-gnu"
SAMPLE = (
    "/bin/ls",
    "/usr/bin/gdb",
    f"{FOLDER}/libthread_db.so.1",
    f"{FOLDER}/libstdc++.so.6",
    f"{FOLDER}/libcurl.so.4",
)


@pytest.mark.parametrize("file", SAMPLE)
def test_both_tell_the_same_of_a_file_of_the_system(file: str) -> None:
    if not Path(file).exists():
        pytest.skip(f"{file} is not installed")
    assert told_by_check(file) == told_by_glibc(file)


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    return Broken(tmp_path)


def test_both_tell_of_a_missing_library(broken: Broken) -> None:
    gone = broken.library("libgone.so.1", ANSWERS)
    program = broken.program("program", MAIN, [gone])
    Path(gone).unlink()
    nobody = frozenset({("answer", program)})
    told = Faults(frozenset({"libgone.so.1"}), frozenset(), nobody)
    assert told_by_check(program) == told_by_glibc(program) == told


def test_both_tell_of_a_missing_version(broken: Broken) -> None:
    code = "int of_the_future(void); int f(void) { return of_the_future(); }"
    library = broken.library("libnew.so", code, ["-nostdlib", broken.fake_libc()])
    told = told_by_check(library)
    assert told.versions == {("GLIBC_2.999", library)}
    assert told == told_by_glibc(library)


def test_both_tell_of_undefined_symbols_and_not_of_weak_ones(broken: Broken) -> None:
    weak = "__attribute__((weak)) int weak(void); int f(void) { return weak ? weak() : 0; }"
    library = broken.library("libasks.so", f"{ASKS} {weak}")
    nobody = frozenset({("answer", library)})
    assert told_by_check(library) == told_by_glibc(library)
    assert told_by_check(library).symbols == nobody


def test_both_refuse_what_is_malformed(broken: Broken) -> None:
    library = Path(broken.library("libcut.so", ANSWERS))
    library.write_bytes(library.read_bytes()[:100])
    for ask in (told_by_check, told_by_glibc):
        with pytest.raises(NothingToldError):
            ask(str(library))
