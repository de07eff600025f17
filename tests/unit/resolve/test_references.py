"""What a file asks for, by the kind of its relocations, and what its hash tables answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolde.elf import File
from isolde.resolve.definitions import Definitions
from isolde.resolve.references import references, unused_references
from isolde.resolve.version import NO_VERSION
from tests.unit.resolve.bindings_made import Made

_CODE = """
extern int called(void), pointed(void), idle(void);
extern __thread int mine;
extern int maybe(void) __attribute__((weak));
void *table[] = {(void *)pointed, (void *)pointed};
int f(void) { return called() + mine + (maybe != 0); }
"""


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def test_the_relocation_tells_what_a_symbol_is_wanted_for(made: Made) -> None:
    file = File(made.library("liba.so", _CODE, flags=["-O0"]))
    found = {each.name: each.kind for each in references(file) if not each.name.startswith("_")}
    assert found == {"called": "call", "pointed": "address", "mine": "tls", "maybe": "address"}


def test_each_symbol_is_told_once_for_each_kind(made: Made) -> None:
    file = File(made.library("liba.so", _CODE))
    names = [each.name for each in references(file)]
    assert names.count("pointed") == 1


def test_a_weak_reference_says_so(made: Made) -> None:
    file = File(made.library("liba.so", _CODE))
    weak = {each.name for each in references(file) if each.weak}
    assert "maybe" in weak
    assert "called" not in weak


def test_a_version_is_told_with_the_file_it_is_asked_from(made: Made) -> None:
    file = File(made.library("liba.so", "int puts(const char *); int f(void) {return puts(0);}"))
    (puts,) = [each for each in references(file) if each.name == "puts"]
    assert puts.version is not None
    assert puts.version.startswith("GLIBC_")
    assert puts.wanted.file == "libc.so.6"
    assert puts.label == f"puts@{puts.version}"


def test_an_undefined_symbol_that_nothing_refers_to_is_unused(made: Made) -> None:
    code = '__asm__(".globl idle\\n.data\\n.reloc ., R_X86_64_NONE, idle\\n.quad 0\\n.text");'
    file = File(made.library("liba.so", code))
    assert "idle" not in {each.name for each in references(file)}
    assert [(each.name, each.kind) for each in unused_references(file)] == [("idle", "unused")]


_NAMES = "int alpha, beta, gamma_; static int s; int f(void) { return s; }"


@pytest.mark.parametrize("style", ["gnu", "sysv", "both"])
def test_a_hash_table_and_the_dict_of_all_names_answer_alike(made: Made, style: str) -> None:
    path = made.library("liba.so", _NAMES, flags=[f"-Wl,--hash-style={style}"])
    one_by_one, at_once = Definitions(File(path)), Definitions(File(path))
    assert {"alpha", "beta", "gamma_", "f"} <= set(at_once.names)
    for name in [*at_once.names, "s", "nobody"]:
        assert one_by_one.numbers(name) == at_once.numbers(name)
    assert one_by_one.find("alpha", NO_VERSION) is not None
    assert one_by_one.find("s", NO_VERSION) is None


def test_all_versions_of_a_name_are_found_at_once_and_one_by_one() -> None:
    libc = Path("/lib/x86_64-linux-gnu/libc.so.6")
    if not libc.exists():
        pytest.skip(f"{libc} is not here")
    one_by_one, at_once = Definitions(File(libc)), Definitions(File(libc))
    assert "memcpy" in at_once.names
    for name in ("memcpy", "malloc", "dlopen", "pthread_create"):
        assert one_by_one.numbers(name) == at_once.numbers(name)
    assert len(one_by_one.numbers("memcpy")) == 2
