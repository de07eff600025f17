"""The same rules hold where the host's ctypes is only partly within the core's reach.

ISOLDE_ADOPT masks what the core may do to the host; see `_core._adopt_host`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from isolde import _core
from tests.unit.python.fresh_python import printed_by

HERE = Path(__file__).parent
SUITE = ("test_library.py", "test_closing.py", "test_fork.py")


def test_this_host_is_within_reach() -> None:
    asked = int(os.environ.get("ISOLDE_ADOPT", "3"))
    assert _core.host_bits == asked & (_core.HOST_KNOWS_HANDLES | _core.HOST_COUNTS_CALLS)


@pytest.mark.parametrize("bits", [0, _core.HOST_KNOWS_HANDLES, _core.HOST_COUNTS_CALLS])
def test_the_rules_hold_with_only(bits: int) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *(str(HERE / name) for name in SUITE)],
        env={**os.environ, "ISOLDE_ADOPT": str(bits)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ctypes_is_found_where_it_is_a_module_of_its_own() -> None:
    source = "from isolde import _core; import _ctypes, os; print(os.fsdecode(_core.ctypes_host()))"
    import _ctypes

    assert printed_by(source) == _ctypes.__file__


def test_ctypes_is_found_where_it_is_built_in() -> None:
    source = """
        import _ctypes, ctypes, os, sys
        from isolde import _core
        del _ctypes.__file__
        with open("/proc/self/maps") as maps:
            libpython = sorted({line.split()[-1] for line in maps if "libpython" in line})
        found = os.fsdecode(_core.ctypes_host())
        assert found == "" if not libpython else os.path.samefile(found, libpython[0]), found
        print("found")
    """
    assert printed_by(source) == "found"
