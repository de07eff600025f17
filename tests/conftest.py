"""What every test run says about itself first: which loader, compiler and libc it ran on."""

from __future__ import annotations

import os
import platform
import subprocess

from tests.toolchain import REPOSITORY


def pytest_report_header() -> list[str]:
    """Name the C library, the compiler and the libisolde.so of this run."""
    compiler = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    library = os.environ.get("ISOLDE_LIBRARY", "the installed package's")
    return [
        f"libisolde: {library} ({REPOSITORY})",
        f"{' '.join(platform.libc_ver())}, {compiler.stdout.splitlines()[0]}",
    ]
