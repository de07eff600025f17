"""Which Python is meant by a version, a path or a virtual environment; and what is said if none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import isolde
from isolde import PythonNotFoundError, find_python
from isolde.interpreter.choice import find_program
from tests.unit.interpreter.machine import make_python, make_venv


@pytest.fixture
def mine(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that ISOLDE_PYTHONS names."""
    folder = home / "mine"
    folder.mkdir()
    monkeypatch.setenv("ISOLDE_PYTHONS", str(folder))
    return folder


def _refused(python: str | os.PathLike[str] | None = None, venv: Path | None = None) -> str:
    with pytest.raises(PythonNotFoundError) as caught:
        find_python(python, venv)
    return str(caught.value)


def _not_startable(python: str | os.PathLike[str], venv: Path | None = None) -> str:
    with pytest.raises(PythonNotFoundError) as caught:
        find_program(python, venv)
    return str(caught.value)


class TestVersions:
    def test_the_newest_patch_level_is_the_best(self, mine: Path) -> None:
        for version in ("3.12.97", "3.12.99", "3.12.98"):
            make_python(mine / version, version)
        assert find_python("3.12.98").version == "3.12.98"
        found = find_python("3.12")
        assert found.version == "3.12.99" or found.prefix == sys.base_prefix

    def test_a_version_may_be_written_as_the_program_is_called(self, mine: Path) -> None:
        make_python(mine / "a", "3.12.99")
        assert find_python("python3.12.99").version == "3.12.99"

    def test_builds_without_gil_are_asked_for(self, mine: Path) -> None:
        usual = make_python(mine / "a", "3.13.99")
        threaded = make_python(mine / "b", "3.13.99", flags="t")
        assert find_python("3.13.99").path == str(usual)
        assert find_python("3.13.99t").path == str(threaded)

    def test_a_number_is_no_version(self) -> None:
        with pytest.raises(TypeError) as caught:
            find_python(3.12)  # type: ignore[arg-type]
        assert str(caught.value) == (
            "a version of Python is a text, like '3.12', not the number 3.12"
        )

    def test_3_1_is_not_3_10(self, mine: Path) -> None:
        make_python(mine / "a", "3.10.99")
        assert "Python 3.1 cannot be loaded into a space" in _refused("3.1")

    @pytest.mark.parametrize("version", ["3.8", "3.8.18", "3.15"])
    def test_versions_beyond_what_is_run_are_refused(self, version: str) -> None:
        assert _refused(version) == (
            f"Python {version} cannot be loaded into a space: CPython 3.9 to 3.14 can"
        )

    def test_a_version_that_is_nowhere(self, home: Path) -> None:
        with pytest.raises(PythonNotFoundError) as caught:
            find_python("3.12.77")
        error = caught.value
        assert str(error) == (
            f"there is no shared libpython of Python 3.12.77 in {len(error.tried)} folders; "
            "ISOLDE_PYTHONS may name more; "
            "install it: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install 3.12.77, "
            "or uv python install 3.12.77"
        )
        assert error.asked == "3.12.77"
        assert "/usr/local/lib" in error.tried
        assert error.install[1] == "uv python install 3.12.77"

    def test_one_that_was_built_without_a_shared_library(self, mine: Path) -> None:
        prefix = mine / "3.13.77"
        make_python(prefix, "3.13.77", shared=False)
        assert _refused("3.13.77") == (
            f"Python 3.13.77 in {prefix} has no shared libpython3.13.so: install it: "
            "uv python install 3.13, or conda create --name py3.13 python=3.13"
        )


class TestPaths:
    def test_a_libpython(self, mine: Path) -> None:
        library = make_python(mine / "a", "3.12.5")
        assert find_python(library).version == "3.12.5"
        assert find_python(str(mine / "a/lib/libpython3.12.so")).path == str(library)

    def test_a_program_and_a_link_to_it(self, mine: Path, tmp_path: Path) -> None:
        library = make_python(mine / "a", "3.12.5")
        (tmp_path / "py").symlink_to(mine / "a/bin/python3")
        assert find_python(mine / "a/bin/python3").path == str(library)
        assert find_python(tmp_path / "py").path == str(library)

    def test_a_prefix(self, mine: Path) -> None:
        library = make_python(mine / "a", "3.12.5")
        assert find_python(mine / "a").path == str(library)

    def test_the_newest_of_a_prefix(self, tmp_path: Path, home: Path) -> None:
        make_python(tmp_path / "a", "3.10.5")
        library = make_python(tmp_path / "a", "3.13.5")
        assert find_python(tmp_path / "a").path == str(library)

    def test_a_path_that_is_not_there(self, tmp_path: Path) -> None:
        assert _refused(tmp_path / "x") == (
            f"there is no Python '{tmp_path}/x': no such file or folder"
        )

    def test_a_word_that_is_no_version(self) -> None:
        assert _refused("pypy") == (
            "there is no Python 'pypy': no such file or folder "
            "(versions are written 3.12, 3.12.1 or 3.13t)"
        )

    def test_a_folder_that_is_no_prefix(self, tmp_path: Path) -> None:
        assert _refused(tmp_path) == (
            f"'{tmp_path}' is neither a Python's prefix nor a virtual environment: "
            "it has no bin/python3.N and no pyvenv.cfg"
        )

    def test_a_script(self, tmp_path: Path) -> None:
        (tmp_path / "python3").write_text("#!/bin/sh\n")
        assert _refused(tmp_path / "python3") == (
            f"'{tmp_path}/python3' is no Python: it is a script, or no program of x86-64"
        )

    def test_another_program(self) -> None:
        assert _refused("/bin/true") == "'/bin/true' is no Python 3, by its name"

    def test_a_libpython_that_is_too_old(self, tmp_path: Path) -> None:
        library = make_python(tmp_path, "3.8.1")
        assert _refused(library) == (
            f"'{library}' is no libpython of CPython 3.9 to 3.14 for x86-64 and glibc"
        )

    def test_a_libpython_alone(self, tmp_path: Path) -> None:
        library = make_python(tmp_path, "3.12.1")
        (tmp_path / "lib/python3.12/os.py").unlink()
        assert _refused(library) == (
            f"'{library}' has no standard library: there is no {tmp_path}/lib/python3.12/os.py"
        )

    def test_a_program_without_a_shared_library(self, tmp_path: Path) -> None:
        program = make_python(tmp_path, "3.12.1", shared=False)
        assert _refused(program) == (
            f"'{program}', Python 3.12, has no shared libpython3.12.so: install it: "
            "uv python install 3.12, or conda create --name py3.12 python=3.12"
        )

    def test_pyenv_is_told_to_build_it_again(self, home: Path) -> None:
        prefix = home / ".pyenv/versions/3.12.77"
        make_python(prefix, "3.12.77", shared=False)
        assert _refused(prefix) == (
            f"Python 3.12 in {prefix} has no shared libpython3.12.so: install it: "
            "PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install --force 3.12.77"
        )


class TestVirtualEnvironments:
    @pytest.mark.parametrize("key", ["version", "version_info"])
    def test_its_program_and_the_libpython_of_its_base(
        self, mine: Path, tmp_path: Path, key: str
    ) -> None:
        library = make_python(mine / "a", "3.12.5")
        venv = make_venv(tmp_path / "venv", mine / "a/bin", **{key: "3.12.5.final.0"})
        found = find_python(venv=venv)
        assert found.path == str(library)
        assert (found.executable, found.venv) == (f"{venv}/bin/python", str(venv))
        assert found.prefix == str(mine / "a")

    def test_it_may_be_given_as_a_python(self, mine: Path, tmp_path: Path) -> None:
        make_python(mine / "a", "3.12.5")
        venv = make_venv(tmp_path / "venv", mine / "a/bin", version="3.12.5")
        assert find_python(venv) == find_python(venv=venv) == find_python(venv / "bin/python")

    def test_its_base_may_have_been_updated(self, mine: Path, tmp_path: Path) -> None:
        make_python(mine / "a", "3.12.5")
        venv = make_venv(tmp_path / "venv", mine / "a/bin", version="3.12.3")
        assert find_python(venv=venv).version == "3.12.5"

    def test_home_may_hold_links_only(self, mine: Path, tmp_path: Path) -> None:
        library = make_python(mine / "a", "3.12.5")
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/python3.12").symlink_to(mine / "a/bin/python3.12")
        venv = make_venv(tmp_path / "venv", tmp_path / "bin", version="3.12.5")
        assert find_python(venv=venv).path == str(library)

    def test_whether_there_is_a_gil_stands_in_its_folders(self, mine: Path, tmp_path: Path) -> None:
        make_python(mine / "a", "3.13.5")
        library = make_python(mine / "a", "3.13.5", flags="t")
        venv = make_venv(tmp_path / "venv", mine / "a/bin", version="3.13.5")
        (venv / "lib/python3.13t").mkdir(parents=True)
        assert find_python(venv=venv).path == str(library)

    def test_another_libpython_of_that_version_may_be_asked_for(
        self, mine: Path, tmp_path: Path
    ) -> None:
        make_python(mine / "a", "3.12.5", shared=False)
        library = make_python(mine / "b", "3.12.7")
        venv = make_venv(tmp_path / "venv", mine / "a/bin", version="3.12.5")
        found = find_python("3.12.7", venv)
        assert (found.path, found.executable) == (str(library), f"{venv}/bin/python")

    def test_another_version_is_refused(self, mine: Path, tmp_path: Path) -> None:
        make_python(mine / "a", "3.12.5")
        make_python(mine / "b", "3.13.77")
        venv = make_venv(tmp_path / "venv", mine / "a/bin", version="3.12.5")
        assert _refused("3.13.77", venv) == (
            f"the virtual environment {venv} is of Python 3.12, but '3.13.77' is Python 3.13: "
            "its compiled packages would not load"
        )

    def test_a_base_without_a_shared_library(self, mine: Path, tmp_path: Path) -> None:
        make_python(mine / "a", "3.12.5", shared=False)
        venv = make_venv(tmp_path / "venv", mine / "a/bin", version="3.12.5")
        assert _refused(venv=venv) == (
            f"the virtual environment {venv} is of Python 3.12 in {mine / 'a'}, "
            "has no shared libpython3.12.so: install it: "
            "uv python install 3.12, or conda create --name py3.12 python=3.12"
        ).replace(", has", ", which has")

    def test_debians_package_is_named(self, tmp_path: Path) -> None:
        if not Path("/etc/debian_version").exists():
            pytest.skip("no Debian")
        venv = make_venv(tmp_path / "venv", Path("/usr/bin"), version="3.14.0")
        if Path("/usr/lib/x86_64-linux-gnu/libpython3.14.so.1.0").exists():
            pytest.skip("this Debian has it")
        assert _refused(venv=venv) == (
            f"the virtual environment {venv} is of Python 3.14 in /usr, which has no shared "
            "libpython3.14.so: install it: apt-get install libpython3.14"
        )

    def test_a_folder_that_is_none(self, tmp_path: Path) -> None:
        assert _refused(venv=tmp_path) == (
            f"'{tmp_path}' is no virtual environment: it has no pyvenv.cfg "
            "(a prefix of Python's, or of conda's, is a python=)"
        )
        assert _refused(venv=tmp_path / "x") == (
            f"'{tmp_path}/x' is no virtual environment: no such folder"
        )


class TestTheRunningPython:
    def test_it_is_meant_where_nothing_is_said(self) -> None:
        found = find_python()
        assert found.minor == f"{sys.version_info.major}.{sys.version_info.minor}{sys.abiflags}"
        assert found.prefix == sys.base_prefix

    def test_its_virtual_environment_is_meant_too(self) -> None:
        found = find_python()
        if sys.prefix == sys.base_prefix:
            assert found.venv is None
        else:
            assert (found.venv, found.executable) == (sys.prefix, f"{sys.prefix}/bin/python")


@pytest.mark.parametrize("python", isolde.pythons(), ids=lambda python: python.path)
def test_a_real_virtual_environment(python: isolde.Python, tmp_path: Path) -> None:
    """The machine's Pythons make one, and its own program agrees with what is told of it."""
    if python.executable is None:
        pytest.skip("it has no program")
    venv = tmp_path / "venv"
    subprocess.run([python.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    found = find_python(venv=venv)
    code = "import sys; print(sys.prefix, sys.base_prefix)"
    assert found.executable is not None
    told = subprocess.run(
        [found.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == [str(venv), found.prefix]
    assert (found.path, found.version) == (python.path, python.version)


class TestPrograms:
    def test_no_shared_library_is_needed(self, mine: Path) -> None:
        program = make_python(mine / "a", "3.12.77", shared=False)
        assert find_program("3.12.77") == str(program)
        assert find_program(mine / "a") == str(mine / "a/bin/python3")

    def test_that_of_a_libpython(self, tmp_path: Path) -> None:
        library = make_python(tmp_path, "3.12.1")
        assert find_program(library) == f"{tmp_path}/bin/python3.12"
        (tmp_path / "bin/python3.12").unlink()
        assert _not_startable(library) == (
            f"'{library}' comes without a program: there is no bin/python3.12 in {tmp_path}"
        )

    def test_a_file_that_is_not_executable(self, tmp_path: Path) -> None:
        (tmp_path / "python").touch()
        assert _not_startable(tmp_path / "python") == f"'{tmp_path}/python' may not be executed"

    def test_a_folder_without_a_program(self, tmp_path: Path) -> None:
        assert _not_startable(tmp_path) == (
            f"'{tmp_path}' has no bin/python3: it is no Python's prefix"
        )

    def test_a_program_of_another_version_than_the_environment(
        self, mine: Path, tmp_path: Path
    ) -> None:
        make_python(mine / "a", "3.12.77", shared=False)
        make_python(mine / "b", "3.13.77", shared=False)
        venv = make_venv(tmp_path / "venv", mine / "a/bin", version="3.12.77")
        assert find_program("3.12.77", venv) == f"{venv}/bin/python"
        assert _not_startable("3.13.77", venv) == (
            f"the virtual environment {venv} is of Python 3.12, but '3.13.77' is Python 3.13: "
            "its compiled packages would not load"
        )

    def test_older_versions_are_found(self, mine: Path) -> None:
        program = make_python(mine / "a", "3.7.77", shared=False)
        assert find_program("3.7.77") == str(program)

    def test_the_running_one_is_meant_where_nothing_is_said(self) -> None:
        assert find_program() == sys.executable

    def test_a_virtual_environment(self, mine: Path, tmp_path: Path) -> None:
        make_python(mine / "a", "3.12.77", shared=False)
        venv = make_venv(tmp_path / "venv", mine / "a/bin", version="3.12.77")
        assert find_program(venv=venv) == find_program(venv) == f"{venv}/bin/python"

    def test_a_virtual_environment_whose_base_is_gone(self, mine: Path, tmp_path: Path) -> None:
        venv = make_venv(tmp_path / "venv", mine / "gone/bin", version="3.12.77")
        with pytest.raises(PythonNotFoundError) as caught:
            find_program(venv=venv)
        assert str(caught.value) == (
            f"{venv}/bin/python leads to no Python any more: make the virtual environment anew"
        )

    def test_a_version_that_is_nowhere(self, home: Path) -> None:
        with pytest.raises(PythonNotFoundError) as caught:
            find_program("3.12.77")
        error = caught.value
        assert str(error) == (
            f"there is no Python 3.12.77 in {len(error.tried) - 1} folders, nor in PATH; "
            "ISOLDE_PYTHONS may name more; "
            "install it: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install 3.12.77, "
            "or uv python install 3.12.77"
        )
