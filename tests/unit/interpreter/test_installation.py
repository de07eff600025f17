"""Which Pythons of a machine are found, in which order, and what is said of each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import isolde
from isolde import Python
from tests.unit.interpreter.machine import make_python


def _found_in(folder: Path) -> list[Python]:
    return [each for each in isolde.pythons() if Path(each.path).is_relative_to(folder)]


@pytest.mark.parametrize(
    ("place", "variables"),
    [
        (".pyenv/versions/3.12.1", {}),
        ("roots/versions/3.12.1", {"PYENV_ROOT": "roots"}),
        (".local/share/uv/python/cpython-3.12.1-linux-x86_64-gnu", {}),
        ("data/uv/python/cpython-3.12.1-linux-x86_64-gnu", {"XDG_DATA_HOME": "data"}),
        ("uvs/cpython-3.12", {"UV_PYTHON_INSTALL_DIR": "uvs"}),
        (".rye/py/cpython@3.12.1", {}),
        (".rye/py/cpython@3.12.1/install", {}),
        ("miniconda3", {}),
        ("anaconda3/envs/work", {}),
        ("miniforge3/envs/work", {}),
        ("current", {"CONDA_PREFIX": "current"}),
        ("mamba/envs/work", {"MAMBA_ROOT_PREFIX": "mamba"}),
        (".asdf/installs/python/3.12.1", {}),
        (".local/share/mise/installs/python/3.12.1", {}),
        ("mine", {"ISOLDE_PYTHONS": "mine"}),
        ("many/mine", {"ISOLDE_PYTHONS": "many"}),
    ],
)
def test_a_python_is_found_where_its_manager_puts_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, place: str, variables: dict[str, str]
) -> None:
    for name, folder in variables.items():
        monkeypatch.setenv(name, str(home / folder))
    library = make_python(home / place, "3.12.1")
    prefix = str(home / place)
    program = f"{prefix}/bin/python3.12"
    assert _found_in(home) == [Python(str(library), "3.12.1", prefix, program)]


def test_an_environment_that_conda_keeps_a_list_of_is_found(home: Path) -> None:
    library = make_python(home / "elsewhere" / "env", "3.11.9")
    (home / ".conda").mkdir()
    (home / ".conda" / "environments.txt").write_text(f"{home}/gone\n{home}/elsewhere/env\n")
    assert [each.path for each in _found_in(home)] == [str(library)]


def test_isolde_pythons_names_several_folders(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_python(home / "one", "3.10.2")
    make_python(home / "two", "3.11.2")
    monkeypatch.setenv("ISOLDE_PYTHONS", f"{home / 'one'}::{home / 'nowhere'}:{home / 'two'}")
    assert [each.version for each in _found_in(home)] in (
        ["3.11.2", "3.10.2"],
        ["3.10.2", "3.11.2"],
    )


def test_newer_versions_stand_before_older_ones(home: Path) -> None:
    versions = ["3.9.18", "3.10.1", "3.13.0rc2", "3.13.0", "3.13.1", "3.12.10", "3.12.9", "3.14.0"]
    for version in versions:
        make_python(home / ".pyenv" / "versions" / version, version)
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    rest = [each.version for each in _found_in(home) if each.minor != running]
    order = ["3.14.0", "3.13.1", "3.13.0", "3.13.0rc2", "3.12.10", "3.12.9", "3.10.1", "3.9.18"]
    assert rest == [version for version in order if not version.startswith(f"{running}.")]


def test_the_version_that_is_running_stands_first(home: Path) -> None:
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    for version in ("3.9.99", "3.10.99", "3.11.99", "3.12.99", "3.13.99", "3.14.99"):
        make_python(home / ".pyenv" / "versions" / version, version)
    assert _found_in(home)[0].version == f"{running}.99"


def test_builds_without_gil_and_debug_builds_stand_behind_the_usual_one(home: Path) -> None:
    for flags in ("t", "", "d"):
        make_python(home / ".pyenv" / "versions" / f"3.13.5{flags}", "3.13.5", flags=flags)
    found = _found_in(home)
    assert [each.minor for each in found] == ["3.13", "3.13d", "3.13t"]
    assert [each.free_threaded for each in found] == [False, False, True]
    assert found[2].executable == f"{home}/.pyenv/versions/3.13.5t/bin/python3.13t"


@pytest.mark.parametrize("version", ["3.8.18", "3.15.0", "3.6.1"])
def test_versions_that_isolde_does_not_run_are_left_out(home: Path, version: str) -> None:
    make_python(home / ".pyenv" / "versions" / version, version)
    assert _found_in(home) == []


def test_a_file_is_listed_once_however_many_links_lead_to_it(home: Path) -> None:
    make_python(home / ".pyenv" / "versions" / "3.12.1", "3.12.1")
    (home / ".pyenv" / "versions" / "3.12").symlink_to("3.12.1")
    (home / "miniconda3").symlink_to(".pyenv/versions/3.12.1")
    assert len(_found_in(home)) == 1


def test_a_library_without_its_standard_library_is_left_out(home: Path) -> None:
    prefix = home / ".pyenv" / "versions" / "3.12.1"
    make_python(prefix, "3.12.1")
    shutil.rmtree(prefix / "lib" / "python3.12")
    assert _found_in(home) == []


@pytest.mark.parametrize("needed", ["libc.musl-x86_64.so.1", "libc.so"])
def test_a_library_of_another_libc_is_left_out(home: Path, needed: str) -> None:
    make_python(home / ".local/share/uv/python/cpython-3.12-linux-x86_64-musl", "3.12.1")
    assert len(_found_in(home)) == 1
    make_python(home / ".pyenv/versions/3.12.2", "3.12.2", needs=needed)
    assert [each.version for each in _found_in(home)] == ["3.12.1"]


@pytest.mark.parametrize("damage", ["empty", "cut", "script", "other processor", "directory"])
def test_what_cannot_be_mapped_is_left_out(home: Path, damage: str) -> None:
    library = make_python(home / ".pyenv" / "versions" / "3.12.1", "3.12.1")
    data = bytearray(library.read_bytes())
    data[18:20] = (183).to_bytes(2, "little")  # e_machine: aarch64
    contents = {
        "empty": b"",
        "cut": library.read_bytes()[:80],
        "script": b"INPUT ( libpython3.12.so.1.0 )\n" * 10,
        "other processor": bytes(data),
    }
    library.unlink()
    if damage == "directory":
        library.mkdir()
    else:
        library.write_bytes(contents[damage])
    assert _found_in(home) == []


def test_what_a_file_does_not_tell_is_not_guessed(home: Path) -> None:
    make_python(home / ".pyenv" / "versions" / "3.12.1", ["unknown", "3.12.x"][1])
    assert [each.version for each in _found_in(home)] == ["3.12"]


def test_a_python_without_a_program_has_none(home: Path) -> None:
    prefix = home / ".pyenv" / "versions" / "3.12.1"
    make_python(prefix, "3.12.1")
    shutil.rmtree(prefix / "bin")
    assert [each.executable for each in _found_in(home)] == [None]


def test_a_record_cannot_be_changed() -> None:
    python = Python("/lib/libpython3.12.so.1.0", "3.12.1", "/usr", None)
    with pytest.raises(AttributeError):
        python.version = "3.13.0"  # type: ignore[misc]


def test_nothing_is_executed_or_loaded(home: Path) -> None:
    prefix = home / ".pyenv" / "versions" / "3.12.1"
    make_python(prefix, "3.12.1")
    code = """if True:
        import sys
        seen = []
        sys.addaudithook(lambda event, given: seen.append(event))
        import isolde
        maps = open("/proc/self/maps").read()
        assert isolde.pythons()
        assert set(open("/proc/self/maps").read().split()) & {"libpython3.12.so.1.0"} == set()
        print([e for e in seen if e.startswith(("subprocess", "os.exec", "os.posix_spawn"))])
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


_ASK = """if True:
    import json, platform, sys, sysconfig
    print(json.dumps([platform.python_version(), sys.base_prefix, sys.abiflags,
        sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME")]))
"""


def _of_this_machine() -> list[Python]:
    return [each for each in isolde.pythons() if each.executable]


def test_this_machine_has_one() -> None:
    assert _of_this_machine()


@pytest.mark.parametrize("python", _of_this_machine(), ids=lambda python: str(python.path))
def test_each_python_of_this_machine_agrees(python: Python) -> None:
    import json

    assert python.executable is not None
    environ = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
    done = subprocess.run(
        [python.executable, "-c", _ASK], capture_output=True, text=True, check=True, env=environ
    )
    version, prefix, flags, folder, name = json.loads(done.stdout)
    assert (python.version, python.prefix, python.abiflags) == (version, prefix, flags)
    assert python.path == os.path.realpath(f"{folder}/{name}")


@pytest.mark.skipif(
    not sysconfig.get_config_var("Py_ENABLE_SHARED"), reason="the running Python has no libpython"
)
def test_the_one_that_is_running_stands_first() -> None:
    name = f"{sysconfig.get_config_var('LIBDIR')}/{sysconfig.get_config_var('INSTSONAME')}"
    if not Path(name).exists():
        pytest.skip("Debian's libpython is not installed")
    assert isolde.pythons()[0].path == os.path.realpath(name)
