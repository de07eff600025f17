"""libgomp takes 136 bytes of static TLS: eleven copies in a plain process, more when prepared."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.real_libraries.system import needs
from tests.toolchain import compile_library

pytestmark = needs("libgomp.so.1")
HERE = Path(__file__).resolve().parent
SURPLUS = "glibc.rtld.optional_static_tls=16384"


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("openmp") / "libparallel.so"
    return compile_library(output, [HERE / "parallel.c"], ["-fopenmp"])


def lines_of_a_run(module: Path, copies: int, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, str(HERE / "openmp_in_spaces.py"), str(module), str(copies)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.splitlines()


def test_twenty_spaces_in_a_process_started_with_room_for_them(module: Path) -> None:
    assert lines_of_a_run(module, 20, GLIBC_TUNABLES=SURPLUS) == ["used 20"]


def test_a_plain_process_says_what_ran_out_and_the_way_out(module: Path) -> None:
    error, used = lines_of_a_run(module, 30, GLIBC_TUNABLES="")
    assert "libgomp.so.1" in error
    assert "static TLS" in error
    assert "glibc.rtld.optional_static_tls" in error
    assert 5 <= int(used.split()[1]) < 30
