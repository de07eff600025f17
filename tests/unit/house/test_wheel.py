"""What `pip install isolde` brings: one wheel for every Python, the C library and header inside."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from isolde import _core
from tests.toolchain import REPOSITORY, require_tool
from tests.unit.house.sources import package_modules
from tests.unit.packages.conftest import make_package

_BUILD = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, *_BUILD, str(folder), str(REPOSITORY)], check=True)
    return next(folder.glob("*.whl"))


def test_one_wheel_serves_every_python(wheel: Path) -> None:
    assert "-py3-none-linux" in wheel.name


def test_the_wheel_holds_the_library_the_header_and_every_module(wheel: Path) -> None:
    modules = {str(file.relative_to(REPOSITORY / "src")) for file in package_modules()}
    wanted = modules | {
        "isolde/lib/libisolde.so",
        "isolde/lib/libisolde-preload.so",
        "isolde/lib/libisolde-interpreter.so",
        "isolde/lib/libisolde.a",
        "isolde/lib/pkgconfig/isolde.pc",
        "isolde/lib/pkgconfig/isolde-static.pc",
        "isolde/lib/cmake/isolde/isoldeConfig.cmake",
        "isolde/include/isolde.h",
        "isolde/include/isolde.hpp",
        "isolde.pth",
        "isolde-0.1.0.data/data/share/man/man1/isolde.1",
        "isolde-0.1.0.data/data/share/man/man3/isolde_dlopen.3",
    }
    assert wanted - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_wheel_holds_no_source_and_no_test(wheel: Path) -> None:
    strangers = [
        name
        for name in zipfile.ZipFile(wheel).namelist()
        if not name.startswith(("isolde/", "isolde-", "isolde.pth")) or name.endswith((".c", ".S"))
    ]
    assert strangers == []


def test_a_fresh_environment_opens_a_library_through_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """The wheel alone, unpacked into an empty folder, has all that libisolde needs."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    library = tmp_path / "isolde" / "lib" / "libisolde.so"
    probe = "import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).isolde_abi())"
    done = subprocess.run(
        [sys.executable, "-I", "-c", probe, str(library)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{_core.ABI}\n"


def test_a_program_runs_with_the_wheels_library_preloaded(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    preload = tmp_path / "isolde" / "lib" / "libisolde-preload.so"
    done = subprocess.run(
        ["cat", "/proc/self/maps"],
        env={"PATH": os.environ["PATH"], "LD_PRELOAD": str(preload)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert str(preload.with_name("libisolde.so")) in done.stdout


@pytest.mark.parametrize("package", ["isolde", "isolde-static"])
def test_a_c_host_links_with_the_wheel_through_pkg_config(
    wheel: Path, tmp_path: Path, package: str
) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    path = tmp_path / "isolde" / "lib" / "pkgconfig"
    options = subprocess.run(
        [require_tool("pkg-config"), "--cflags", "--libs", package],
        env={**os.environ, "PKG_CONFIG_PATH": str(path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.split()
    source = "#include <isolde.h>\nint main(void) { return isolde_abi() - ISOLDE_ABI; }\n"
    compiler = ["gcc", "-x", "c", "-", "-x", "none", *options, "-o", str(tmp_path / "host")]
    subprocess.run(compiler, input=source, text=True, check=True)
    assert subprocess.run([str(tmp_path / "host")], check=False).returncode == 0


def test_the_variable_isolates_packages_where_the_wheel_is_installed(
    wheel: Path, tmp_path: Path
) -> None:
    """Python runs isolde.pth at its start; the program knows nothing of Isolde."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    python = tmp_path / "env" / "bin" / "python"
    install = [
        "-m",
        "pip",
        "--quiet",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([sys.executable, *install, wheel], check=True)
    make_package(tmp_path / "site", "first", 1)
    make_package(tmp_path / "site", "second", 100)
    program = "import first, second, sys; print(first.count(), second.count())"
    flags = "import os, sys; sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL); "
    printed = [
        subprocess.check_output(
            [python, "-c", flags + program],
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site"), "ISOLDE_ISOLATE": names},
            text=True,
        )
        for names in ("", "first,second")
    ]
    assert printed == ["1 2\n", "1 100\n"]
