"""What dlmopen and its family mean to an unmodified program: one program of rules/ a rule.

Where glibc obeys the rule too, as its first line says, the program runs without Isolde as well.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.run.running import HERE, Done, isolde_run, run
from tests.toolchain import compile_object

RULES = sorted(path.stem for path in (HERE / "rules").glob("*.c*"))
ALSO_GLIBCS = [
    rule
    for rule in RULES
    if "glibc: the same." in next((HERE / "rules").glob(f"{rule}.c*")).read_text()
]


@pytest.fixture
def program(request: pytest.FixtureRequest, folder: Path, tmp_path: Path) -> Path:
    source = next((HERE / "rules").glob(f"{request.param}.c*"))
    return compile_object(tmp_path / request.param, [source], ["-rdynamic", "-pthread"])


@pytest.mark.parametrize("program", RULES, indirect=True)
def test_under_isolde_run(program: Path, folder: Path) -> None:
    assert isolde_run(program, folder=folder) == Done(0, "", "")


@pytest.mark.parametrize("program", ALSO_GLIBCS, indirect=True)
def test_in_plain_glibc(program: Path, folder: Path) -> None:
    assert run(program, folder=folder) == Done(0, "", "")
