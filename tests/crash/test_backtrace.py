"""`isolde backtrace` names function, line, image and space of every frame of every thread."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from isolde.backtrace import COMMANDS
from tests.crash.debuggers import HERE, gdb, line_of, waiting
from tests.crash.test_debugger import make_program
from tests.toolchain import compile_library, compile_object, link_with_libisolde
from tests.unit.cli.command import isolde

pytestmark = pytest.mark.skipif(shutil.which("gdb") is None, reason="gdb is not installed")
every_way = pytest.mark.parametrize("way", ["gdb", "jit", "none"])


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two threads that wait inside two spaces, behind a call of the host's main."""
    folder = tmp_path_factory.mktemp("sleepers")
    compile_library(folder / "libsleep.so", [HERE / "sleep.c"], ["-O0"])
    return compile_object(folder / "host", [HERE / "sleep_host.c"], link_with_libisolde())


def frames_of(process: int) -> list[dict[str, object]]:
    done = isolde("backtrace", str(process), "--json")
    assert done.err == ""
    return [frame for thread in json.loads(done.out)["threads"] for frame in thread["frames"]]


@every_way
def test_each_frame_has_its_space(program: Path, way: str) -> None:
    with waiting(program, way) as process:
        frames = frames_of(process)
    asleep = {frame["space"]: frame for frame in frames if frame["function"] == "sleep_here"}
    assert asleep.keys() == {"blue", "red"}
    line = 1 + (HERE / "sleep.c").read_text().splitlines().index("    pause();")
    for frame in asleep.values():
        assert (Path(str(frame["file"])).name, frame["line"]) == ("sleep.c", line)
        assert str(frame["image"]).endswith("/libsleep.so")
    (main,) = (frame for frame in frames if frame["function"] == "main")
    assert (main["space"], main["space_id"]) == ("host", None)


def test_tables_are_for_people(program: Path) -> None:
    with waiting(program) as process:
        out = isolde("backtrace", str(process)).out
    assert re.search(rf"^thread 1: {process} host$", out, re.MULTILINE)
    row = r"^\d+ +red +sleep_here +\S*sleep\.c:\d+ +\S+/libsleep\.so$"
    assert len(re.findall(row, out, re.MULTILINE)) == 1


def test_a_process_without_isolde_is_all_the_hosts(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "1000"]) as sleeper:
        frames = frames_of(sleeper.pid)
        sleeper.kill()
    assert {frame["space"] for frame in frames} == {"host"}


def test_a_core_file_tells_the_same(tmp_path: Path) -> None:
    program = make_program(tmp_path, "-O0")
    gdb(program, "run", f"generate-core-file {tmp_path}/core")
    done = isolde("backtrace", "--core", f"{tmp_path}/core", str(program), "--json")
    first, second = json.loads(done.out)["threads"][0]["frames"][:2]
    assert (first["function"], first["line"]) == ("say_hello", line_of("*where = greetings;"))
    assert (first["space"], second["space"]) == ("second", "host")


def test_the_commands_are_of_use_by_hand(tmp_path: Path) -> None:
    program = make_program(tmp_path, "-O0")
    commands = (f"source {COMMANDS}", "isolde spaces", "isolde images", "isolde bt")
    output = gdb(program, "run", *commands)
    assert re.search(r"^ *1  first  1 images\n *2  second  1 images$", output, re.MULTILINE)
    assert re.search(r"^0x\w+ 0x\w+  \[first\] \S+/libhello\.so$", output, re.MULTILINE)
    assert re.search(r"^#0 +\[second\] say_hello at \S+:\d+ from \S+$", output, re.MULTILINE)
    assert re.search(r"^#1 +\[host\] main at ", output, re.MULTILINE)


def test_symbols_of_what_is_gone_are_given_up(tmp_path: Path) -> None:
    """Where gdb does not follow spaces, the commands give it symbols, and take them back."""
    program = make_program(tmp_path, "-O0")
    known = ("isolde bt", "info line say_hello", "echo --\\n")
    commands = ("break isolde_space_close", "run", f"source {COMMANDS}", *known, "finish", *known)
    before, after, _ = gdb(program, *commands, arguments=("close",), way="none").split("--\n")
    assert (before.count("starts at"), after.count("starts at")) == (2, 1)


def test_commands_without_a_process_say_so() -> None:
    done = subprocess.run(
        ["gdb", "-nx", "-batch", "-x", str(COMMANDS), "-ex", "isolde bt"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == "The program is not being run.\n"


def test_a_process_that_is_traced_already(program: Path) -> None:
    with waiting(program) as process:
        options = ["-nx", "-batch", "-ex", "shell echo attached; sleep 1000"]
        with subprocess.Popen(
            ["gdb", *options, "-p", str(process)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as tracer:
            assert tracer.stdout is not None
            try:
                while "attached" not in tracer.stdout.readline():
                    pass
                done = isolde("backtrace", str(process))
            finally:
                os.killpg(tracer.pid, signal.SIGKILL)  # its sleep too
    assert done.status == 1
    assert done.err == (
        f"isolde: process {process} is traced already, by process {tracer.pid} (gdb): "
        "a process has one debugger at a time\n"
    )


def test_what_is_no_number_is_misuse() -> None:
    done = isolde("backtrace", "./engine")
    assert done.status == 2
    assert done.err == (
        "isolde: './engine' is no process number; for a core file say --core FILE ./engine\n"
    )
