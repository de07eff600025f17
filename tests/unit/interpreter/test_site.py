"""What site did is told to the next interpreter only as long as it would do the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import isolde

_LINES = {
    "setuptools": (
        "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == "
        "'local'; enabled and __import__('_distutils_hack').add_shim(); "
    ),
    "isolde": (Path(__file__).parents[3] / "cmake/isolde.pth").read_text(),
}
_SHIM = "shims = []\ndef add_shim(): shims.append(1)\n"


@pytest.fixture(autouse=True)
def _nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isolde.interpreter.interpreter._sites", {})
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.delenv("ISOLDE_ISOLATE", raising=False)
    monkeypatch.delenv("PYTHONPATH", raising=False)


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    path = tmp_path / "venv"
    base = isolde.find_python().prefix
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    program = f"{base}/bin/python{minor}"
    asked = "import sys; sys.exit('sitecustomize' in sys.modules)"
    if subprocess.run([program, "-I", "-c", asked], check=False).returncode:
        pytest.skip(f"{program} runs a sitecustomize of its own: site is never told")
    subprocess.run([program, "-m", "venv", "--without-pip", path], check=True)
    (path / "later").mkdir()
    _settle(path)
    return path


def _settle(path: Path) -> None:
    for each in [path, *path.rglob("*")]:
        os.utime(each, (1e9, 1e9), follow_symlinks=False)


def _packages(venv: Path) -> Path:
    return next(venv.glob("lib/python3*/site-packages"))


def _is_told(venv: Path, then: str = "") -> bool:
    """Whether a new interpreter is told what site does; in which THEN is executed."""
    with isolde.Interpreter(venv=venv) as interpreter:
        interpreter.exec("import sys")
        interpreter.exec("told = type(sys.modules['site']) is not type(sys)")
        interpreter.exec(then)
        interpreter.exec("def is_told(): return told")
        return bool(interpreter.call("__main__:is_told"))


def test_the_second_interpreter_is_told(venv: Path) -> None:
    assert [_is_told(venv) for _ in range(3)] == [False, True, True]


def test_a_new_pth_file_counts(venv: Path) -> None:
    assert [_is_told(venv) for _ in range(2)] == [False, True]
    (_packages(venv) / "new.pth").write_text(f"{venv}/later\n")
    assert not _is_told(venv, f"assert {f'{venv}/later'!r} in sys.path, sys.path")


def test_a_changed_pth_file_counts_even_with_its_old_time_and_size(venv: Path) -> None:
    file = _packages(venv) / "a.pth"
    file.write_text(f"{venv}/never\n")
    _settle(venv)
    assert [_is_told(venv) for _ in range(2)] == [False, True]
    file.write_text(f"{venv}/later\n")
    os.utime(file, (1e9, 1e9))
    assert not _is_told(venv, f"assert {f'{venv}/later'!r} in sys.path, sys.path")


def test_a_folder_that_a_pth_file_names_counts_when_it_comes(venv: Path) -> None:
    (_packages(venv) / "a.pth").write_text(f"{venv}/never\n")
    _settle(venv)
    assert [_is_told(venv) for _ in range(2)] == [False, True]
    (venv / "never").mkdir()
    assert not _is_told(venv, f"assert {f'{venv}/never'!r} in sys.path, sys.path")


def test_a_changed_configuration_counts(venv: Path) -> None:
    assert [_is_told(venv) for _ in range(2)] == [False, True]
    config = venv / "pyvenv.cfg"
    config.write_text(config.read_text().replace("packages = false", "packages = true"))
    base = isolde.find_python().prefix
    there = f"any(each.startswith({base!r}) and 'packages' in each for each in sys.path)"
    assert not _is_told(venv, f"assert {there}, sys.path")


def test_a_new_sitecustomize_counts_and_is_run_by_each(venv: Path) -> None:
    assert [_is_told(venv) for _ in range(2)] == [False, True]
    (_packages(venv) / "sitecustomize.py").write_text("import sys; sys.customized = True")
    _settle(venv)
    assert not _is_told(venv, "sys.customized")
    assert not _is_told(venv, "sys.customized")


def test_a_new_user_site_folder_counts(
    venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUSERBASE", str(tmp_path / "user"))
    config = venv / "pyvenv.cfg"
    config.write_text(config.read_text().replace("packages = false", "packages = true"))
    _settle(venv)
    _is_told(venv)
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = tmp_path / f"user/lib/python{minor}/site-packages"
    folder.mkdir(parents=True)
    assert not _is_told(venv, f"assert {str(folder)!r} in sys.path, sys.path")


def test_another_environment_variable_counts(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [_is_told(venv) for _ in range(2)] == [False, True]
    monkeypatch.setenv("PYTHONPATH", f"{venv}/later")
    assert not _is_told(venv, f"assert sys.path[0] == {f'{venv}/later'!r}, sys.path")


def test_a_relative_pythonpath_follows_the_current_folder(
    venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "later")
    for folder in (tmp_path, venv):
        monkeypatch.chdir(folder)
        assert not _is_told(venv, f"assert sys.path[0] == {f'{folder}/later'!r}, sys.path")


def test_what_changed_just_now_is_not_relied_on(venv: Path) -> None:
    future = 1e10
    os.utime(_packages(venv), (future, future))
    assert [_is_told(venv) for _ in range(2)] == [False, False]


def test_an_unknown_import_line_is_executed_by_site_each_time(venv: Path) -> None:
    (_packages(venv) / "a.pth").write_text("import sys; sys.lines = [1]\n")
    _settle(venv)
    assert [_is_told(venv, "assert sys.lines == [1]") for _ in range(2)] == [False, False]


@pytest.mark.parametrize("known", list(_LINES))
def test_a_known_import_line_is_executed_again(venv: Path, known: str) -> None:
    (_packages(venv) / "_distutils_hack.py").write_text(_SHIM)
    (_packages(venv) / "a.pth").write_text(_LINES[known])
    _settle(venv)
    hack = "sys.modules.get('_distutils_hack')"
    effect = f"assert bool(getattr({hack}, 'shims', [])) == {known == 'setuptools'}, {hack}"
    assert [_is_told(venv, effect) for _ in range(2)] == [False, True]


def test_a_site_that_is_told_can_be_changed_before_it_is_read(venv: Path) -> None:
    _is_told(venv)
    then = """
site = sys.modules["site"]
site.PREFIXES = ["/p"]
assert site.getsitepackages()[0].startswith("/p/"), site.getsitepackages()
path = list(sys.path)
import importlib; assert importlib.reload(site) is site
assert sys.path == path
"""
    assert _is_told(venv, then)
