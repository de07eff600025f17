"""What to install where a shared libpython is missing."""

# ruff: noqa: PTH113, PTH119, PTH120
# Paths are text in this room: they come from pyvenv.cfg and sys.prefix and go to C.
from __future__ import annotations

import os

_DEBIAN = "/etc/debian_version"


def ways_to_share(prefix: str, minor: str) -> tuple[str, ...]:
    """How the Python MINOR in PREFIX comes by a libpython; else how one that has it is made."""
    if prefix == "/usr" and os.path.isfile(_DEBIAN):
        return (f"apt-get install libpython{minor}",)
    if os.path.basename(os.path.dirname(prefix)) == "versions" and "pyenv" in prefix:
        version = os.path.basename(prefix)
        return (f"PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install --force {version}",)
    return (f"uv python install {minor}", f"conda create --name py{minor} python={minor}")


def ways_to_get(version: str) -> tuple[str, ...]:
    """How this machine comes by a Python of that version that has a libpython."""
    ways = (
        f"PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install {version}",
        f"uv python install {version}",
    )
    if version.count(".") == 1 and version[-1].isdigit() and os.path.isfile(_DEBIAN):
        return (*ways, f"apt-get install libpython{version}")  # where this Debian has it
    return ways
