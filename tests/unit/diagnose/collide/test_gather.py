"""What a name stands for, and which files of it are opened in which order."""

from __future__ import annotations

import zipfile
from contextlib import ExitStack
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from isolde.diagnose.collide import Environment, Party, collide
from isolde.diagnose.collide.gather import NotFoundError, party_of
from isolde.diagnose.collide.host import TwoProgramsError
from isolde.diagnose.collide.wheel import WheelError
from isolde.errors import ElfError
from isolde.resolve import System
from tests.unit.diagnose.collide.conftest import Pair

_SUFFIX = EXTENSION_SUFFIXES[0]
_MODULE = "void *PyInit_{0}(void) {{ return 0; }}"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


@pytest.fixture
def environment(site: Path) -> Environment:
    return Environment("/usr/bin/env", (str(site),))


def _module(pair: Pair, name: str) -> Path:
    stem = name.rpartition("/")[2]
    return pair.library(f"site/{name}{_SUFFIX}", _MODULE.format(stem))


def _installed(site: Path, name: str, *files: str) -> None:
    folder = site / f"{name}.dist-info"
    folder.mkdir(parents=True)
    (folder / "RECORD").write_text("".join(f"{file},,\n" for file in files))


def _party(name: str, environment: Environment) -> Party:
    with ExitStack() as scratch:
        return party_of(name, environment, System(), scratch)


def _opened(name: str, environment: Environment, site: Path) -> list[str]:
    paths = [Path(path).relative_to(site) for path in _party(name, environment).paths]
    return [str(path).removesuffix(_SUFFIX) for path in paths]


def test_a_package_is_opened_as_its_sources_import_it(
    pair: Pair, site: Path, environment: Environment
) -> None:
    for name in ("pack/a", "pack/b", "pack/inner/c", "pack/d", "other/e"):
        _module(pair, name)
    (site / "pack/__init__.py").write_text(
        '"""import pack.a"""\n'
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import pack.a\n"
        "def later():\n    import pack.a\n"
        "from .inner import (\n    c,  # import pack.a\n    helper,\n)\n"
        "try:\n    import sys, pack.d as d\nexcept ImportError:\n    pass\n"
    )
    (site / "pack/inner/__init__.py").write_text("from ..b import x\nimport other\n")
    (site / "other/__init__.py").write_text("from . import e\n")
    expected = ["pack/b", "other/e", "pack/inner/c", "pack/d", "pack/a"]
    assert _opened("pack", environment, site) == expected


def test_a_distribution_brings_all_its_packages(
    pair: Pair, site: Path, environment: Environment
) -> None:
    _module(pair, "one/a")
    _module(pair, "_two")
    (site / "one/__init__.py").touch()
    _installed(site, "the_name-1.2", "one/__init__.py", f"one/a{_SUFFIX}", f"_two{_SUFFIX}")
    by_name, by_package = _party("The-Name", environment), _party("one", environment)
    assert set(by_name.paths) == set(by_package.paths)
    assert sorted(_opened("one", environment, site)) == ["_two", "one/a"]
    assert (by_package.kind, by_package.version, by_package.label) == ("package", "1.2", "one")


def test_libraries_that_none_needs_are_opened_too(
    pair: Pair, site: Path, environment: Environment
) -> None:
    needed = pair.library("site/pack/libneeded.so.1", "int x;")
    pair.library("site/pack/libalone.so", "int y;")
    pair.library(f"site/pack/a{_SUFFIX}", _MODULE.format("a"), [str(needed)])
    (site / "pack/__init__.py").touch()
    assert _opened("pack", environment, site) == ["pack/a", "pack/libalone.so"]


def test_modules_for_another_python_are_left_out(
    pair: Pair, site: Path, environment: Environment
) -> None:
    _module(pair, "pack/a")
    pair.library("site/pack/a.cpython-399-x86_64-linux-gnu.so", _MODULE.format("a"))
    (site / "pack/__init__.py").touch()
    tagged = Environment("/usr/bin/python3.11", environment.folders)
    files = _party("pack", tagged).paths
    assert not any("399" in file for file in files)
    assert files


def test_a_wheel_is_looked_at_and_its_folder_goes(pair: Pair, tmp_path: Path) -> None:
    module = pair.library(f"made/a{_SUFFIX}", f"int shared; {_MODULE.format('a')}")
    wheels = []
    for name in ("one", "two"):
        wheel = tmp_path / f"{name}-1.0-py3-none-linux_x86_64.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.write(module, f"{name}/a{_SUFFIX}")
            archive.writestr(f"{name}/__init__.py", "raise SystemExit\n")
        wheels.append(str(wheel))
    told = collide(wheels, Environment("/usr/bin/env", ()))
    assert [party.version for party in told.parties] == ["1.0", "1.0"]
    symbol = next(each for each in told.duplicates[0].symbols if each.name == "shared")
    assert told.place(symbol.files[0]) == f"{wheels[0]}/one/a{_SUFFIX}"
    assert not Path(symbol.files[0]).exists()


def test_a_folder_is_all_that_is_opened_in_it(pair: Pair, environment: Environment) -> None:
    deep = pair.library("folder/inner/libdeep.so", "int x;")
    top = pair.library("folder/libtop.so", "int y;", [str(deep)])
    party = _party(str(pair.folder / "folder"), environment)
    assert (party.kind, party.paths) == ("folder", (str(top),))


def test_a_soname_is_looked_for_as_the_loader_does(environment: Environment) -> None:
    party = _party("libc.so.6", environment)
    assert party.kind == "file"
    assert Path(party.paths[0]).samefile("/lib/x86_64-linux-gnu/libc.so.6")


def test_what_is_nowhere_is_told_with_the_ways_out(environment: Environment) -> None:
    with pytest.raises(NotFoundError) as caught:
        _party("nowhere", environment)
    assert str(caught.value) == (
        "nowhere: no package or distribution of that name for /usr/bin/env, and no library; "
        "name another Python with --python or a folder of packages with --path"
    )


def test_a_package_without_native_files_cannot_clash(site: Path, environment: Environment) -> None:
    (site / "plain").mkdir(parents=True)
    (site / "plain/__init__.py").touch()
    with pytest.raises(NotFoundError) as caught:
        _party("plain", environment)
    assert str(caught.value) == "plain: has no native files, so nothing of it can clash"


def test_a_broken_wheel_is_no_wheel(tmp_path: Path, environment: Environment) -> None:
    wheel = tmp_path / "broken-1.0-py3-none-any.whl"
    wheel.write_bytes(b"PK no zip")
    with pytest.raises(WheelError) as caught:
        _party(str(wheel), environment)
    assert str(caught.value) == f"{wheel}: no wheel: File is not a zip file"


def test_a_file_that_is_no_elf_file_is_refused(tmp_path: Path, environment: Environment) -> None:
    file = tmp_path / "text.so"
    file.write_text("INPUT(-lc)\n")
    with pytest.raises(ElfError):
        _party(str(file), environment)


def test_two_programs_have_no_process(environment: Environment) -> None:
    with pytest.raises(TwoProgramsError) as caught:
        collide(["/bin/ls", "/bin/cat"], environment)
    assert str(caught.value) == (
        "/bin/ls and /bin/cat cannot be programs of one process; `isolde run` gives each a space"
    )
