"""How a tree is drawn."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from isolde.diagnose.tree import dependency_tree
from isolde.diagnose.tree.dot import trees_dot
from isolde.diagnose.tree.text import tree_text
from isolde.resolve import System
from tests.toolchain import compile_library, compile_object, require_tool
from tests.unit.diagnose.noted import noted_library
from tests.unit.resolve.made import library, program, rpath, runpath


def plain(text: str, _colour: str) -> str:
    return text


def marked(text: str, colour: str) -> str:
    return f"<{colour}>{text}</>"


def drawn(path: Path | str, environment: dict[str, str] | None = None, **options: bool) -> str:
    tree = dependency_tree(str(path), System(environment=environment or {}))
    return tree_text(tree, plain, **options)


def test_each_line_says_where_a_library_is_and_why(tmp_path: Path) -> None:
    b = library(tmp_path / "low/libb.so")
    a = library(tmp_path / "liba.so", [b], runpath("$ORIGIN/low"))
    c = library(tmp_path / "environment/libc1.so")
    main = program(tmp_path / "main", [a, c, b], rpath("$ORIGIN", "$ORIGIN/low"))
    assert drawn(main, {"LD_LIBRARY_PATH": str(c.parent)}).splitlines() == [
        str(main),
        f"├── liba.so => {a} [rpath of {main}]",
        f"│   └── libb.so => {b} [rpath of {main}]",
        f"├── libc1.so => {c} [LD_LIBRARY_PATH]",
        "└── libb.so (above)",
        "Left out, as on every system: libc.so.6, ld-linux-x86-64.so.2 (-a shows them)",
    ]


def test_verbose_tells_where_else_was_looked(tmp_path: Path) -> None:
    a = library(tmp_path / "liba.so")
    main = program(tmp_path / "main", [a], runpath("/nowhere", "$ORIGIN"))
    assert drawn(main, verbose=True).splitlines()[:3] == [
        str(main),
        f"└── liba.so => {a} [runpath of {main}]",
        "    not /nowhere/liba.so [runpath]: no such file",
    ]


def test_what_is_missing_tells_where_was_looked_without_being_asked(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so")
    main = program(tmp_path / "main", [gone], runpath("/nowhere"))
    gone.unlink()
    assert drawn(main).splitlines()[1:4] == [
        "└── libgone.so not found",
        "    not /nowhere/libgone.so [runpath]: no such file",
        "    not /etc/ld.so.cache [cache]: not in the cache",
    ]


def test_places_do_not_break_the_line_to_what_is_below(tmp_path: Path) -> None:
    b = library(tmp_path / "libb.so")
    a = library(tmp_path / "liba.so", [b], runpath("$ORIGIN"))
    main = program(tmp_path / "main", [a], runpath("/nowhere", "$ORIGIN"))
    assert drawn(main, verbose=True).splitlines()[2:4] == [
        "    │ not /nowhere/liba.so [runpath]: no such file",
        f"    └── libb.so => {b} [runpath of {a}]",
    ]


def test_without_line_drawing_it_is_ascii(tmp_path: Path) -> None:
    a, b = library(tmp_path / "liba.so"), library(tmp_path / "libb.so")
    main = program(tmp_path / "main", [a, b], runpath("$ORIGIN"))
    text = drawn(main, drawn=False)
    assert text.isascii()
    assert [line[:4] for line in text.splitlines()[1:3]] == ["|-- ", "`-- "]


def test_names_have_colours_where_there_are_any(tmp_path: Path) -> None:
    a = library(tmp_path / "liba.so")
    main = program(tmp_path / "main", [a], runpath("$ORIGIN"))
    text = tree_text(dependency_tree(str(main), System(environment={})), marked)
    assert text.splitlines()[1] == (
        f"<dim>└── </><cyan>liba.so</> => {a} <dim>[runpath of {main}]</>"
    )


def test_what_is_opened_at_run_time_says_for_what(tmp_path: Path) -> None:
    path = noted_library(tmp_path / "libnoted.so", ["libgone.so.1"])
    assert "libgone.so.1 (opened at run time for packing, recommended) not found" in drawn(path)


def test_a_static_program_is_said_to_be_one(tmp_path: Path) -> None:
    source = tmp_path / "main.c"
    source.write_text("int main(void) { return 0; }\n")
    main = compile_object(tmp_path / "main", [source], ["-static"])
    assert drawn(main) == f"{main} (statically linked: it needs nothing)\n"


def test_an_extension_module_is_known_for_what_it_is(tmp_path: Path) -> None:
    source = tmp_path / "spam.c"
    source.write_text("void *PyInit_spam(void) { return 0; }\n")
    module = compile_library(tmp_path / "spam.abi3.so", [source])
    assert drawn(module).splitlines()[0] == (
        f"{module} (Python extension module spam: the interpreter that imports it provides Py…)"
    )
    other = compile_library(tmp_path / "ham.abi3.so", [source])
    assert "extension module" not in drawn(other)


def test_a_picture_has_every_object_once_and_what_is_missing_in_red(tmp_path: Path) -> None:
    gone = library(tmp_path / "libgone.so")
    a = library(tmp_path / "liba.so", [gone])
    main = program(tmp_path / "main", [a, gone], runpath("$ORIGIN"))
    gone.unlink()
    text = trees_dot([dependency_tree(str(main), System(environment={}))])
    assert [line.strip() for line in text.splitlines()[3:-1]] == [
        f'"{main}" [label="main", tooltip="{main} [path]"];',
        f'"{a}" [label="liba.so", tooltip="{a} [runpath of {main}]"];',
        f'"{main}" -> "{a}";',
        '"libgone.so" [color=red, fontcolor=red];',
        f'"{main}" -> "libgone.so" [color=red];',
        f'"{a}" -> "libgone.so" [color=red];',
    ]


def test_graphviz_draws_the_picture() -> None:
    require_tool("dot")
    text = trees_dot([dependency_tree("/bin/sh", System(environment={}))])
    done = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True)
    assert "libc.so.6" not in done.stdout
    assert "<svg" in done.stdout


@pytest.mark.parametrize("name", ['a"b', "a\\b"])
def test_a_picture_quotes_names(name: str, tmp_path: Path) -> None:
    made = library(tmp_path / "plain.so").rename(tmp_path / f"{name}.so")
    text = trees_dot([dependency_tree(str(made), System(environment={}))])
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    assert f'"{tmp_path}/{quoted}.so" [label=' in text
