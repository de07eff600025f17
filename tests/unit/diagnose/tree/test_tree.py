"""The tree of a file: shown once, left out, found, missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolde.diagnose.subject import SubjectError
from isolde.diagnose.tree import Line, Tree, dependency_tree
from isolde.errors import ElfError
from isolde.resolve import System
from tests.toolchain import compile_object
from tests.unit.diagnose.noted import noted_library
from tests.unit.resolve.made import library, program, rpath, runpath

PLAIN = System(environment={})


def tree(path: Path | str, system: System = PLAIN, *, every: bool = False) -> Tree:
    return dependency_tree(str(path), system, every=every)


def shown(tree: Tree) -> list[str]:
    """The lines of a tree: two blanks for a level, a star for what stands further up."""
    return [f"{'  ' * (line.depth - 1)}{line.branch.name}{_star(line)}" for line in tree.lines]


def _star(line: Line) -> str:
    return "*" if line.is_repeated else ""


def test_each_object_is_unfolded_where_it_stands_first(tmp_path: Path) -> None:
    c = library(tmp_path / "libc1.so")
    b = library(tmp_path / "libb.so", [c], runpath("$ORIGIN"))
    a = library(tmp_path / "liba.so", [b, c], runpath("$ORIGIN"))
    main = program(tmp_path / "main", [a, b], runpath("$ORIGIN"))
    assert shown(tree(main)) == ["liba.so", "  libb.so", "    libc1.so", "  libc1.so*", "libb.so*"]


def test_objects_that_need_each_other_end(tmp_path: Path) -> None:
    library(tmp_path / "libb.so")
    a = library(tmp_path / "liba.so", [tmp_path / "libb.so"], runpath("$ORIGIN"))
    library(tmp_path / "libb.so", [a], runpath("$ORIGIN"))
    assert shown(tree(a)) == ["libb.so", "  liba.so*"]


def test_the_last_of_its_siblings_is_known_without_those_left_out(tmp_path: Path) -> None:
    a, b = library(tmp_path / "liba.so"), library(tmp_path / "libb.so")
    main = program(tmp_path / "main", [a, b], runpath("$ORIGIN"))
    assert [line.is_last for line in tree(main).lines] == [False, True]


def test_libc_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    main = program(tmp_path / "main")
    assert shown(tree(main)) == []
    assert [item.name for item in tree(main).left_out] == ["libc.so.6", "ld-linux-x86-64.so.2"]


def test_all_shows_libc_too(tmp_path: Path) -> None:
    main = program(tmp_path / "main")
    assert shown(tree(main, every=True)) == ["libc.so.6", "  ld-linux-x86-64.so.2"]
    assert tree(main, every=True).left_out == ()


def test_a_libstdcxx_that_a_run_path_leads_to_is_shown(tmp_path: Path) -> None:
    own = library(tmp_path / "libstdc++.so.6")
    main = program(tmp_path / "main", [own], runpath("$ORIGIN"))
    assert shown(tree(main)) == ["libstdc++.so.6"]


def test_a_soname_is_searched_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    found = tree("libz.so.1")
    assert found.start is not None
    assert (found.start.found.name, found.start.found.rule) == ("libz.so.1", "cache")


def test_a_file_here_goes_before_a_search(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    library(tmp_path / "libz.so.1")
    monkeypatch.chdir(tmp_path)
    found = tree("libz.so.1")
    assert found.start is not None
    assert found.start.path == "./libz.so.1"


def test_a_filter_and_an_auxiliary_that_is_missing(tmp_path: Path) -> None:
    library(tmp_path / "libreal.so")
    flags = ["-Wl,-F,libreal.so", "-Wl,-f,libmore.so", *runpath("$ORIGIN")]
    seen = tree(library(tmp_path / "libfilter.so", [], flags))
    kinds = [(line.branch.name, line.branch.kind, line.branch.is_fault) for line in seen.lines]
    assert sorted(kinds) == [("libmore.so", "auxiliary", False), ("libreal.so", "filter", False)]
    assert seen.faults == ()


def test_what_is_preloaded_stands_first(tmp_path: Path) -> None:
    extra, a = library(tmp_path / "libextra.so"), library(tmp_path / "liba.so")
    main = program(tmp_path / "main", [a], runpath("$ORIGIN"))
    seen = tree(main, System(environment={"LD_PRELOAD": f"{extra} libgone.so"}))
    assert [(line.branch.name, line.branch.kind) for line in seen.lines] == [
        (str(extra), "preload"),
        ("libgone.so", "preload"),
        ("liba.so", "needed"),
    ]
    assert [each.found.name for each in seen.faults] == ["libgone.so"]


def test_a_missing_library_is_a_fault_with_all_that_was_tried(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so")
    main = program(tmp_path / "main", [gone], rpath("/nowhere"))
    gone.unlink()
    seen = tree(main)
    assert [(line.branch.name, line.branch.is_fault) for line in seen.lines] == [
        ("libgone.so", True)
    ]
    (fault,) = seen.faults
    assert fault.needed_by is seen.start
    assert fault.found.tried[0] == ("/nowhere/libgone.so", "rpath", "no such file")


@pytest.mark.parametrize(
    ("priority", "is_fault"), [("required", True), ("recommended", False), ("suggested", False)]
)
def test_what_is_opened_at_run_time_is_a_fault_only_when_required(
    priority: str, is_fault: bool, tmp_path: Path
) -> None:
    path = noted_library(tmp_path / "libnoted.so", ["libgone.so.2", "libgone.so.1"], priority)
    seen = tree(path)
    (line,) = seen.lines
    assert (line.branch.kind, line.branch.object, line.branch.is_fault) == (
        "dlopen",
        None,
        is_fault,
    )
    assert [each.found.name for each in seen.faults] == ["libgone.so.1"] * is_fault


def test_the_first_soname_of_a_note_that_is_there_is_taken(tmp_path: Path) -> None:
    path = noted_library(tmp_path / "libnoted.so", ["libgone.so.2", "libz.so.1"], "required")
    (line,) = tree(path).lines
    assert line.branch.object is not None
    assert line.branch.name == "libz.so.1"
    assert line.branch.found.tried[0].objection == "not in the cache"


def test_a_script_names_what_to_ask_about(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/usr/bin/env -S LANG=C sh -e\n")
    with pytest.raises(SubjectError) as error:
        tree(script)
    assert str(error.value).startswith(
        f"{script} is a script for sh: ask about that: isolde tree /"
    )


def test_an_object_file_has_no_dependencies_yet(tmp_path: Path) -> None:
    source = tmp_path / "a.c"
    source.write_text("int a;\n")
    made = compile_object(tmp_path / "a.o", [source], ["-c"])
    with pytest.raises(SubjectError, match=r"^\S+/a\.o is an object file: what it needs is known"):
        tree(made)


def test_a_text_is_no_elf_file(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("hello")
    with pytest.raises(ElfError, match="is no ELF file"):
        tree(text)


def test_a_long_chain_is_walked(tmp_path: Path) -> None:
    previous = library(tmp_path / "lib0.so")
    for number in range(1, 60):
        previous = library(tmp_path / f"lib{number}.so", [previous], runpath("$ORIGIN"))
    assert max(line.depth for line in tree(previous).lines) == 59
