"""The process that opens files for the tests of this folder, and the file they break."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.seeds import write_libraries
from tests.unit.native.opener import Opener


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the fuzzer's seed libraries."""
    folder = tmp_path_factory.mktemp("seeds")
    write_libraries(folder)
    return folder


@pytest.fixture(scope="session")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    opener = Opener(tmp_path_factory.mktemp("opener"))
    yield opener
    opener.close()
