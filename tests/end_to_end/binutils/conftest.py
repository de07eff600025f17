"""What the comparisons with GNU's tools share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.binutils.kinds import make_kinds
from tests.end_to_end.binutils.objects import make_objects


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Small object files, executables, libraries and an archive."""
    return make_objects(tmp_path_factory.mktemp("objects"))


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files by what they are: "object", "library", "archive" and so on."""
    return make_kinds(tmp_path_factory.mktemp("kinds"))
