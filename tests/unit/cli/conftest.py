from __future__ import annotations

from pathlib import Path

import pytest

from tests.toolchain import compile_library


@pytest.fixture(scope="session")
def faults(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a library whose functions go wrong."""
    source = Path(__file__).parent / "sources" / "faults.c"
    return str(compile_library(tmp_path_factory.mktemp("faults") / "libfaults.so", [source]))
