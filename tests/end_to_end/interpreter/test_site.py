"""An interpreter to which what site does is only told is like one that has imported site."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import isolde

_PYTHONS = {
    p.minor: p for p in reversed(isolde.pythons()) if not p.free_threaded and p.minor[-1].isdigit()
}

_FACTS = """
import sys
names, modules = dir(sys), set(sys.builtin_module_names)

def told():
    return type(sys.modules["site"]) is not type(sys)

def facts():
    import builtins, subprocess, types
    path = list(sys.path)
    import site
    assert type(site) is types.ModuleType and sys.path == path
    return {
        "path": path,
        "prefixes": (sys.prefix, sys.exec_prefix, sys.base_prefix, sys._home),
        "flags": tuple(sys.flags),
        "orig_argv": getattr(sys, "orig_argv", None),
        "names of sys": names,
        "built-in modules": modules,
        "builtins": dir(builtins),
        "texts": [repr(vars(builtins)[name]) for name in ("exit", "copyright", "credits", "help")],
        "license": [value for value in vars(license).values()],
        "hook": callable(sys.__interactivehook__),
        "site": [(n, v) for n, v in sorted(vars(site).items()) if isinstance(v, (str, bool, list))],
        "names of site": dir(site),
        "site-packages": (site.getsitepackages(), site.getusersitepackages()),
        "arguments": subprocess._args_from_interpreter_flags(),
    }

def path_of_subinterpreter():
    try:
        import _xxsubinterpreters as own
    except ImportError:
        import _interpreters as own
    number = own.create()
    own.run_string(number, "import sys; open(%r, 'w').write(repr(sys.path))")
    own.destroy(number)
"""


def _make_venv(python: isolde.Python, path: Path) -> Path:
    """A virtual environment whose files have not been changed for a while."""
    assert python.executable is not None
    subprocess.run([python.executable, "-m", "venv", "--without-pip", path], check=True)
    packages = next(path.glob("lib/python3*/site-packages"))
    (packages / "only_here.py").write_text("value = 1")
    (packages / "folder").mkdir()
    (packages / "a.pth").write_text("# a folder\nfolder\nno_folder\n")
    for each in [path, *path.rglob("*")]:
        os.utime(each, (1e9, 1e9), follow_symlinks=False)
    return path


def _has_sitecustomize(python: isolde.Python) -> bool:
    return any(Path(python.prefix).glob(f"lib/python{python.minor}/sitecustomize.py"))


@pytest.fixture(params=list(_PYTHONS.values()), ids=list(_PYTHONS))
def python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> isolde.Python:
    monkeypatch.setattr("isolde.interpreter.interpreter._sites", {})
    found: isolde.Python = request.param
    return found


def _interpreter(**which: Any) -> isolde.Interpreter:
    interpreter = isolde.Interpreter(**which)
    interpreter.exec(_FACTS)
    return interpreter


def test_the_second_interpreter_of_an_environment_is_like_the_first(
    python: isolde.Python, tmp_path: Path
) -> None:
    venv = _make_venv(python, tmp_path / "venv")
    with _interpreter(venv=venv) as cold, _interpreter(venv=venv) as warm:
        assert not cold.call("__main__:told")
        assert warm.call("__main__:told") == (not _has_sitecustomize(python))
        warm.exec("import only_here")
        assert cold.call("__main__:facts") == warm.call("__main__:facts")


def test_the_second_interpreter_without_an_environment_is_like_the_first(
    python: isolde.Python,
) -> None:
    with _interpreter(python=python) as cold, _interpreter(python=python) as warm:
        assert cold.call("__main__:facts") == warm.call("__main__:facts")


def test_a_subinterpreter_of_the_second_interpreter_imports_site(
    python: isolde.Python, tmp_path: Path
) -> None:
    venv = _make_venv(python, tmp_path / "venv")
    answer = tmp_path / "path"
    source = _FACTS.replace("%r", repr(str(answer)))
    for _ in range(2):
        with isolde.Interpreter(venv=venv) as interpreter:
            interpreter.exec(source)
            interpreter.call("__main__:path_of_subinterpreter")
        assert f"{venv}/lib/python{python.minor}/site-packages" in answer.read_text()
