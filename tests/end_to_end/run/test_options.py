"""What the options of `isolde run` change for an unmodified program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.run.running import HERE, Done, isolde_run
from tests.toolchain import compile_object


def with_first(folder: Path, output: Path) -> Path:
    """A program that is linked with libfirst.so."""
    flags = (f"-L{folder}", "-lfirst", f"-Wl,-rpath,{folder}")
    return compile_object(output, [HERE / "programs" / f"{output.name}.c"], flags)


def test_host_lends_what_a_namespace_lacks(folder: Path, tmp_path: Path) -> None:
    program = with_first(folder, tmp_path / "provides")
    alone = isolde_run(program, folder=folder)
    assert alone.status == 1
    assert "undefined symbol: kept_number" in alone.out
    assert isolde_run(program, folder=folder, options=["--host"]) == Done(0, "5\n", "")


@pytest.mark.parametrize(("options", "number"), [([], 0), (["--shared", "libf*.so"], 7)])
def test_shared_is_one_with_the_program(
    folder: Path, tmp_path: Path, options: list[str], number: int
) -> None:
    program = with_first(folder, tmp_path / "shares")
    done = isolde_run(program, folder=folder, options=options)
    assert done.status == 0, done.err
    assert done.out == f"{number}\n"


def test_trace_loads_tells_what_comes_and_goes(folder: Path, tmp_path: Path) -> None:
    program = compile_object(
        tmp_path / "leaves_it_open", [HERE / "programs" / "leaves_it_open.c"], ["-rdynamic"]
    )
    done = isolde_run(program, folder=folder, options=["--trace-loads"])
    file = folder / "liblifecycle.so"
    assert done.status == 3
    assert done.err == (
        f"isolde: space 'space-1' maps {file} (path)\n"
        f"isolde: space 'space-1' unmaps {file}\n"
        f"isolde: space 'space-2' maps {file} (path)\n"
    )


def test_an_unknown_debugger_is_misuse(tmp_path: Path) -> None:
    done = isolde_run("true", folder=tmp_path, options=["--debugger", "dbx"])
    assert done == Done(2, "", "isolde: no such debugger: 'dbx'; gdb, jit or none\n")
