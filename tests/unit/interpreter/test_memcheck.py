"""The native half of a private interpreter under valgrind's memcheck."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.toolchain import require_tool

_SCRIPT = """
import isolde
interpreter = isolde.Interpreter()
interpreter.exec(
    "held = []\\n"
    "def swap(view): held.append(view); return memoryview(bytearray(view))\\n"
    "def fail(): raise LookupError"
)
view = interpreter.call("__main__:swap", memoryview(bytearray(100_000)))
try:
    interpreter.call("__main__:fail")
except LookupError:
    interpreter.close()
print(len(view), interpreter.space.closed)
del view
print(interpreter.space.closed)
"""


def test_memcheck_finds_no_fault_of_ours(tmp_path: Path) -> None:
    log = tmp_path / "log"
    memcheck = [require_tool("valgrind"), "--num-callers=2", "--error-limit=no"]
    done = subprocess.run(
        [*memcheck, "--fullpath-after=", f"--log-file={log}", sys.executable, "-c", _SCRIPT],
        env=os.environ | {"PYTHONMALLOC": "malloc"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("100000 False\nTrue\n", "")
    assert re.findall(r".*(?:/core/interpreter/|libisolde).*", log.read_text()) == []
