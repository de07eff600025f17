"""Opens are refused where the table of mappings would be full, by the limit of the moment."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.toolchain import CORE, compile_object

SOURCE = Path(__file__).parent / "mappings" / "mappings.c"


def test_a_limit_that_was_raised_meanwhile_counts_before_an_open_is_refused(tmp_path: Path) -> None:
    limit = tmp_path / "max_map_count"
    flags = [f"-I{CORE}", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", f'-DLIMIT_PATH="{limit}"']
    program = compile_object(tmp_path / "mappings", [SOURCE, CORE / "mappings.c"], flags)
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    *lines, message = done.stdout.splitlines()
    assert lines == ["3000: refused", "3000: fits"]
    assert re.sub(r"\d+ of", "N of", message) == (
        "libx.so: the process's table of mappings is nearly full: N of vm.max_map_count=3000 are "
        "used and 1024 are kept for libc; close spaces, or raise it with "
        "`sysctl -w vm.max_map_count=12000`"
    )
