"""The resolver binds what glibc binds, and what the core binds in a space: on a sample.

`make contract` compares every file of the machine.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.contract import (
    WAYS,
    Explanation,
    Found,
    Outcome,
    Tally,
    Tools,
    compare,
    explanations,
    files_below,
)
from tests.oracle.bindings import RULES
from tests.toolchain import compile_library

FOLDER = "/usr/lib/x86_64-linux-gnu"
SAMPLE = (
    "/bin/ls",
    "/usr/bin/gdb",
    f"{FOLDER}/libcurl.so.4",
    f"{FOLDER}/libglib-2.0.so.0",
    f"{FOLDER}/libstdc++.so.6",
    f"{FOLDER}/libpython3.11.so.1.0",
)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    return Tools.made_in(tmp_path_factory.mktemp("contract"))


@pytest.mark.parametrize("file", SAMPLE)
def test_every_reference_is_bound_alike_or_explained(file: str, tools: Tools) -> None:
    if not Path(file).exists():
        pytest.skip(f"{file} is not installed")
    tally = Tally(explanations())
    for outcome in compare(file, WAYS, tools):
        assert outcome.refusal is None
        assert outcome.references > 10
        tally.add(outcome)
    assert tally.unexplained == []


def test_a_difference_is_noticed(tmp_path: Path, tools: Tools) -> None:
    """A constructor that asks by dlsym: glibc looks up what no file refers to."""
    source = tmp_path / "asks.c"
    source.write_text(
        "#define _GNU_SOURCE\n#include <dlfcn.h>\n"
        '__attribute__((constructor)) void f(void) { dlsym(RTLD_DEFAULT, "labs"); }'
    )
    library = str(compile_library(tmp_path / "libasks.so", [source], ["-ldl"]))
    (outcome,) = compare(library, ["dlopen"], tools)
    (found,) = [each for each in outcome.found if each.symbol == "labs"]
    assert (found.image, found.resolver) == (library, "no reference")
    nobody, somebody = Tally([]), Tally(explanations())
    nobody.add(outcome)
    somebody.add(outcome)
    assert (len(nobody.unexplained), len(somebody.unexplained)) == (len(outcome.found), 0)


def test_what_does_not_load_is_counted_apart(tmp_path: Path, tools: Tools) -> None:
    source = tmp_path / "asks.c"
    source.write_text("int nobody(void); int f(void) { return nobody(); }")
    library = str(compile_library(tmp_path / "libasks.so", [source]))
    tally = Tally([])
    for outcome in compare(library, ["dlopen", "space"], tools):
        tally.add(outcome)
    assert (tally.files, dict(tally.refused)) == ({}, {"dlopen": 1, "space": 1})


def test_files_that_are_not_loaded_are_not_asked_about(tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("no ELF file")
    source = tmp_path / "f.c"
    source.write_text("int f;")
    library = compile_library(tmp_path / "libf.so", [source])
    (tmp_path / "link.so").symlink_to(library)
    assert files_below([str(tmp_path)]) == [str(library)]


def test_what_a_space_answers_itself_is_known_by_name() -> None:
    answered = Tally(explanations())
    for symbol in (*RULES, "malloc"):
        found = Found("space", "/i", symbol, "/x/libisolde.so", "/x/libc.so.6")
        answered.add(Outcome("/f", "space", 1, (found,)))
    assert [found.symbol for _, found in answered.unexplained] == ["malloc"]


def test_every_explanation_says_why() -> None:
    assert [each for each in explanations() if len(each.why) < 20] == []


def test_an_explanation_covers_only_what_it_names() -> None:
    known = [Explanation("because", way="space", loader="*/liba.so")]
    tally = Tally(known)
    found = (Found("space", "/i", "s", "/x/liba.so", "/x/libb.so"),)
    tally.add(Outcome("/f", "space", 2, found))
    assert tally.unexplained == []
    tally.add(Outcome("/f", "space", 2, (found[0]._replace(loader="/x/libc.so"),)))
    assert len(tally.unexplained) == 1
