"""Which folders a Python imports from, told without running it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from isolde.diagnose.collide import environment_of, this_environment
from isolde.diagnose.collide.environment import NoPythonError


def _folders_by_python(program: Path) -> set[str]:
    code = "import sys; print(*sys.path, sep='\\n')"
    done = subprocess.run([program, "-c", code], capture_output=True, text=True, check=True)
    return {line for line in done.stdout.splitlines() if line.endswith(("-packages", "extra"))}


def test_a_virtual_environments_folders_are_those_that_its_python_has(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    (tmp_path / "extra").mkdir()
    program = tmp_path / "env/bin/python"
    (packages,) = (tmp_path / "env/lib").glob("python3*/site-packages")
    (packages / "some.pth").write_text(f"# a note\nimport sys\n{tmp_path / 'extra'}\n/nowhere\n")
    for name in (program, program.parents[1]):
        found = environment_of(str(name))
        assert found.program == os.path.realpath(sys.executable)
        assert set(found.folders) == _folders_by_python(program)


def test_this_python_is_the_one_that_runs() -> None:
    found = this_environment()
    assert found.program == os.path.realpath(sys.executable)
    assert found.tag == "{}{}".format(*sys.version_info)


def test_folders_asked_for_come_first(tmp_path: Path) -> None:
    found = this_environment().with_folders([str(tmp_path)])
    assert found.folders[0] == str(tmp_path)


def test_no_python_is_told_with_what_would_be(tmp_path: Path) -> None:
    with pytest.raises(NoPythonError) as caught:
        environment_of(str(tmp_path))
    assert str(caught.value) == (
        f"{tmp_path}/bin/python: no Python there; name its program, or its virtual folder"
    )
