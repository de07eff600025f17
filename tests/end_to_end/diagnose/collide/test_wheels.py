"""`collide` says which bindings of real wheels cross before they are loaded; a run then shows it.

Python imports the packages in each order, with RTLD_LOCAL as always and with RTLD_GLOBAL, while
glibc writes down every binding.  Under RTLD_GLOBAL some of these processes crash on the way: what
was bound until then must be what was predicted.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from isolde.diagnose.collide import Collision, Crossing, collide, environment_of
from tests.end_to_end.packages.environment import Python, wheels
from tests.unit.diagnose.collide.witness import Crossings, bindings_in, crossings_in

_IMPORTER = Path(__file__).with_name("importer.py")
_LOCAL, _GLOBAL = "RTLD_LOCAL", "RTLD_GLOBAL"


def _run(python: Python, mode: str, folder: Path, packages: Sequence[str]) -> tuple[str, list[str]]:
    """What glibc bound, and which files were mapped in the end, if the process came that far."""
    listing, log = folder / "files", folder / "log"
    for old in folder.glob("*"):
        old.unlink()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LD_")}
    trace = {"LD_DEBUG": "bindings", "LD_DEBUG_OUTPUT": str(log), "LD_BIND_NOW": "1"}
    flag = mode.removeprefix("RTLD_").lower()
    command = [str(python.executable), str(_IMPORTER), flag, str(listing), *packages]
    # What clashes may crash, and may hang as well.
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(
            command, env={**clean, **trace}, capture_output=True, check=False, timeout=20
        )
    text = "".join(path.read_text() for path in folder.glob("log.*"))
    return text, listing.read_text().split("\n") if listing.exists() else []


def _owned(
    python: Python, folder: Path, packages: Sequence[str], nobodys: frozenset[str]
) -> Mapping[str, frozenset[str]]:
    """What each package has mapped when it alone is imported, without the files of others."""
    everybody = (*packages, "numpy")
    return {
        package: frozenset(
            file
            for file in _run(python, _LOCAL, folder, [package])[1]
            if file not in nobodys and _package_of(file) in (package, None)
        )
        for package in everybody
    }


def _package_of(file: str) -> str | None:
    """The package in whose folders a file of a wheel lies; None for a file of the system's."""
    folder = os.path.realpath(wheels())
    if not file.startswith(folder):
        return None
    name = Path(file).relative_to(folder).parts[0].partition(".")[0]
    return {"opencv_python_headless": "cv2"}.get(name, name)


def _predicted(told: Collision, mode: str, order: Sequence[str]) -> set[Crossing]:
    (scenario,) = (
        each for each in told.scenarios if (each.mode, each.order) == (mode, tuple(order))
    )
    return set(scenario.crossings)


def _of_askers(crossings: set[Crossing], askers: set[str]) -> Crossings:
    """The crossings of those files that the run loaded, as the witness has them."""
    rows = {
        (os.path.realpath(each.asker), each.symbol, os.path.realpath(each.definer))
        for each in crossings
    }
    return {row for row in rows if row[0] in askers}


@pytest.mark.parametrize(
    "packages",
    [
        ("rasterio", "fiona"),
        ("fiona", "rasterio"),
        ("cv2", "pyarrow", "scipy"),
    ],
)
def test_what_crosses_under_rtld_local_is_what_was_predicted(
    python: Python, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    _assert_predicted(python, tmp_path, packages, _LOCAL)


@pytest.mark.parametrize("packages", [("rasterio", "fiona"), ("cv2", "pyarrow", "scipy")])
def test_what_crosses_under_rtld_global_is_what_was_predicted(
    python: Python, tmp_path: Path, packages: tuple[str, ...]
) -> None:
    told, seen = _assert_predicted(python, tmp_path, packages, _GLOBAL)
    names = ", ".join(f'"{name}"' for name in packages)
    assert told.advice.lines == (f"isolde.isolate({names})",)
    assert len(seen) > 1000


def _assert_predicted(
    python: Python, tmp_path: Path, packages: tuple[str, ...], mode: str
) -> tuple[Collision, Crossings]:
    told = collide(packages, environment_of(str(python.executable)), modes=[mode])
    nobodys = frozenset(_run(python, _LOCAL, tmp_path, ["stdlib"])[1])
    owned = _owned(python, tmp_path, packages, nobodys)
    text, _ = _run(python, mode, tmp_path, packages)
    askers = {os.path.realpath(asker) for asker, _ in bindings_in(text)} - nobodys
    seen = crossings_in(text, owned)
    assert seen == _of_askers(_predicted(told, mode, packages), askers)
    return told, seen
