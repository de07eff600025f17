"""The soak program again, under the tools that see what a run by itself does not show."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.soak.build import (
    ALL_WELL,
    FOLDER,
    build_libraries,
    build_program,
    build_unmodified,
    printed_by,
)
from tests.toolchain import CORE, compile_object, libisolde

_PATIENCE_S = 250
_SUPPRESSIONS = FOLDER.parent / "cases" / "valgrind.supp"
# Short runs: threads, generations, rounds, and what else each takes.
_SHORT = {"soak": (6, 3, 200, 1, 0), "namespaces": (6, 2, 20, 0)}
_TINY = {"soak": (4, 2, 60, 1, 0), "namespaces": (4, 2, 8, 0)}
_under_valgrind = [
    pytest.mark.timeout(_PATIENCE_S),
    pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed"),
    pytest.mark.skipif("LD_PRELOAD" in os.environ, reason="a sanitizer's runtime is preloaded"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sanitized")
    build_libraries(folder)
    return folder


def _instrumented(folder: Path, name: str, sanitizers: str) -> Path:
    """The program ``name``.c and the core in one executable, compiled for ``sanitizers``."""
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
    )
    core = folder / f"core-{sanitizers}.o"
    if not core.exists():
        sources = [*sorted(CORE.glob("*.c")), *sorted(CORE.glob("x86_64/*.S"))]
        compile_object(core, sources, (*flags, "-r"))
    program = folder / f"{name}-{sanitizers}"
    return compile_object(program, [FOLDER / f"{name}.c"], (*flags, str(core), "-pthread", "-ldl"))


def _same_addresses() -> list[str]:
    """The prefix that ends address randomisation, which ThreadSanitizer cannot always bear."""
    prefix = ["setarch", "-R"]
    if shutil.which("setarch") is None:
        return []
    done = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if done.returncode == 0 else []


@pytest.mark.timeout(_PATIENCE_S)
@pytest.mark.parametrize("name", _SHORT)
def test_no_data_races(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    program = _instrumented(folder, name, "thread")
    monkeypatch.setenv("TSAN_OPTIONS", f"exitcode=66 suppressions={FOLDER / 'tsan.supp'}")
    said = printed_by([*_same_addresses(), program, folder, *_SHORT[name]], _PATIENCE_S)
    assert said == ALL_WELL[name]


@pytest.mark.timeout(_PATIENCE_S)
@pytest.mark.parametrize("name", _SHORT)
def test_no_memory_errors(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    program = _instrumented(folder, name, "address,undefined")
    # Images live in memory from mmap, where the leak checker does not look; valgrind does.
    monkeypatch.setenv("ASAN_OPTIONS", "detect_leaks=0")
    said = printed_by([program, folder, *_SHORT[name]], _PATIENCE_S)
    assert said == ALL_WELL[name]


def _under(valgrind: str, folder: Path, name: str) -> list[object]:
    """How to start ``name``, not instrumented, under ``valgrind``."""
    if name == "soak":
        return [*valgrind.split(), build_program(folder, name), folder, *_TINY[name]]
    preload = f"LD_PRELOAD={libisolde().with_name('libisolde-preload.so')}"
    program = build_unmodified(folder, name)
    return ["env", preload, *valgrind.split(), program, folder, *_TINY[name]]


class TestUnderValgrind:
    pytestmark = _under_valgrind

    @pytest.mark.parametrize("name", _TINY)
    def test_nothing_is_lost(self, folder: Path, name: str) -> None:
        valgrind = (
            "valgrind --quiet --leak-check=full --show-leak-kinds=definite --error-exitcode=99"
            f" --show-mismatched-frees=no --suppressions={_SUPPRESSIONS}"
        )
        assert printed_by(_under(valgrind, folder, name), _PATIENCE_S) == ALL_WELL[name]

    @pytest.mark.parametrize("name", _TINY)
    def test_helgrind_reports_nothing(self, folder: Path, name: str) -> None:
        valgrind = (
            "valgrind --quiet --tool=helgrind --history-level=none --error-exitcode=99"
            f" --suppressions={FOLDER / 'helgrind.supp'}"
        )
        command = _under(valgrind, folder, name)
        alone = ["alone"] if name == "soak" else []
        assert printed_by([*command, *alone], _PATIENCE_S) == ALL_WELL[name]
