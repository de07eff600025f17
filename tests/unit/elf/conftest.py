"""The small files that the reader's tests read: every class, byte order and kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.small_files import write_files
from tests.toolchain import MissingToolError, require_tool


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The path of a small file, by its name; the foreign ones are there with clang and lld only."""
    require_tool("gcc")
    folder = tmp_path_factory.mktemp("small")
    write_files(folder)

    def named(name: str) -> Path:
        if not (folder / name).exists():
            raise MissingToolError(f"no {name} without clang and lld")
        return folder / name

    return named
