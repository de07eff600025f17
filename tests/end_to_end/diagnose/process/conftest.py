from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.diagnose.process.held import PROGRAMS
from tests.toolchain import compile_library, compile_object


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the compiled programs: namespaces, waits, churn."""
    folder = tmp_path_factory.mktemp("programs")
    for name in ("namespaces", "waits", "churn"):
        compile_object(folder / name, [PROGRAMS / f"{name}.c"], ["-ldl", "-pthread"])
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library that nobody else has."""
    return build_part(tmp_path / "libpart.so.1", 1)


def build_part(output: Path, part: int) -> Path:
    """Compile a library; another PART is another build."""
    flags = [f"-DPART={part}", "-Wl,--build-id", "-Wl,-soname,libpart.so.1"]
    return compile_library(output, [PROGRAMS / "part.c"], flags)
