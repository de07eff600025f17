"""Programs that must die, each in its own process and in the way the rule says."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.toolchain import compile_library, compile_object, link_with_libisolde

HERE = Path(__file__).resolve().parent


def run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program), *arguments],
        cwd=program.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def build_host(folder: Path, source: str) -> Path:
    return compile_object(folder / "host", [HERE / source], link_with_libisolde())


def test_call_of_an_undefined_lazy_function_ends_with_status_127(tmp_path: Path) -> None:
    compile_library(tmp_path / "liblazy.so", [HERE / "lazy.c"], ["-Wl,-z,lazy"])
    done = run(build_host(tmp_path, "lazy_host.c"))
    assert "symbol lookup error" in done.stderr
    assert "liblazy.so" in done.stderr
    assert "nobody_defines_this" in done.stderr
    assert done.stdout == ""
    assert done.returncode == 127


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_uncaught_exception_terminates_by_abort(tmp_path: Path) -> None:
    compile_library(tmp_path / "libthrows.so", [HERE / "throws.cpp"])
    done = run(build_host(tmp_path, "report_host.c"), "./libthrows.so", "throw_uncaught")
    assert "nobody catches this" in done.stderr
    assert done.returncode == -signal.SIGABRT


@pytest.mark.parametrize(
    ("function", "number"),
    [
        ("by_segmentation_fault", signal.SIGSEGV),
        ("by_illegal_instruction", signal.SIGILL),
        ("by_abort", signal.SIGABRT),
        ("by_division", signal.SIGFPE),
    ],
)
def test_crash_report_names_function_image_and_space(
    tmp_path: Path, function: str, number: signal.Signals
) -> None:
    compile_library(tmp_path / "libcrashes.so", [HERE / "crashes.c"])
    done = run(build_host(tmp_path, "report_host.c"), "./libcrashes.so", function)
    report = json.loads(done.stdout)
    crashed = [frame for frame in report["frames"] if frame.get("symbol") == function]
    assert report["signal"] == number
    assert crashed
    assert crashed[0]["image"].endswith("/libcrashes.so")
    assert crashed[0]["space"] == "guest"
    assert done.returncode == -number


def test_crash_report_gives_the_faulting_address(tmp_path: Path) -> None:
    compile_library(tmp_path / "libcrashes.so", [HERE / "crashes.c"])
    host = build_host(tmp_path, "report_host.c")
    report = json.loads(run(host, "./libcrashes.so", "by_segmentation_fault").stdout)
    assert report["at"]["symbol"] == "by_segmentation_fault"
    assert int(report["fault_address"], 0) == 8
