"""What is said where the stacks cannot be read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from isolde.backtrace import BacktraceError, _gdb, read_core, read_process
from isolde.backtrace._gdb import explain
from tests.toolchain import require_tool

_NO_PROCESS = 1 << 22  # the kernel's numbers end before


def _message(process: int) -> str:
    with pytest.raises(BacktraceError) as error:
        read_process(process)
    return str(error.value)


def test_a_process_that_is_not_there() -> None:
    assert _message(_NO_PROCESS) == f"no such process: {_NO_PROCESS}"


def test_gdb_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _message(1) == (
        "gdb is not installed, and it is what reads stacks: "
        "install it with `apt-get install gdb` or `dnf install gdb`"
    )


def test_a_core_file_that_is_not_there() -> None:
    with pytest.raises(BacktraceError, match=r"^no such file: /nowhere/core$"):
        read_core("/nowhere/core", "/bin/true")


def test_a_process_that_may_not_be_traced() -> None:
    said = "warning: process 7 is traced\nptrace: Operation not permitted.\nNo process.\n"
    assert explain("process 7", said) == (
        "process 7 may not be traced: be its owner or root; where "
        "/proc/sys/kernel/yama/ptrace_scope is not 0, be root; "
        "a container needs the capability SYS_PTRACE"
    )


def test_a_process_that_has_ended() -> None:
    require_tool("gdb")
    with subprocess.Popen(["true"]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        message = _message(child.pid)
    assert message == (
        f"process {child.pid} has ended: a zombie has no stacks, and is there until its parent "
        "waits"
    )


def test_a_gdb_that_does_not_finish(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gdb = tmp_path / "gdb"
    gdb.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    gdb.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(_gdb, "_TIMEOUT_S", 0.01)
    assert _message(1) == f"{gdb} has not finished in 0.01 s"


def test_a_file_that_is_no_core(tmp_path: Path) -> None:
    require_tool("gdb")
    (tmp_path / "core").write_text("no core")
    with pytest.raises(BacktraceError) as error:
        read_core(str(tmp_path / "core"), sys.executable)
    assert str(error.value) == (
        f'gdb cannot read {tmp_path}/core: "{tmp_path}/core" is not a core dump: '
        "file format not recognized"
    )


def test_a_gdb_without_python() -> None:
    said = 'Scripting in the "Python" language is not supported in this copy of GDB.\n'
    assert explain("process 7", said) == (
        "this gdb was built without Python, in which Isolde's commands are written"
    )


def test_anything_else_is_told_in_its_own_words() -> None:
    said = "warning: no debuginfod\nptrace: No such process.\n"
    assert explain("process 7", said) == "gdb cannot read process 7: ptrace: No such process."
    assert explain("core", "") == "gdb cannot read core: it says nothing"
