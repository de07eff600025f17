from __future__ import annotations

from pathlib import Path

import pytest

_VARIABLES = (
    "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME", "RYE_HOME", "CONDA_PREFIX",
    "MAMBA_ROOT_PREFIX", "MISE_DATA_DIR", "ASDF_DATA_DIR", "ISOLDE_PYTHONS",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder in which nothing is installed, and no variable that names another."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder
