"""libisolde as a C library: installed into a fresh prefix, found there, linked and run."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.toolchain import REPOSITORY, compile_library, require_tool
from tests.unit.house.sources import HEADER

SOURCES = Path(__file__).parent / "package"
EXAMPLES = REPOSITORY / "examples"
PACKAGES = ["isolde", "isolde-static"]
COMPILERS = [("gcc", "g++"), ("clang", "clang++")]
STRICT = "-O2 -Wall -Wextra -Wpedantic -Werror"

C_OUTPUT = ["isolde 0.1.0", "space a has counted 4", "space b has counted 1"]
CXX_OUTPUT = [
    "100 C is 212 F, 50 F is 10 C",
    "0 C is 32 F",
    "-300 C is below absolute zero",
    "celsius made 2 conversions, fahrenheit made 1",
]


def _environment() -> dict[str, str]:
    """With the CMake of the virtual environment, and no generator or folder of the caller's."""
    unwanted = ("CMAKE_GENERATOR", "DESTDIR", "PKG_CONFIG_PATH", "LD_LIBRARY_PATH", "LD_PRELOAD")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def run(*command: object, folder: Path | None = None, status: int = 0) -> str:
    """What COMMAND prints; it must end with STATUS."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == status, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="session")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh prefix, filled once for all workers by `make install`."""
    folder = tmp_path_factory.mktemp("prefix") / "P"
    (REPOSITORY / "build").mkdir(exist_ok=True)
    with (REPOSITORY / "build" / ".install-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run("make", "-C", REPOSITORY, "install", f"PREFIX={folder}")
    return folder


def pkg_config(prefix: Path, *arguments: str) -> list[str]:
    folder = prefix / "lib" / "pkgconfig"
    return run("env", f"PKG_CONFIG_PATH={folder}", require_tool("pkg-config"), *arguments).split()


def build(prefix: Path, output: Path, source: str, package: str, flags: Sequence[str] = ()) -> Path:
    """Compile SOURCE against the installed PACKAGE."""
    options = [*pkg_config(prefix, "--cflags", package)]
    libraries = [*pkg_config(prefix, "--libs", package), f"-Wl,-rpath,{prefix}/lib"]
    compiler = ["g++", "-std=c++17"] if source.endswith("pp") else ["gcc"]
    run(*compiler, "-g", *options, "-o", output, SOURCES / source, *flags, *libraries)
    return output


def counter(folder: Path) -> None:
    compile_library(folder / "libcounter.so", [EXAMPLES / "c-host" / "counter.c"])


# -- what is installed -----------------------------------------------------------------------------


def test_the_prefix_holds_what_hosts_look_for(prefix: Path) -> None:
    wanted = [
        "include/isolde.h",
        "include/isolde.hpp",
        "lib/libisolde.a",
        "lib/libisolde-preload.so",
        "lib/pkgconfig/isolde.pc",
        "lib/pkgconfig/isolde-static.pc",
        "lib/cmake/isolde/isoldeConfig.cmake",
        "lib/cmake/isolde/isoldeConfigVersion.cmake",
        "share/man/man1/isolde.1",
        "share/man/man3/isolde.3",
        "share/man/man3/isolde_call_leave.3",
    ]
    assert [name for name in wanted if not (prefix / name).is_file()] == []


def test_the_library_is_versioned_and_the_links_lead_to_it(prefix: Path) -> None:
    lib = prefix / "lib"
    assert (lib / "libisolde.so").readlink() == Path("libisolde.so.0")
    assert (lib / "libisolde.so.0").readlink() == Path("libisolde.so.0.1")
    assert "Library soname: [libisolde.so.0]" in run("readelf", "-d", lib / "libisolde.so.0.1")


def test_the_archive_defines_what_the_header_declares_and_nothing_else(prefix: Path) -> None:
    declared = re.findall(
        r"^ISOLDE_API\b[^;]*?(\w+)(?:\([^;]*\))?;", HEADER.read_text(), re.MULTILINE
    )
    command = ["nm", "--extern-only", "--defined-only", "--format=posix"]
    lines = run(*command, prefix / "lib" / "libisolde.a").splitlines()
    assert sorted(line.split()[0] for line in lines if ":" not in line) == sorted(declared)


def test_pkg_config_tells_version_flags_and_what_a_static_link_needs(prefix: Path) -> None:
    assert pkg_config(prefix, "--modversion", "isolde") == ["0.1.0"]
    assert pkg_config(prefix, "--libs-only-l", "isolde") == ["-lisolde"]
    libraries = pkg_config(prefix, "--static", "--libs", "isolde")
    assert {"-lisolde", "-ldl", "-pthread"} <= set(libraries)
    assert Path(pkg_config(prefix, "--libs", "isolde-static")[0]).name == "libisolde.a"


def test_no_file_that_a_host_reads_names_the_prefix(prefix: Path) -> None:
    read = [*prefix.glob("lib/pkgconfig/*"), *prefix.glob("lib/cmake/isolde/*")]
    assert len(read) == 4
    assert [file.name for file in read if str(prefix) in file.read_text()] == []


# -- the examples ----------------------------------------------------------------------------------


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("compilers", COMPILERS, ids=lambda pair: pair[0])
@pytest.mark.parametrize("example", ["c-host", "cxx-host"])
def test_an_example_builds_against_the_prefix_and_runs(
    prefix: Path, tmp_path: Path, package: str, compilers: tuple[str, str], example: str
) -> None:
    require_tool("pkg-config")
    built = shutil.ignore_patterns("*.so", "host")
    folder = shutil.copytree(EXAMPLES / example, tmp_path / example, ignore=built)
    compiler, cxx = (require_tool(name) for name in compilers)
    said = run(
        *("make", "--silent", "-C", folder, "run", f"PACKAGE={package}"),
        *(f"CC={compiler}", "CFLAGS=-O2 -Wall -Wextra -Werror"),
        *(f"CXX={cxx}", f"CXXFLAGS={STRICT}"),
        f"PKG_CONFIG_PATH={prefix}/lib/pkgconfig",
    )
    assert said.splitlines() == (CXX_OUTPUT if example == "cxx-host" else C_OUTPUT)
    needed = run("readelf", "-d", folder / "host")
    assert ("[libisolde.so.0]" in needed) == (package == "isolde")


def test_the_examples_build_against_a_prefix_that_was_moved(prefix: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(prefix, tmp_path / "elsewhere", symlinks=True)
    counter(tmp_path)
    options = [*pkg_config(moved, "--cflags", "--libs", "isolde"), f"-Wl,-rpath,{moved}/lib"]
    assert str(prefix) not in " ".join(options)
    run("gcc", EXAMPLES / "c-host" / "host.c", *options, "-o", tmp_path / "host")
    assert run(tmp_path / "host", folder=tmp_path).splitlines() == C_OUTPUT


def test_cmake_finds_both_libraries_as_targets(prefix: Path, tmp_path: Path) -> None:
    counter(tmp_path)
    for name in ("celsius", "fahrenheit"):
        source = EXAMPLES / "cxx-host" / f"{name}.cpp"
        compile_library(tmp_path / f"lib{name}.so", [source])
    options = [f"-DCMAKE_PREFIX_PATH={prefix}", f"-DEXAMPLES={EXAMPLES}"]
    run("cmake", "-S", SOURCES, "-B", tmp_path / "build", *options)
    run("cmake", "--build", tmp_path / "build")
    for kind in ("isolde", "isolde_static"):
        said = run(tmp_path / "build" / f"c-{kind}", folder=tmp_path)
        assert said.splitlines() == C_OUTPUT
        said = run(tmp_path / "build" / f"cxx-{kind}", folder=tmp_path)
        assert said.splitlines() == CXX_OUTPUT


# -- the archive -----------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["-static", "-static-pie"])
def test_a_program_without_a_dynamic_libc_is_refused_by_the_linker_with_the_reason(
    prefix: Path, tmp_path: Path, flag: str
) -> None:
    options = pkg_config(prefix, "--static", "--cflags", "--libs", "isolde")
    source = EXAMPLES / "c-host" / "host.c"
    said = run("gcc", flag, source, *options, "-o", tmp_path / "host", status=1)
    assert (
        "warning: isolde needs a program with a dynamic libc: link without -static and -static-pie"
    ) in said
    assert not (tmp_path / "host").exists()


def test_a_program_with_a_dynamic_libc_is_linked_without_that_warning(
    prefix: Path, tmp_path: Path
) -> None:
    options = pkg_config(prefix, "--cflags", "--libs", "isolde-static")
    source = EXAMPLES / "c-host" / "host.c"
    assert run("gcc", source, *options, "-o", tmp_path / "host") == ""


@pytest.mark.parametrize("flags", [("-no-pie",), ("-flto", "-Wl,--gc-sections"), ("-fuse-ld=lld",)])
def test_the_archive_serves_programs_linked_in_other_ways(
    prefix: Path, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    require_tool("ld.lld" if "-fuse-ld=lld" in flags else "ld")
    counter(tmp_path)
    options = pkg_config(prefix, "--cflags", "--libs", "isolde-static")
    run("gcc", *flags, EXAMPLES / "c-host" / "host.c", *options, "-o", tmp_path / "host")
    assert run(tmp_path / "host", folder=tmp_path).splitlines() == C_OUTPUT


@pytest.mark.parametrize("package", PACKAGES)
def test_a_host_may_use_spaces_before_main_and_after(
    prefix: Path, tmp_path: Path, package: str
) -> None:
    counter(tmp_path)
    compile_library(tmp_path / "libopener.so", [SOURCES / "opener.c"])
    host = build(prefix, tmp_path / "host", "early.cpp", package)
    assert run(host, folder=tmp_path).splitlines() == [
        "in space early",
        "at the end: opened",
        "closed: 0",
    ]


def test_a_shared_object_with_the_archive_stays_when_it_is_closed(
    prefix: Path, tmp_path: Path
) -> None:
    counter(tmp_path)
    library = tmp_path / "libembedding.so"
    build(prefix, library, "embedding.c", "isolde-static", ["-shared", "-fPIC"])
    run("gcc", SOURCES / "embedder.c", "-o", tmp_path / "host")
    assert run(tmp_path / "host", folder=tmp_path).splitlines() == ["counted 1", "ended"]


# -- two copies of the core ------------------------------------------------------------------------


def test_two_copies_of_the_core_work_side_by_side(prefix: Path, tmp_path: Path) -> None:
    """Exceptions are found in the spaces of both, and the debugger's list keeps all of them."""
    library = compile_library(tmp_path / "libfails.so", [SOURCES / "fails.cpp"])
    host = build(prefix, tmp_path / "host", "two_copies.cpp", "isolde-static")
    assert run(host, prefix / "lib" / "libisolde.so", library).splitlines() == [
        "two copies: 1",
        "own: caught",
        "other: caught",
        "handles of the other: -1, told",
        "listed: 4 3 2 1 0",
    ]


def test_a_plugin_that_needs_the_core_gets_the_host_s(prefix: Path, tmp_path: Path) -> None:
    build(prefix, tmp_path / "libinner.so", "inner.c", "isolde", ["-shared", "-fPIC"])
    host = build(prefix, tmp_path / "host", "outer.c", "isolde")
    assert run(host, folder=tmp_path) == "the host's: 1\n"
