"""What a real lldb sees of the first seed's program, through the interface for compilers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.debuggers import find_lldb, line_of, lldb, with_separate_debug_file
from tests.crash.test_debugger import make_program

CRASHED = rf"frame #0: .*`say_hello\(where=0x0+\) at hello\.c:{line_of('*where = greetings;')}:"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    find_lldb()
    return make_program(tmp_path_factory.mktemp("hello"), "-O0")


def test_backtrace_of_a_crash_has_names_and_lines(program: Path) -> None:
    output = lldb(program, "run", crashed=["bt"])
    assert re.search(CRASHED, output)
    assert re.search(r"frame #1: .*`main\(.* at hello_host\.c:\d+", output)


def test_variables_are_those_of_the_selected_frame(program: Path) -> None:
    output = lldb(program, "run", crashed=["expression greetings"])
    assert re.search(r"^\(int\) (?:\$0 = )?4$", output, re.MULTILINE)


def test_a_pending_breakpoint_stops_in_each_space(program: Path) -> None:
    output = lldb(program, "breakpoint set -n say_hello", "run", "continue", "breakpoint list")
    assert "locations = 2, resolved = 2, hit count = 2" in output


def test_breakpoints_of_a_closed_space_are_gone(program: Path) -> None:
    stops = ["breakpoint set -n say_hello", "run close", *["continue"] * 4]
    output = lldb(program, *stops, "breakpoint list")
    assert re.search(r"name = 'say_hello', locations = \d, resolved = 1,", output)


def test_thread_local_variables_are_right_or_refused(program: Path) -> None:
    """lldb 14 knows no number for the register that they count from; later versions do."""
    output = lldb(program, "run", crashed=["expression thread_greetings"])
    printed = re.findall(r"^\(int\) (?:\$0 = )?(\d+)$", output, re.MULTILINE)
    assert printed == ["14"] or "reg_num=58" in output


def test_a_separate_debug_file_is_found(tmp_path: Path) -> None:
    find_lldb()
    program = make_program(tmp_path, "-O2")
    with_separate_debug_file(tmp_path / "libhello.so", "--compress-debug-sections=zlib")
    assert re.search(CRASHED, lldb(program, "run", crashed=["bt"]))
