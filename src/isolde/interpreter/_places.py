"""Where Pythons live on a Linux machine: folders that are looked into, and in which order.

A *prefix* is what Python calls so: the folder that has ``bin`` and ``lib``.  Each way of installing
Pythons is one function here; what a way knows by heart (a folder's name) stands beside its variable
(PYENV_ROOT), and no program is asked.
"""

# ruff: noqa: PTH111, PTH112, PTH118, PTH123
# Paths are text in this room: they come from pyvenv.cfg and sys.prefix and go to C.
from __future__ import annotations

import os
import sys
from collections.abc import Iterator

VARIABLE = "ISOLDE_PYTHONS"
MULTIARCH = "x86_64-linux-gnu"
_CONDA_ROOTS = ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba")


def prefixes() -> list[str]:
    """Every folder that may be a Python's prefix and exists, each once: asked-for ones first."""
    found = (
        *_asked_for(),
        sys.base_prefix,
        *_pyenv(),
        *_standalone(),
        *_conda(),
        *_other_managers(),
        "/usr/local",
        "/usr",
    )
    return [path for path in dict.fromkeys(map(os.path.abspath, found)) if os.path.isdir(path)]


def library_folders(prefix: str) -> list[str]:
    """Where a Python with this prefix may keep its libpython."""
    return [os.path.join(prefix, part) for part in ("lib", f"lib/{MULTIARCH}", "lib64", "")]


def _asked_for() -> Iterator[str]:
    """Of ISOLDE_PYTHONS: prefixes, folders full of prefixes, or folders with a libpython."""
    for folder in os.environ.get(VARIABLE, "").split(":"):
        if folder:
            yield folder
            yield from _inside(folder)


def _pyenv() -> Iterator[str]:
    root = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    yield from _inside(os.path.join(root, "versions"))
    home = os.path.expanduser("~/.pyenv")
    if root != home:
        yield from _inside(os.path.join(home, "versions"))


def _standalone() -> Iterator[str]:
    """The builds of python-build-standalone that uv and rye download."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    for folder in (os.environ.get("UV_PYTHON_INSTALL_DIR"), os.path.join(data, "uv", "python")):
        if folder:
            yield from _inside(folder)
    rye = os.path.join(os.environ.get("RYE_HOME") or os.path.expanduser("~/.rye"), "py")
    for folder in _inside(rye):
        yield folder
        yield os.path.join(folder, "install")


def _conda() -> Iterator[str]:
    """Prefixes of conda, mamba and micromamba: the roots, and the environments made from them."""
    named = (os.environ.get("CONDA_PREFIX"), os.environ.get("MAMBA_ROOT_PREFIX"))
    at_home = [os.path.expanduser(f"~/{name}") for name in _CONDA_ROOTS]
    for root in (*named, *at_home, "/opt/conda", "/opt/miniconda3", "/opt/miniforge3"):
        if root:
            yield root
            yield from _inside(os.path.join(root, "envs"))
    try:
        with open(os.path.expanduser("~/.conda/environments.txt"), encoding="utf-8") as file:
            yield from (line.strip() for line in file if line.strip())
    except (OSError, UnicodeDecodeError):
        return


def _other_managers() -> Iterator[str]:
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    mise = os.environ.get("MISE_DATA_DIR") or os.path.join(data, "mise")
    asdf = os.environ.get("ASDF_DATA_DIR") or os.path.expanduser("~/.asdf")
    for root in (mise, asdf):
        yield from _inside(os.path.join(root, "installs", "python"))


def _inside(folder: str) -> list[str]:
    """The folders in FOLDER, newest name first."""
    try:
        with os.scandir(folder) as entries:
            return sorted((each.path for each in entries if each.is_dir()), reverse=True)
    except OSError:
        return []
