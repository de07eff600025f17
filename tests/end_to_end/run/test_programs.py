"""Unmodified programs that make life hard for a preloaded library."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolde.launch import preload_path
from tests.end_to_end.real_libraries.system import needs
from tests.end_to_end.run.running import HERE, Done, isolde_run, run
from tests.toolchain import compile_library, compile_object

PROGRAMS = HERE / "programs"
NOTHING_SAID = Done(0, "", "")


def compiled(folder: Path, name: str, *flags: str) -> Path:
    return compile_object(
        folder / name, [PROGRAMS / f"{name}.c"], ["-rdynamic", "-pthread", *flags]
    )


def preloadable(folder: Path, name: str, *flags: str) -> Path:
    return compile_library(folder / f"lib{name}.so", [PROGRAMS / f"{name}.c"], flags)


def test_destructors_run_at_the_end(folder: Path, tmp_path: Path) -> None:
    program = compiled(tmp_path, "leaves_it_open")
    expected = Done(3, "begin\nend\nbegin\nexit\nend\n", "")
    assert isolde_run(program, folder=folder) == expected


def test_a_programs_own_dlopen_is_called(folder: Path, tmp_path: Path) -> None:
    assert isolde_run(compiled(tmp_path, "own_dlopen"), folder=folder) == NOTHING_SAID


def test_a_preloaded_library_behind_ours_sees_what_is_glibcs(folder: Path, tmp_path: Path) -> None:
    both = {"LD_PRELOAD": f"{preload_path()}:{preloadable(tmp_path, 'wraps')}"}
    done = run(compiled(tmp_path, "opens_each"), folder=folder, environment=both)
    assert done == Done(0, "dlopen ./libfirst.so\ndlmopen base\n", "")


def test_a_preloaded_library_before_ours_sees_everything(folder: Path, tmp_path: Path) -> None:
    both = {"LD_PRELOAD": f"{preloadable(tmp_path, 'wraps')}:{preload_path()}"}
    done = run(compiled(tmp_path, "opens_each"), folder=folder, environment=both)
    assert done == Done(0, "dlopen ./libfirst.so\ndlmopen base\n" + 20 * "dlmopen new\n", "")


@pytest.fixture
def early(tmp_path: Path) -> Path:
    return preloadable(tmp_path, "early")


def test_a_needed_library_opens_in_its_constructor(folder: Path, early: Path) -> None:
    program = compiled(early.parent, "needs_early", str(early))
    assert isolde_run(program, folder=folder) == NOTHING_SAID


@pytest.mark.parametrize("order", ["{early}:{ours}", "{ours}:{early}"])
def test_a_preloaded_library_opens_in_its_constructor(
    folder: Path, early: Path, order: str
) -> None:
    preload = {"LD_PRELOAD": order.format(early=early, ours=preload_path())}
    program = compiled(early.parent, "needs_early", str(early))
    assert run(program, folder=folder, environment=preload) == NOTHING_SAID


def test_a_constructor_before_all_others_is_told(folder: Path, tmp_path: Path) -> None:
    first = preloadable(tmp_path, "early", "-Wl,-z,initfirst")
    program = compiled(tmp_path, "needs_early", str(first))
    done = isolde_run(program, folder=folder)
    assert done.status == 1
    assert "dlmopen() in a constructor that runs before libisolde.so's (-z initfirst)" in done.err


def test_stacks_are_as_large_as_without(folder: Path, tmp_path: Path) -> None:
    program = compiled(tmp_path, "stacks")
    assert run(program, folder=folder) == NOTHING_SAID
    assert isolde_run(program, folder=folder) == NOTHING_SAID


@needs("libgomp.so.1")
def test_a_thousand_copies_of_libgomp(folder: Path, tmp_path: Path) -> None:
    assert isolde_run(compiled(tmp_path, "openmp"), folder=folder) == NOTHING_SAID


@pytest.mark.parametrize("flags", [(), ("-static-libgcc", "-static-libstdc++")])
def test_exceptions_of_the_program_cross_a_namespace(
    folder: Path, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    program = compile_object(tmp_path / "program", [PROGRAMS / "calls_back.cpp"], flags)
    assert run(program, folder=folder) == NOTHING_SAID
    assert isolde_run(program, folder=folder) == NOTHING_SAID
