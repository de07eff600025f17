"""Private interpreters with real wheels, in a process that `isolde python` has started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.packages import environment

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(
    sys.version_info < environment.NEEDS, reason="the pinned wheels are for newer Pythons"
)

_START = """\
import json, sys
import isolde
work, newer, older = sys.argv[1:]
NEWER, OLDER = [newer, work], [older, work]
"""


def answer_of(source: str) -> Any:
    """What SOURCE leaves in `answer`, with interpreters of NEWER and OLDER wheels at hand."""
    code = _START + textwrap.dedent(source) + "\nprint(json.dumps(answer))"
    folders = environment.wheels(), environment.wheels(environment.OLDER)
    done = subprocess.run(
        [sys.executable, "-m", "isolde.cli", "python", "-c", code, HERE, *folders],
        env={name: value for name, value in os.environ.items() if name != "GLIBC_TUNABLES"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return json.loads(done.stdout)


def _versions(package: str) -> list[str]:
    files = environment.REQUIREMENTS, environment.OLDER
    lines = [line.split("#")[0].strip() for file in files for line in file.read_text().splitlines()]
    return [line.partition("==")[2] for line in lines if line.startswith(f"{package}==")]


@pytest.mark.parametrize(
    ("package", "function", "right"),
    [
        ("numpy", "solve", [1.0, 2.0]),
        ("pandas", "sums", {"a": 4, "b": 2}),
        ("pydantic-core", "validate", 3),
        ("cryptography", "encrypt", "abc"),
    ],
)
def test_two_versions_of_a_package_compute_side_by_side(
    package: str, function: str, right: object
) -> None:
    found = answer_of(f"""
        with isolde.Interpreter(path=NEWER) as newer, isolde.Interpreter(path=OLDER) as older:
            answer = [each.call("wheel_work:{function}") for each in (newer, older, newer)]
        answer = [[v, a.decode() if isinstance(a, bytes) else a] for v, a in answer]
    """)
    newer, older = _versions(package)
    assert newer != older
    assert found == [[newer, right], [older, right], [newer, right]]


def test_every_package_has_two_versions_in_one_process() -> None:
    found = answer_of("""
        functions = "solve", "sums", "validate", "encrypt"
        with isolde.Interpreter(path=NEWER) as newer, isolde.Interpreter(path=OLDER) as older:
            answer = [
                each.call(f"wheel_work:{function}")[0]
                for function in functions for each in (newer, older)
            ]
    """)
    packages = "numpy", "pandas", "pydantic-core", "cryptography"
    assert found == [version for package in packages for version in _versions(package)]


def test_scikit_learn_fits_in_eight_interpreters_at_once() -> None:
    found = answer_of("""
        from concurrent.futures import ThreadPoolExecutor
        from contextlib import ExitStack
        with ExitStack() as stack, ThreadPoolExecutor(8) as threads:
            eight = [stack.enter_context(isolde.Interpreter(path=NEWER)) for _ in range(8)]
            calls = [
                threads.submit(each.call, "wheel_work:separate", seed)
                for seed, each in enumerate(eight)
            ]
            answer = [call.result() for call in calls]
    """)
    assert found == [1.0] * 8


@pytest.mark.parametrize(
    ("function", "right"),
    [
        pytest.param("markup", ["1", "2", "3"], id="lxml"),
        pytest.param("remote_call", 42.0, id="grpcio-protobuf"),
        pytest.param("picture", ["PNG", [1, 2, 3]], id="pillow"),
    ],
)
def test_two_interpreters_use_a_wheel_one_after_the_other_and_again(
    function: str, right: object
) -> None:
    found = answer_of(f"""
        with isolde.Interpreter(path=NEWER) as first, isolde.Interpreter(path=NEWER) as second:
            answer = [each.call("wheel_work:{function}") for each in (first, second, first)]
    """)
    assert found == [right] * 3


def test_psycopg2_says_that_there_is_no_server() -> None:
    found = answer_of("""
        with isolde.Interpreter(path=NEWER) as first, isolde.Interpreter(path=NEWER) as second:
            answer = [each.call("wheel_work:no_database") for each in (first, second)]
    """)
    assert ["/nonexistent" in each for each in found] == [True, True]


def test_arrays_are_lent_to_a_pool_and_by_it() -> None:
    found = answer_of("""
        sys.path[:0] = NEWER
        import numpy, wheel_work
        mine = numpy.zeros(1 << 20)
        with isolde.InterpreterPoolExecutor(2) as pool:
            there = pool.submit(wheel_work.address, mine).result()
            theirs, lay = pool.submit(wheel_work.made, 1 << 20).result()
            answer = [there == mine.ctypes.data, mine[0], theirs.ctypes.data == lay]
            answer += [int(theirs.sum()) == (1 << 19) * ((1 << 20) - 1)]
        answer += [int(theirs[-1])]
    """)
    assert found == [True, 7.0, True, True, (1 << 20) - 1]
