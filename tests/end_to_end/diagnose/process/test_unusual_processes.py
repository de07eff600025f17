"""Processes that have no link maps, or that change, or that nobody may read."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from isolde.diagnose.process import ProcessError, read_process, remarks_on
from tests.end_to_end.diagnose.process.conftest import build_part
from tests.end_to_end.diagnose.process.held import PROGRAMS, Held, may_mount
from tests.toolchain import CompileError, compile_object, require_tool

_NOBODY = 65534
_NO_PROCESS = 1 << 22  # the kernel's numbers end before
_PTRACE_TRACEME = 0

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def _message(pid: int) -> str:
    with pytest.raises(ProcessError) as error:
        read_process(pid)
    return str(error.value)


def _isolde(*words: str) -> str:
    command = [sys.executable, "-m", "isolde.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _as_nobody(read: Callable[[], str]) -> str:
    """What READ returns in a process of another user's."""
    back, there = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
            try:
                said = read()
            except ProcessError as error:
                said = str(error)
            os.write(there, said.encode())
        finally:
            os._exit(0)
    os.close(there)
    with os.fdopen(back) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


# ---- programs of other kinds ---------------------------------------------------------------------


def test_a_static_program_has_no_link_maps(tmp_path: Path) -> None:
    program = compile_object(tmp_path / "static", [PROGRAMS / "waits.c"], ["-static", "-w"])
    with Held([program]) as held:
        process = read_process(held.pid)
    assert process.namespaces == ()
    assert process.note == (
        "it is linked statically: it has no link maps, and what follows is what it has mapped"
    )
    assert [each.path for each in process.unlisted] == [str(program)]


def test_a_program_of_32_bits_has_its_link_maps(tmp_path: Path, library: Path) -> None:
    try:
        program = compile_object(
            tmp_path / "namespaces", [PROGRAMS / "namespaces.c"], ["-m32", "-ldl", "-fPIE", "-pie"]
        )
    except CompileError:
        pytest.skip("this machine compiles nothing for 32 bits")
    with Held([program, "libm.so.6"]) as held:
        process = read_process(held.pid)
    seen = [
        f"{namespace.number} {each.base:#x} {each.name}".strip()
        for namespace in process.namespaces
        for each in namespace.objects
    ]
    assert process.bits == 32
    assert sorted(seen) == sorted(held.said)
    sonames = {each.soname for each in process.namespaces[1].objects}
    assert sonames >= {"libm.so.6", "libc.so.6", "ld-linux.so.2"}
    assert all(each.build_id for each in process.namespaces[1].objects)


def test_a_program_at_fixed_addresses_has_its_link_maps(tmp_path: Path) -> None:
    program = compile_object(tmp_path / "fixed", [PROGRAMS / "waits.c"], ["-no-pie", "-ldl"])
    with Held([program]) as held:
        process = read_process(held.pid)
    main = process.namespaces[0].objects[0]
    assert (main.path, main.base, main.on_disk.state) == (str(program), 0, "ok")
    assert main.start == 0x400000
    assert process.unlisted == ()


def test_a_program_started_through_its_dynamic_linker_has_its_link_maps(programs: Path) -> None:
    """The kernel then knows the dynamic linker only; what it has loaded is in its own symbol."""
    with Held(["/lib64/ld-linux-x86-64.so.2", programs / "waits"]) as held:
        process = read_process(held.pid)
    paths = [each.path for each in process.namespaces[0].objects]
    assert str(programs / "waits") in paths
    assert process.unlisted == ()


def test_a_program_that_was_stripped_of_its_sections_is_read_from_memory(tmp_path: Path) -> None:
    program = compile_object(tmp_path / "waits", [PROGRAMS / "waits.c"], ["-ldl", "-s"])
    subprocess.run([require_tool("objcopy"), "--strip-section-headers", program], check=False)
    with Held([program]) as held:
        assert len(read_process(held.pid).namespaces[0].objects) >= 4


def test_before_the_dynamic_linker_has_begun_there_are_no_link_maps(programs: Path) -> None:
    libc = ctypes.CDLL(None)
    child = subprocess.Popen(
        [programs / "waits"], preexec_fn=lambda: libc.ptrace(_PTRACE_TRACEME, 0, 0, 0)
    )
    try:
        _, status = os.waitpid(child.pid, os.WUNTRACED)  # stopped by its execve
        assert os.WIFSTOPPED(status)
        process = read_process(child.pid)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert process.note == "its dynamic linker has not begun: it has no link maps yet"
    assert str(programs / "waits") in [each.path for each in process.unlisted]


# ---- processes that have nothing -----------------------------------------------------------------


def test_a_process_that_is_not_there() -> None:
    assert _message(_NO_PROCESS) == f"no such process: {_NO_PROCESS}"


@pytest.mark.skipif(not Path("/proc/2").exists(), reason="a container shows no kernel threads")
def test_a_part_of_the_kernel() -> None:
    assert _message(2) == (
        "process 2 (kthreadd) is a part of the kernel: it has no memory of its own and loads "
        "nothing; its modules are in /proc/modules"
    )


def test_a_zombie() -> None:
    with subprocess.Popen(["true"]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        message = _message(child.pid)
    assert message == (
        f"process {child.pid} (true) has ended: a zombie has nothing loaded, and is there until "
        f"its parent, process {os.getpid()}, waits for it"
    )


# ---- processes that may not be read --------------------------------------------------------------


@needs_root
def test_a_process_of_another_user() -> None:
    with Held(["sh", "-c", "echo ready; read _"]) as held:
        message = _as_nobody(lambda: repr(read_process(held.pid)))
    assert message == (
        f"process {held.pid} (sh) is root's, and you are nobody: be root to see what it has loaded"
    )


@needs_root
def test_a_process_of_ones_own_that_has_forbidden_it() -> None:
    source = f"""
import ctypes, os, sys
os.setresuid({_NOBODY}, {_NOBODY}, {_NOBODY})
ctypes.CDLL(None).prctl(4, 0)
print("ready", flush=True)
sys.stdin.read()
"""
    with Held([sys.executable, "-c", source]) as held:
        message = _as_nobody(lambda: repr(read_process(held.pid)))
    assert message.endswith(
        "is yours, but may not be read: it has more rights than you (set-user-ID, capabilities) "
        "or has forbidden it (PR_SET_DUMPABLE): be root"
    )


@pytest.mark.skipif(not may_mount(), reason="nothing can be mounted here")
def test_where_memory_may_not_be_read_mapped_files_are_told(tmp_path: Path) -> None:
    """As with Yama's ptrace_scope: the mappings of one's processes can be read, not their memory.

    Here a file that only root may read is mounted over the memory.
    """
    locked = tmp_path / "locked"
    locked.touch(mode=0o600)
    with Held(["sh", "-c", "echo ready; read _"], user=_NOBODY) as held:
        source = f"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
assert libc.unshare(0x20000) == 0
assert libc.mount(None, b"/", None, 0x44000, None) == 0
assert libc.mount({str(locked)!r}.encode(), b"/proc/{held.pid}/mem", None, 0x1000, None) == 0
from isolde.diagnose.process import read_process
import isolde.elf, pwd
os.setresuid({_NOBODY}, {_NOBODY}, {_NOBODY})
process = read_process({held.pid})
print(process.memory_read, len(process.namespaces), process.note)
print(*sorted(each.soname or each.path for each in process.unlisted), sep="\\n")
"""
        done = subprocess.run(
            [sys.executable, "-c", source], capture_output=True, text=True, check=True
        )
    first, *paths = done.stdout.splitlines()
    assert first == (
        "False 0 its memory may not be read, so only files that are mapped as code are known: "
        "be root"
    )
    assert any(path.endswith("/libc.so.6") for path in paths)


# ---- names that nobody expects ---------------------------------------------------------------


def test_names_of_any_bytes_are_shown_and_are_json(programs: Path, tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/lib\xff\x1b[31m\n.so"
    Path(os.fsdecode(odd)).write_bytes(build_part(tmp_path / "libpart.so", 1).read_bytes())
    with Held([programs / "waits", "open", os.fsdecode(odd)]) as held:
        shown = _isolde("ps", str(held.pid))
        told = json.loads(_isolde("ps", "--json", str(held.pid)))
    assert [line for line in shown.splitlines() if line.endswith(r"/lib\udcff\x1b[31m\n.so")]
    objects = told["processes"][0]["namespaces"][0]["objects"]
    assert odd in [os.fsencode(each["path"]) for each in objects]


# ---- processes that change -----------------------------------------------------------------------


def test_a_process_that_opens_and_closes_all_the_time_is_read_and_not_stopped(
    programs: Path, library: Path
) -> None:
    with Held([programs / "churn", library]) as held:
        read = [read_process(held.pid) for _ in range(200)]
    words = held.last_words.split()
    opened, looked, traced = (int(words[index]) for index in (1, 3, 5))
    assert opened > 200
    assert looked > 200
    assert traced == 0
    lasting = {"libc.so.6", "ld-linux-x86-64.so.2", "linux-vdso.so.1"}
    for process in read:
        assert lasting <= {each.soname for each in process.namespaces[0].objects}
        assert {each.on_disk.state for each in process.objects} <= {"ok", "memory"}


def test_a_list_that_is_being_changed_for_ever_is_told_as_changing(programs: Path) -> None:
    with Held([programs / "waits", "begin-change", "-"]) as held:
        process = read_process(held.pid)
    assert process.changing
    assert "libc.so.6" in [each.soname for each in process.namespaces[0].objects]
    assert remarks_on(process) == [
        f"process {held.pid}: it was loading or unloading at every attempt to read it: objects may "
        "be missing"
    ]


def test_a_list_that_leads_nowhere_leaves_what_is_mapped(programs: Path) -> None:
    """Its next element is at an address that holds no link map, but text."""
    with Held(
        [programs / "waits", "spoil", "\x01nothing that leads anywhere" + 40 * "\x7f"]
    ) as held:
        process = read_process(held.pid)
    assert process.note == (
        "its link maps could not be read, so what follows is what it has mapped"
    )
    assert any(each.path.endswith("/libc.so.6") for each in process.unlisted)


def test_reading_neither_traces_nor_signals(programs: Path) -> None:
    calls = "ptrace,kill,tkill,tgkill,pidfd_send_signal,rt_sigqueueinfo,process_vm_writev"
    with Held([programs / "waits"]) as held:
        done = subprocess.run(
            [require_tool("strace"), "-f", "-qq", "-e", f"trace={calls}", "-e", "signal=none",
             sys.executable, "-m", "isolde.cli", "ps", str(held.pid)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert "libc.so.6" in done.stdout
    assert done.stderr == ""


def test_a_process_that_ends_while_it_is_read_is_said_to_have_ended(programs: Path) -> None:
    """Short processes, each read again and again until it is gone: there is no third way."""
    messages = set()
    for _ in range(20):
        with subprocess.Popen(["sh", "-c", "echo"], stdout=subprocess.DEVNULL) as child:
            try:
                while True:
                    read_process(child.pid)
            except ProcessError as error:
                messages.add(str(error).split(":")[0].split(" ", 2)[-1])
    assert messages <= {"(sh) has ended", "has ended while it was read"}
