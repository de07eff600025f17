from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from isolde.engine import Engine
from isolde.gateway import Application
from tests.unit.engine.sample import make_module, manifest


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("modules")
    make_module(directory / "sample", manifest("sample"))
    return directory


@pytest.fixture
def application(modules: Path) -> Iterator[Application]:
    made = Application(Engine(modules), threads=4, largest_body=1000)
    yield made
    made.close()
