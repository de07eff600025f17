"""One version, wherever one asks."""

from __future__ import annotations

import ctypes
import importlib.metadata
import re

import isolde
from tests.toolchain import REPOSITORY, libisolde
from tests.unit.house.sources import HEADER


def _written_in_pyproject() -> str:
    found = re.search(r'^version = "(.*)"$', (REPOSITORY / "pyproject.toml").read_text(), re.M)
    assert found
    return found.group(1)


def test_the_package_says_the_version_of_pyproject() -> None:
    assert isolde.__version__ == _written_in_pyproject()


def test_the_installed_distribution_is_that_version() -> None:
    assert importlib.metadata.version("isolde") == _written_in_pyproject()


def test_the_library_says_the_version_of_pyproject() -> None:
    version = ctypes.CDLL(str(libisolde())).isolde_version
    version.restype = ctypes.c_char_p
    assert version().decode() == _written_in_pyproject()


def test_the_header_names_the_version_it_documents() -> None:
    assert f'/* "{_written_in_pyproject()}" */' in HEADER.read_text()


def test_the_library_speaks_the_header_s_interface_number() -> None:
    found = re.search(r"#define ISOLDE_ABI (\d+)", HEADER.read_text())
    assert found
    assert ctypes.CDLL(str(libisolde())).isolde_abi() == int(found.group(1))


def test_the_changelog_has_an_entry_for_the_version() -> None:
    headings = re.findall(r"^## (.*)$", (REPOSITORY / "CHANGELOG.md").read_text(), re.M)
    assert any(_written_in_pyproject() in heading for heading in headings)
