"""Gdb sees into an isolated extension module, and the interpreter around it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.toolchain import require_tool
from tests.unit.packages.conftest import make_package


def test_a_breakpoint_in_an_isolated_module_shows_its_frame(tmp_path: Path) -> None:
    make_package(tmp_path, "first", 1)
    program = "import sys, isolde; isolde.isolate('first'); import first; first.count()"
    commands = ["set breakpoint pending on", "break count_once", "run", "backtrace"]
    done = subprocess.run(
        [
            *(require_tool("gdb"), "-nx", "-batch"),
            *(word for command in commands for word in ("-ex", command)),
            *("--args", sys.executable, "-c", program),
        ],
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"#0 .*count_once \(.*\) at \S*counting\.c:\d+", done.stdout), done.stdout
    assert re.search(r"#\d+ .*Py\w+ ", done.stdout), done.stdout
