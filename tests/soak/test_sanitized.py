"""The soak program again, under the tools that see what a run by itself does not show."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.soak.build import FOLDER, build_libraries, build_program, printed_by
from tests.toolchain import CORE, compile_object

_PATIENCE_S = 250
# THREADS GENERATIONS ROUNDS, what else the program wants, and what it says when all is well.
_SHORT = {"soak": (6, 3, 200, 1, 0), "namespaces": (6, 2, 20, 0)}
_ALL_WELL = {"soak": "wrong 0, left 0, mapped 0\n", "namespaces": "wrong 0, left 0\n"}
_SUPPRESSIONS = FOLDER.parent / "cases" / "valgrind.supp"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sanitized")
    build_libraries(folder)
    return folder


def _instrumented(folder: Path, name: str, sanitizers: str) -> Path:
    """The program ``name``.c and the core in one executable, compiled for ``sanitizers``."""
    sources = [FOLDER / f"{name}.c", *sorted(CORE.glob("*.c")), *sorted(CORE.glob("x86_64/*.S"))]
    flags = (
        f"-fsanitize={sanitizers}",
        "-fno-sanitize-recover=undefined",
        "-fno-omit-frame-pointer",
        "-fexceptions",
        "-D_GNU_SOURCE",
        "-DTHROUGH_PRELOAD",
        '-DISOLDE_VERSION="sanitized"',
        f"-I{CORE}",
        f"-I{CORE / 'x86_64'}",
        "-pthread",
        "-ldl",
    )
    return compile_object(folder / f"{name}-sanitized", sources, flags)


def _same_addresses() -> list[str]:
    """The prefix that ends address randomisation, which ThreadSanitizer cannot always bear."""
    prefix = ["setarch", "-R"]
    if shutil.which("setarch") is None:
        return []
    done = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if done.returncode == 0 else []


@pytest.mark.timeout(_PATIENCE_S)
@pytest.mark.parametrize("name", sorted(_SHORT))
def test_no_data_races(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    program = _instrumented(folder, name, "thread")
    monkeypatch.setenv("TSAN_OPTIONS", f"exitcode=66 suppressions={FOLDER / 'tsan.supp'}")
    said = printed_by([*_same_addresses(), program, folder, *_SHORT[name]], _PATIENCE_S)
    assert said == _ALL_WELL[name]


@pytest.mark.timeout(_PATIENCE_S)
@pytest.mark.parametrize("name", sorted(_SHORT))
def test_no_memory_errors(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    program = _instrumented(folder, name, "address,undefined")
    # Images live in memory from mmap, where the leak checker does not look; valgrind does.
    monkeypatch.setenv("ASAN_OPTIONS", "detect_leaks=0")
    said = printed_by([program, folder, *_SHORT[name]], _PATIENCE_S)
    assert said == _ALL_WELL[name]


@pytest.mark.timeout(_PATIENCE_S)
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.skipif("LD_PRELOAD" in os.environ, reason="a sanitizer's runtime is preloaded")
def test_no_leaks(folder: Path) -> None:
    valgrind = (
        "valgrind --quiet --leak-check=full --show-leak-kinds=definite --error-exitcode=99"
        f" --show-mismatched-frees=no --suppressions={_SUPPRESSIONS}"
    )
    program = build_program(folder, "soak")
    said = printed_by([*valgrind.split(), program, folder, 4, 2, 60, 1, 0], _PATIENCE_S)
    assert said == _ALL_WELL["soak"]
