"""Every space that opens a file gets what the first got, however its linker left the words."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from isolde.elf import File
from tests.toolchain import compile_library, compile_object, link_with_libisolde
from tests.unit.native.elf_file import RELA, RELASZ

SOURCES = Path(__file__).parent / "replay"
_ENTRY = 24
_SETTLED_S = 0.1  # more than core/replay.c asks for


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("again") / "again"
    return compile_object(program, [SOURCES / "again.c"], link_with_libisolde())


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return compile_library(tmp_path / "libwords.so", [SOURCES / "words.c"], [])


class Words:
    """The DT_RELA of a library, to be changed, and the words that it is about."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._data = bytearray(library.read_bytes())
        with File(library) as file:
            table, size = file.dynamic_value(RELA), file.dynamic_value(RELASZ)
            assert table is not None
            assert size is not None
            self._at, self._count = file.offset_of(table), size // _ENTRY
            self._addresses = {s.name: s.value for s in file.dynamic_symbols}
            self._offsets = {n: file.offset_of(a) for n, a in self._addresses.items() if a}

    def _entry(self, name: str) -> slice:
        """The entry for the word that is the variable of this name."""
        for at in range(self._at, self._at + self._count * _ENTRY, _ENTRY):
            if int.from_bytes(self._data[at : at + 8], "little") == self._addresses[name]:
                return slice(at, at + _ENTRY)
        raise KeyError(name)

    def set_word(self, name: str, value: int) -> None:
        """Set what the file has in place for a variable."""
        at = self._offsets[name]
        self._data[at : at + 8] = value.to_bytes(8, "little")

    def move_behind(self, name: str, other: str) -> None:
        """Let a variable's entry be about another's word, and come after its own."""
        one, two = self._entry(name), self._entry(other)
        entries = [bytes(self._data[one]), bytes(self._data[two])]
        entries[0] = entries[1][:8] + entries[0][8:]
        first, last = sorted((one, two), key=lambda place: place.start)
        self._data[first], self._data[last] = entries[1], entries[0]

    def write(self) -> None:
        """Replace the library, and wait until its times tell of any later change."""
        self._library.unlink()
        self._library.write_bytes(self._data)
        while time.time() - self._library.stat().st_ctime < _SETTLED_S:
            pass


def answers(again: Path, library: Path) -> list[str]:
    command = [str(again), str(library), "5"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_offsets_need_not_be_in_place_in_the_file(again: Path, library: Path) -> None:
    words = Words(library)
    words.set_word("relative", 0)
    words.write()
    assert answers(again, library) == ["12"] * 5


def test_offsets_in_place_count_only_if_the_table_says_the_same(again: Path, library: Path) -> None:
    words = Words(library)
    words.set_word("relative", 0x1234)
    words.write()
    assert answers(again, library) == ["12"] * 5


def test_of_two_relocations_of_one_word_the_later_decides(again: Path, library: Path) -> None:
    words = Words(library)
    words.move_behind("spare", "symbolic")
    words.write()
    assert answers(again, library) == ["11"] * 5


def test_a_library_of_much_data_leaves_what_is_remembered_of_others(
    library: Path, tmp_path: Path
) -> None:
    beside = compile_object(tmp_path / "beside", [SOURCES / "beside.c"], link_with_libisolde())
    packed = "-Wl,-z,pack-relative-relocs"
    large = compile_library(tmp_path / "liblarge.so", [SOURCES / "large.S"], [packed])
    Words(library).write()
    command = [str(beside), str(library), str(large)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    before, after = done.stdout.split()
    assert before == after
