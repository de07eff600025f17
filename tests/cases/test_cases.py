"""Every rule of the loader, a folder each: the same host program in every way (case.WAYS).

glibc is the oracle: a case that glibc does not pass says something untrue about loaders, unless
it says itself what glibc cannot do.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cases.builder import build_objects, run_host
from tests.cases.case import GLIBC, Case, all_cases

Built = Callable[[Case], Path]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build a case's objects once a session, and give the folder they are in."""
    folders: dict[Path, Path] = {}

    def build(case: Case) -> Path:
        if case.folder not in folders:
            folder = tmp_path_factory.mktemp(case.folder.name)
            build_objects(case, folder)
            folders[case.folder] = folder
        return folders[case.folder]

    return build


def _marks(case: Case, way: str) -> list[pytest.MarkDecorator]:
    """Another glibc may do better than the documented one."""
    reason = case.fails.get(way)
    return [pytest.mark.xfail(strict=way != GLIBC, reason=reason)] if reason else []


_PAIRS = [
    pytest.param(case, way, id=f"{case.folder.name}-{way}", marks=_marks(case, way))
    for case in all_cases()
    for way in case.ways
]


@pytest.mark.parametrize(("case", "way"), _PAIRS)
def test_rule(case: Case, way: str, built: Built) -> None:
    missing = [tool for tool in case.tools() if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    build = built(case)
    done = run_host(case, way, build)
    expected = case.expected(way)
    if expected is None:
        expected = run_host(case, GLIBC, build).stdout
        assert expected, "glibc's own run printed nothing to compare with"
    assert done.stdout == expected, f"{case.rule}\n{done.stderr}"
    assert done.returncode == 0, done.stderr
