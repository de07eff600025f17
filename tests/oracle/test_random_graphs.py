"""On random graphs of objects, Isolde opens, binds, constructs and unloads as glibc does.

Two differences are meant. Destructors of objects that do not need one another may run in any
order with glibc; Isolde's is the exact reverse of construction. And glibc 2.36 loses part of the
dependencies of an object that came as a dependency and outlived its loader: dlsym through its
handle then misses what DT_NEEDED says is there.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest

from tests.oracle.graphs import Object, build, random_graph, random_walk, reachable
from tests.toolchain import compile_object, link_with_libisolde

HERE = Path(__file__).resolve().parent
FLAGS = ["-D_GNU_SOURCE", f"-I{HERE.parent / 'cases'}"]
WALKS = 5
_MISSED = re.compile(r"ask \./libo(\d+)\.so (\w+): -100")


@pytest.fixture(scope="module")
def walkers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder, source = tmp_path_factory.mktemp("walkers"), [HERE / "walker.c"]
    ours = [*FLAGS, "-DTHROUGH_ISOLDE", *link_with_libisolde()]
    return (
        compile_object(folder / "glibc", source, [*FLAGS, "-ldl"]),
        compile_object(folder / "isolde", source, ours),
    )


def walked(walker: Path, walk: str, folder: Path) -> list[str]:
    done = subprocess.run(
        [str(walker)], cwd=folder, input=walk, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.splitlines()


def is_destructor(line: str) -> bool:
    return line.startswith("destructor of ")


def with_destructors_sorted(lines: Sequence[str]) -> list[str]:
    runs = groupby(lines, key=is_destructor)
    return [line for ends, run in runs for line in (sorted(run) if ends else run)]


def missed_by_glibc(line: str, graph: Sequence[Object]) -> bool:
    """Whether glibc did not find a symbol that the object's dependencies define."""
    missed = _MISSED.fullmatch(line)
    if missed is None:
        return False
    needed = reachable(graph, int(missed[1]))
    return any(missed[2] in graph[number].symbols for number in needed)


def destroyed_out_of_order(lines: Sequence[str]) -> list[str]:
    """Return the destructors that did not run in reverse of construction, within one close."""
    born: dict[str, int] = {}
    wrong, latest = [], len(lines)
    for place, line in enumerate(lines):
        if line.startswith("constructor of "):
            born[line.rpartition(" ")[2]] = place
        if not is_destructor(line):
            latest = len(lines)
        elif born[line.rpartition(" ")[2]] > latest:
            wrong.append(line)
        else:
            latest = born[line.rpartition(" ")[2]]
    return wrong


@pytest.mark.parametrize(
    ("seed", "cycles"), [*((seed, 0.0) for seed in range(16)), *((seed, 0.3) for seed in range(12))]
)
def test_walks_print_the_same(
    seed: int, cycles: float, walkers: tuple[Path, Path], tmp_path: Path
) -> None:
    dice = random.Random(f"{seed} {cycles}")
    graph = random_graph(dice, cycles)
    build(graph, tmp_path)
    for _ in range(WALKS):
        walk = random_walk(dice, graph)
        glibc, isolde = (walked(walker, walk, tmp_path) for walker in walkers)
        pairs = zip(with_destructors_sorted(glibc), with_destructors_sorted(isolde), strict=True)
        different = [pair for pair in pairs if pair[0] != pair[1]]
        assert [pair for pair in different if not missed_by_glibc(pair[0], graph)] == [], walk
        assert destroyed_out_of_order(isolde) == [], walk
