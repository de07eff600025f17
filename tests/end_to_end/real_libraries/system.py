"""Which of the system's libraries are there to be exercised."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/lib/x86_64-linux-gnu",
    "/usr/lib64",
    "/lib64",
    "/usr/lib",
)


def needs(*sonames: str) -> pytest.MarkDecorator:
    """Skip a module's tests where the system lacks one of these libraries."""
    missing = [name for name in sonames if not any((Path(f) / name).exists() for f in _FOLDERS)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def needs_program(name: str) -> pytest.MarkDecorator:
    """Skip a module's tests where there is no such program."""
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"not installed: {name}")
