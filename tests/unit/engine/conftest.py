from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from isolde.engine import Module, load_module
from tests.unit.engine.sample import make_module, manifest


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_module(tmp_path_factory.mktemp("modules") / "sample", manifest("sample"))


@pytest.fixture
def module(sample_folder: Path) -> Iterator[Module]:
    loaded = load_module(sample_folder)
    yield loaded
    loaded.close()
