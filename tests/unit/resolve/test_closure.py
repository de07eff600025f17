"""The closure of a file: load order, one object for one file, what is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from isolde.errors import ElfError
from isolde.resolve import Closure, System, Tried, closure
from tests.unit.resolve.made import glibc_list, library, program, runpath


def _of(*paths: Path | str, **environment: str) -> Closure:
    return closure([str(path) for path in paths], System(environment=environment))


def _names(made: Closure) -> list[str]:
    return [item.name for item in made.objects]


def test_the_order_of_loading_is_breadth_first(tmp_path: Path) -> None:
    here = runpath("$ORIGIN")
    deep = library(tmp_path / "libdeep.so")
    left = library(tmp_path / "libleft.so", [deep], here)
    right = library(tmp_path / "libright.so", [], here)
    start = program(tmp_path / "start", [left, right], here)
    made = _of(start)
    assert [item.path for item in made.objects[1:]] == glibc_list(start)
    names = ["libleft.so", "libright.so", "libc.so.6", "libdeep.so", "ld-linux-x86-64.so.2"]
    assert _names(made)[1:] == names
    assert [item.index for item in made.objects] == list(range(6))
    assert [need and need.name for need in made.objects[0].needs] == names[:3]
    assert [item.needed_by and item.needed_by.name for item in made.objects] == [
        None,
        "start",
        "start",
        "start",
        "libleft.so",
        "libc.so.6",
    ]


def test_one_file_is_one_object_by_whatever_name(tmp_path: Path) -> None:
    here = runpath("$ORIGIN")
    one = library(tmp_path / "libone.so")
    start = program(tmp_path / "start", [one, library(tmp_path / "liblink.so")], here)
    (tmp_path / "liblink.so").unlink()
    (tmp_path / "liblink.so").hardlink_to(one)
    made = _of(start)
    assert [item.path for item in made.objects[1:]] == glibc_list(start)
    assert made.objects[0].needs[0] is made.objects[0].needs[1]
    assert made.named("liblink.so") is made.named("libone.so") is made.objects[1]


def test_a_soname_satisfies_a_later_need(tmp_path: Path) -> None:
    other = library(tmp_path / "elsewhere/libx.so")
    low = library(tmp_path / "liblow.so", [other])
    named = library(tmp_path / "libnamed.so", [], ["-Wl,-soname,libx.so"])
    start = program(tmp_path / "start", [low], runpath("$ORIGIN"))
    both = program(tmp_path / "both", [low], ["-L", str(tmp_path), *runpath("$ORIGIN")])
    assert [item.found.name for item in _of(start).missing] == ["libx.so"]
    made = _of(both, LD_PRELOAD=str(named))
    assert made.missing == ()
    assert made.named("libx.so") is made.objects[1]
    assert made.objects[1].found.rule == "preload"


def test_everything_missing_is_told_with_who_needs_it(tmp_path: Path) -> None:
    gone = [library(tmp_path / f"libgone{number}.so") for number in (1, 2)]
    low = library(tmp_path / "liblow.so", gone[1:])
    start = program(tmp_path / "start", [gone[0], low], runpath("$ORIGIN"))
    for path in gone:
        path.unlink()
    made = _of(start)
    assert [(item.found.name, item.needed_by and item.needed_by.name) for item in made.missing] == [
        ("libgone1.so", "start"),
        ("libgone2.so", "liblow.so"),
    ]
    assert made.objects[0].needs[0] is None
    theirs = glibc_list(start)
    assert [item.path for item in made.objects[1:]] == [x for x in theirs if x[0] == "/"]


def test_a_malformed_dependency_is_missing_and_says_why(tmp_path: Path) -> None:
    low = library(tmp_path / "liblow.so")
    start = program(tmp_path / "start", [low], runpath("$ORIGIN"))
    low.write_bytes(low.read_bytes()[:100])
    (missing,) = _of(start).missing
    (tried,) = missing.found.tried
    assert (tried.path, tried.rule) == (str(low), "runpath")
    assert "the program header table" in tried.objection


def test_a_starting_file_that_is_broken_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello, world\n")
    with pytest.raises(ElfError, match="text"):
        _of(tmp_path / "text")
    with pytest.raises(FileNotFoundError):
        _of(tmp_path / "none")


def test_a_programs_loader_that_is_not_there_is_missing(tmp_path: Path) -> None:
    start = program(tmp_path / "start", [], ["-Wl,--dynamic-linker,/lib/ld-none.so.9"])
    missing = _of(start).missing[0]
    assert (missing.found.name, missing.found.rule) == ("/lib/ld-none.so.9", "interpreter")
    assert missing.found.tried == (Tried("/lib/ld-none.so.9", "interpreter", os.strerror(2)),)


def test_the_loader_is_an_object_where_something_needs_it(tmp_path: Path) -> None:
    made = _of(program(tmp_path / "start"))
    assert made.objects[-1].is_loader
    assert made.objects[-1].found.rule == "interpreter"
    alone = _of(library(tmp_path / "libalone.so", [], ["-nostdlib"]))
    assert _names(alone) == ["libalone.so"]


def test_preloaded_libraries_come_after_the_program(tmp_path: Path) -> None:
    first = library(tmp_path / "libfirst.so")
    second = library(tmp_path / "libsecond.so", [first], runpath("$ORIGIN"))
    start = program(tmp_path / "start", [first], runpath("$ORIGIN"))
    names = f"{second}:/none/libnone.so {first}"
    made = _of(start, LD_PRELOAD=names)
    assert [item.path for item in made.objects[1:]] == glibc_list(start, {"LD_PRELOAD": names})
    assert _names(made)[1:3] == ["libsecond.so", "libfirst.so"]
    assert [(item.found.name, item.found.rule) for item in made.missing] == [
        ("/none/libnone.so", "preload")
    ]


@pytest.mark.parametrize("kind", ["--filter", "--auxiliary"])
def test_what_a_filter_stands_for_comes_before_it(tmp_path: Path, kind: str) -> None:
    real = library(tmp_path / "libreal.so")
    front = library(tmp_path / "libfront.so", [], [f"-Wl,{kind},libreal.so", *runpath("$ORIGIN")])
    other = library(tmp_path / "libother.so", [real], runpath("$ORIGIN"))
    start = program(tmp_path / "start", [front, other], runpath("$ORIGIN"))
    made = _of(start)
    scope = [item.name for item in made.scope(made.starts[0])]
    assert scope[1:4] == ["libreal.so", "libfront.so", "libother.so"]
    assert [item.name for item in made.objects[1].filtees] == ["libreal.so"]


def test_an_auxiliary_that_is_not_there_is_not_missed(tmp_path: Path) -> None:
    start = library(tmp_path / "libstart.so", [], ["-Wl,--auxiliary,libnone.so"])
    assert _of(start).missing == ()


def test_files_are_opened_one_after_another(tmp_path: Path) -> None:
    here = runpath("$ORIGIN")
    shared = library(tmp_path / "libshared.so")
    one = library(tmp_path / "libone.so", [shared], here)
    two = library(tmp_path / "libtwo.so", [shared, library(tmp_path / "libown.so")], here)
    made = _of(one, two)
    names = ["libone.so", "libshared.so", "libc.so.6", "ld-linux-x86-64.so.2", "libtwo.so"]
    assert _names(made) == [*names, "libown.so"]
    assert [item.name for item in made.starts] == ["libone.so", "libtwo.so"]
    assert [item.name for item in made.scope(made.starts[1])] == [
        "libtwo.so",
        "libshared.so",
        "libown.so",
        "libc.so.6",
        "ld-linux-x86-64.so.2",
    ]


def test_a_name_without_a_slash_is_searched_for() -> None:
    made = _of("libc.so.6")
    assert made.starts[0].found.rule == "cache"
    (missing,) = _of("libnone.so.0").missing
    assert (missing.found.name, missing.needed_by) == ("libnone.so.0", None)


def test_a_program_opens_what_comes_later_by_its_own_run_path(tmp_path: Path) -> None:
    library(tmp_path / "plugins/libplug.so")
    start = program(tmp_path / "start", [], runpath("$ORIGIN/plugins"))
    made = _of(start, "libplug.so")
    assert made.starts[1].found.origin == str(start)
    assert made.starts[1].needed_by is None


def test_what_objects_say_they_open_at_run_time_is_opened_when_asked_for(tmp_path: Path) -> None:
    library(tmp_path / "libextra.so")
    note = '[{"feature":"x","priority":"suggested","soname":["libno.so","libextra.so"]}]'
    source = tmp_path / "note.s"
    source.write_text(
        '.section .note.dlopen,"a",%note\n.balign 4\n.long 4, 2f-1f, 0x407c0c0a\n'
        f'.ascii "FDO\\0"\n1: .asciz {note.replace(chr(34), chr(92) + chr(34)).join(chr(34) * 2)}\n'
        "2: .balign 4\n"
    )
    start = library(tmp_path / "libstart.so", [], [str(source), *runpath("$ORIGIN")])
    plain = _of(start)
    assert "libextra.so" not in _names(plain)
    assert plain.objects[0].dlopens == ()
    made = closure([str(start)], System(environment={}), dlopen=True)
    (opened,) = made.objects[0].dlopens
    assert (opened.note.feature, opened.note.priority) == ("x", "suggested")
    assert opened.object is made.named("libextra.so")
    assert [item.path for item in opened.found] == [None, f"{tmp_path}/libextra.so"]
    assert made.missing == ()
