"""What every test run says of itself first, and how it takes a machine that lacks a program."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from tests.toolchain import REPOSITORY, MissingToolError


def pytest_report_header() -> list[str]:
    """Name the C library, the compiler and the libisolde.so of this run."""
    compiler = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    library = os.environ.get("ISOLDE_LIBRARY", "the installed package's")
    return [
        f"libisolde: {library} ({REPOSITORY})",
        f"{' '.join(platform.libc_ver())}, {compiler.stdout.splitlines()[0]}",
    ]


@contextmanager
def _a_missing_tool_skips() -> Iterator[None]:
    """Skip what needs a program this machine lacks, except in CI, which installs them all."""
    try:
        yield
    except MissingToolError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    with _a_missing_tool_skips():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    with _a_missing_tool_skips():
        return (yield)
