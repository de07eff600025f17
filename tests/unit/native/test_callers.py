"""However many images there are, dlopen and its kind know which of them calls."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.toolchain import compile_library, compile_object, link_with_libisolde

SOURCES = Path(__file__).parent / "callers"


def test_more_images_than_one_chunk_has_entries_for_are_told_apart(tmp_path: Path) -> None:
    library = compile_library(tmp_path / "libasks.so", [SOURCES / "asks.c"], ["-pthread"])
    host = compile_object(tmp_path / "many", [SOURCES / "many.c"], [*link_with_libisolde()])
    done = subprocess.run(
        [str(host), str(library), "1600"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "1600 800\n"
