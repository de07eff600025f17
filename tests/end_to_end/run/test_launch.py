"""`isolde run` is not there: what a program sees of its start is as without it."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from isolde.launch import check_program, preload_path
from tests.end_to_end.run.running import HERE, ISOLDE_RUN, Done, isolde_run, run
from tests.toolchain import compile_object

PATH = "/usr/local/bin:/usr/bin:/bin"
TUNABLE = "glibc.rtld.optional_static_tls"


def in_shell(script: str, folder: Path) -> tuple[Done, Done]:
    """A shell's script under `isolde run`, and without."""
    command = ("sh", "-c", script)
    return isolde_run(*command, folder=folder), run(*command, folder=folder)


@pytest.mark.parametrize("script", ["exit 7", "kill -TERM $$", "kill -SEGV $$", "echo x; exit 0"])
def test_the_end_is_the_programs(script: str, tmp_path: Path) -> None:
    ours, plain = in_shell(script, tmp_path)
    assert ours == plain


@pytest.mark.parametrize(
    "script",
    [
        "grep -E '^(SigBlk|SigIgn|SigCgt|Umask|NoNewPrivs)' /proc/self/status",
        "ls -l /proc/self/fd | wc -l",
        "umask; ulimit -a; pwd",
        "grep -c . /proc/self/mountinfo; cat /proc/self/oom_score_adj",
    ],
)
def test_what_a_process_inherits(script: str, tmp_path: Path) -> None:
    ours, plain = in_shell(script, tmp_path)
    assert ours.out != ""
    assert ours == plain


def test_standard_input_is_the_programs(tmp_path: Path) -> None:
    done = isolde_run("cat", folder=tmp_path, standard_input="one\ntwo\n")
    assert done == Done(0, "one\ntwo\n", "")


def test_the_process_is_the_same(tmp_path: Path) -> None:
    command = [*ISOLDE_RUN, "sh", "-c", "echo $$"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.communicate()[0] == f"{process.pid}\n"


def test_arguments_are_handed_on_as_typed(tmp_path: Path) -> None:
    compile_object(tmp_path / "arguments", [HERE / "programs" / "arguments.c"])
    words = ("./arguments", "--version", "", "-x", "--", "two words", "é")
    assert isolde_run(*words, folder=tmp_path) == run(*words, folder=tmp_path)
    assert isolde_run(*words, options=["--host"], folder=tmp_path).out == "\n".join(words) + "\n"


def variables(folder: Path, *options: str, given: dict[str, str]) -> dict[str, str]:
    """The environment of a program that is started with just the variables GIVEN."""
    exactly = [f"{name}={value}" for name, value in {"PATH": PATH, **given}.items()]
    done = run("env", "-i", *exactly, *ISOLDE_RUN, *options, "env", "-0", folder=folder)
    assert done.status == 0, done.err
    return dict(entry.split("=", 1) for entry in done.out.split("\0") if entry)


def test_only_two_variables_are_added(tmp_path: Path) -> None:
    assert variables(tmp_path, given={"A": "1", "B": ""}) == {
        "PATH": PATH,
        "A": "1",
        "B": "",
        "LD_PRELOAD": preload_path(),
        "GLIBC_TUNABLES": f"{TUNABLE}=262144",
    }


def test_the_locale_is_not_pythons(tmp_path: Path) -> None:
    assert variables(tmp_path, given={"LC_CTYPE": "C", "LANG": "C"})["LC_CTYPE"] == "C"


def test_what_the_variables_held_before_stays(tmp_path: Path) -> None:
    libm = "libm.so.6"
    given = {"LD_PRELOAD": f" {libm}", "GLIBC_TUNABLES": "glibc.malloc.arena_max=1"}
    seen = variables(tmp_path, given=given)
    assert seen["LD_PRELOAD"] == f"{preload_path()}:{libm}"
    assert seen["GLIBC_TUNABLES"] == f"glibc.malloc.arena_max=1:{TUNABLE}=262144"
    again = variables(tmp_path, given=seen)
    assert again == seen


def test_a_reserve_in_the_environment_holds_unless_an_option_says_more(tmp_path: Path) -> None:
    given = {"GLIBC_TUNABLES": f"{TUNABLE}=4000:glibc.malloc.arena_max=1"}
    assert variables(tmp_path, given=given)["GLIBC_TUNABLES"] == given["GLIBC_TUNABLES"]
    seen = variables(tmp_path, "--static-tls", "9000", given=given)
    assert seen["GLIBC_TUNABLES"] == f"glibc.malloc.arena_max=1:{TUNABLE}=9000"


def test_options_become_variables(tmp_path: Path) -> None:
    options = ("--trace-loads", "--host", "--shared", "liba*", "--shared", "libb.so", "--debugger")
    seen = variables(tmp_path, *options, "jit", given={})
    told = {name: value for name, value in seen.items() if name.startswith("ISOLDE_")}
    assert told == {
        "ISOLDE_TRACE_LOADS": "1",
        "ISOLDE_HOST": "1",
        "ISOLDE_SHARED": "liba*:libb.so",
        "ISOLDE_DEBUGGER": "jit",
    }


def test_children_and_what_is_executed_inherit_it(folder: Path, tmp_path: Path) -> None:
    program = compile_object(tmp_path / "opens", [HERE / "programs" / "opens_forty.c"])
    assert isolde_run("sh", "-c", f"{program}; exec {program}", folder=folder).out == "40\n40\n"
    assert int(run(program, folder=folder).out) < 16


def test_it_works_without_python(folder: Path, tmp_path: Path) -> None:
    program = compile_object(tmp_path / "opens", [HERE / "programs" / "opens_forty.c"])
    line = f"LD_PRELOAD={preload_path()} {program}"
    assert run("sh", "-c", line, folder=folder) == Done(0, "40\n", "")


# ---- what cannot be run -----------------------------------------------------------------------


def refused(status: int, message: str) -> Done:
    return Done(status, "", f"isolde: {message}\n")


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    assert isolde_run("./none", folder=tmp_path) == refused(
        127, "cannot run './none': no such file"
    )
    done = isolde_run("no-such-program", folder=tmp_path, environment={"PATH": PATH})
    assert done == refused(127, f"cannot run 'no-such-program': not found in PATH ({PATH})")


def test_a_program_that_is_here_but_not_in_the_path(tmp_path: Path) -> None:
    (tmp_path / "engine").write_text("")
    done = isolde_run("engine", folder=tmp_path, environment={"PATH": PATH})
    message = f"cannot run 'engine': not found in PATH ({PATH}); there is one here: ./engine"
    assert done == refused(127, message)


def test_a_script_whose_interpreter_is_missing(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/nowhere/sh\n")
    script.chmod(0o755)
    message = "cannot run './script': its interpreter /nowhere/sh is missing"
    assert isolde_run("./script", folder=tmp_path) == refused(126, message)


def test_a_file_that_may_not_be_executed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = "permission denied (chmod +x makes it so)"
    assert isolde_run("./file", folder=tmp_path) == refused(126, f"cannot run './file': {message}")
    assert isolde_run("./", folder=tmp_path) == refused(126, "cannot run './': it is a folder")


def test_program_headers_may_stand_at_the_end_of_a_large_file(tmp_path: Path) -> None:
    program = compile_object(tmp_path / "program", [HERE / "programs" / "arguments.c"])
    data = bytearray(program.read_bytes())
    (offset,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    table = bytes(data[offset : offset + size * count])
    struct.pack_into("<Q", data, 32, 1 << 21)
    program.write_bytes(data.ljust(1 << 21, b"\0") + table)
    check_program(str(program))


def with_interpreter(path: Path) -> str:
    compile_object(path, [HERE / "programs" / "arguments.c"], ["-Wl,-I,/lib/ld-musl-x86_64.so.1"])
    return (
        f"'./{path.name}' is started by /lib/ld-musl-x86_64.so.1, "
        "not by glibc's ld-linux-x86-64.so.2: Isolde cannot be in it"
    )


def static(flag: str) -> Callable[[Path], str]:
    def make(path: Path) -> str:
        compile_object(path, [HERE / "programs" / "arguments.c"], [flag])
        return (
            f"'./{path.name}' is statically linked, or a library: it names no dynamic linker, "
            "and so there is no dlmopen to replace"
        )

    return make


def of_32_bits(path: Path) -> str:
    header = struct.pack("<4sBBB9xHHI", b"\x7fELF", 1, 1, 1, 2, 3, 1)
    path.write_bytes(header + bytes(28))
    path.chmod(0o755)
    return f"'./{path.name}' is not an x86-64 program: Isolde cannot be in it"


@pytest.mark.parametrize(
    "make",
    [static("-static"), static("-static-pie"), with_interpreter, of_32_bits],
    ids=["static", "static-pie", "musl", "32 bits"],
)
def test_a_program_that_glibcs_ld_so_does_not_start(
    tmp_path: Path, make: Callable[[Path], str]
) -> None:
    message = make(tmp_path / "program")
    assert isolde_run("./program", folder=tmp_path) == refused(126, message)
    script = tmp_path / "script"
    script.write_text("#!./program -x\n")
    script.chmod(0o755)
    assert isolde_run("./script", folder=tmp_path) == refused(126, message)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file away")
@pytest.mark.parametrize(("mode", "word"), [(0o4755, "setuid"), (0o2755, "setgid")])
def test_a_program_with_foreign_privileges(tmp_path: Path, mode: int, word: str) -> None:
    program = tmp_path / "program"
    shutil.copy("/bin/true", program)
    os.chown(program, 65534, 65534)
    program.chmod(mode)
    message = f"'./program' is {word}: ld.so ignores LD_PRELOAD for it"
    assert isolde_run("./program", folder=tmp_path) == refused(126, message)


# ---- scripts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("first_line", ["#!/bin/sh\n", "#! /usr/bin/env sh\n", ""])
def test_a_script_runs(tmp_path: Path, first_line: str) -> None:
    script = tmp_path / "script"
    script.write_text(f'{first_line}echo "$0 $1 ${{LD_PRELOAD##*/}}"\n')
    script.chmod(0o755)
    expected = "./script one libisolde-preload.so\n"
    assert isolde_run("./script", "one", folder=tmp_path) == Done(0, expected, "")


def test_a_script_that_interprets_itself_is_the_kernels_to_refuse(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!./script\n")
    script.chmod(0o755)
    message = "cannot run './script': Too many levels of symbolic links"
    assert isolde_run("./script", folder=tmp_path) == refused(126, message)
