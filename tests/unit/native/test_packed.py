"""Whatever a file of a recipe holds, nothing is written but what relocations may write."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.toolchain import CORE, compile_object

SOURCE = Path(__file__).parent / "packed" / "packed.c"
CORE_FILES = [CORE / name for name in ("packed.c", "recipe.c", "relatives.c", "memo.c")]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("packed") / "packed"
    checked = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-pthread"]
    warnings = ["-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-O1"]
    return compile_object(program, [SOURCE, *CORE_FILES], [f"-I{CORE}", *warnings, *checked])


@pytest.mark.parametrize("seed", range(1, 5))
def test_no_bytes_lead_beyond_what_relocations_may_write(packed: Path, seed: int) -> None:
    done = subprocess.run(
        [str(packed), "50000", str(seed)],
        capture_output=True,
        text=True,
        check=False,
        env={"ASAN_OPTIONS": "detect_leaks=0"},
    )
    assert (done.stdout, done.returncode) == ("some taken, some refused\n", 0), done.stderr
