"""The examples, as somebody who has just cloned the repository runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import REPOSITORY

EXAMPLES = REPOSITORY / "examples"
HAS_CXX = shutil.which("g++") is not None
BLAS = ["atlas", "blas", "blis-openmp", "openblas-pthread"]


def copy_of(example: str, folder: Path) -> Path:
    """A copy to build in, of what is not built yet: other tests may run at the same time."""
    built = shutil.ignore_patterns("modules", "*.so", "host")
    return Path(shutil.copytree(EXAMPLES / example, folder / example, ignore=built))


def run(*command: object) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


# -- engine ----------------------------------------------------------------------------------------


def test_the_engine_gets_its_namespaces_only_from_isolde(tmp_path: Path) -> None:
    folder = copy_of("engine", tmp_path)
    assert run("make", "-s", "-C", folder).returncode == 0
    without = run(folder / "engine", "libz.so.1", 100)
    assert "keys: the same one twice" in without.stdout
    assert without.returncode == 1
    done = run(sys.executable, "-m", "isolde", "run", folder / "engine", "libz.so.1", 100)
    assert done.stdout == "keys: two\n100 namespaces\n"


# -- quickstart ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    folder = copy_of("quickstart", tmp_path_factory.mktemp("example"))
    return run(sys.executable, folder / "demo.py")


def test_the_quickstart_ends_well_and_tells_how_to_go_on(
    quickstart: subprocess.CompletedProcess[str],
) -> None:
    assert quickstart.returncode == 0, quickstart.stderr
    assert "To leave it running:" in quickstart.stderr
    assert "serve " in quickstart.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("dedupe.textkit_version()", '"textkit 1.4"'),
        ('dedupe.similarity("night", "nacht")', "0.25"),
        ("english.textkit_version()", '"textkit 3.0 (English)"'),
        ("english.known_words()", "5"),
        ("german.textkit_version()", '"textkit 3.0 (German)"'),
        ("german.known_words()", "6"),
        ("search.textkit_version()", '"textkit 2.0"'),
        ("spellcheck.textkit_version()", '"textkit 1.0"'),
        ("spellcheck.comparisons()", "2"),
    ],
)
def test_every_module_has_its_own_textkit(
    quickstart: subprocess.CompletedProcess[str], call: str, answer: str
) -> None:
    if call.startswith(("english", "german")) and not HAS_CXX:
        pytest.skip("english and german are C++, and g++ is not installed")
    (line,) = [each for each in quickstart.stdout.splitlines() if each.startswith(call)]
    assert line.removeprefix(call).split("right")[0].strip() == answer


def test_plain_dlopen_gets_it_wrong_beside_it(
    quickstart: subprocess.CompletedProcess[str],
) -> None:
    wrong = [line for line in quickstart.stdout.splitlines() if line.endswith("(wrong)")]
    assert len(wrong) >= 5


# -- four BLAS -------------------------------------------------------------------------------------


def missing_blas() -> list[str]:
    present = {path.parent.name for path in Path("/usr/lib").glob("*/*/libblas.so.3")}
    return sorted(set(BLAS) - present)


@pytest.mark.skipif(bool(missing_blas()), reason=f"not installed: {missing_blas()}")
def test_four_blas_multiply_side_by_side_each_with_its_own_dgemm(tmp_path: Path) -> None:
    done = run(sys.executable, copy_of("blas", tmp_path) / "blas.py", "--size", "96", "--json")
    assert done.returncode == 0, done.stderr
    findings = json.loads(done.stdout)
    assert [each["implementation"] for each in findings] == BLAS
    for each in findings:
        assert Path(each["dgemm"]).parent.name == each["implementation"]
        assert each["error"] < 1e-9
    says = {each["implementation"]: each["says"] or "" for each in findings}
    assert says["openblas-pthread"].startswith("OpenBLAS 0.")
    assert says["atlas"] == "ATLAS (it has ATL_buildinfo)"
    assert says["blas"] == ""


# -- a C host --------------------------------------------------------------------------------------


def test_a_c_host_builds_with_what_config_says_and_runs(tmp_path: Path) -> None:
    command = f"{sys.executable} -m isolde.cli"
    folder = copy_of("c-host", tmp_path)
    done = run("make", "--silent", "-C", folder, f"ISOLDE={command}", "run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == ["space a has counted 4", "space b has counted 1"]


def test_a_c_host_is_told_what_is_wrong(tmp_path: Path) -> None:
    command = f"{sys.executable} -m isolde.cli"
    folder = copy_of("c-host", tmp_path)
    run("make", "--silent", "-C", folder, f"ISOLDE={command}")
    done = run(folder / "host", "/nowhere.so")
    assert done.returncode == 1
    assert done.stderr == (
        "/nowhere.so: /nowhere.so: not found for space 'a': looked in /nowhere.so (no such file)\n"
    )
