"""The resolver's orders of loading and of constructors are glibc's."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from isolde.resolve import System, closure
from tests.oracle.graphs import build, random_graph
from tests.oracle.orders import (
    by_resolver,
    differences,
    elf_files,
    opened_by_glibc,
    traced_by_glibc,
)
from tests.toolchain import compile_object
from tests.unit.resolve.made import program, runpath

HERE = Path(__file__).resolve().parent
FOLDER = Path("/usr/lib/x86_64-linux-gnu")
SAMPLE = 60
LIBRARIES = (
    "libz.so.1",
    "libssl.so.3",
    "libsqlite3.so.0",
    "libstdc++.so.6",
    "libcurl.so.4",
    "libgobject-2.0.so.0",
    "libpython3.11.so.1.0",
    "libclang-14.so.1",
)


@pytest.fixture(scope="module")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_object(
        tmp_path_factory.mktemp("glibc") / "opener", [HERE / "opener.c"], ["-ldl"]
    )


def test_a_sample_of_this_machines_files() -> None:
    files = list(elf_files(["/usr/bin", str(FOLDER)]))
    sample = random.Random(5).sample(files, min(SAMPLE, len(files)))
    system = System(environment={})
    assert [line for path in sample for line in differences(path, system)] == []


@pytest.mark.parametrize("name", LIBRARIES)
def test_constructors_run_in_that_order_when_a_library_is_opened(name: str, opener: Path) -> None:
    library = FOLDER / name
    if not library.exists():
        pytest.skip(f"{library} is not installed")
    told = opened_by_glibc(opener, str(library))
    made = closure([str(opener), str(library)], System(environment={}))
    ours = [os.path.realpath(item.path) for item in made.init_order().objects]
    assert len(told) > 0
    assert [path for path in ours if path in told] == list(told)


@pytest.mark.parametrize(
    ("seed", "cycles"), [*((seed, 0.0) for seed in range(6)), *((seed, 0.4) for seed in range(10))]
)
def test_random_graphs_of_programs_and_libraries(
    seed: int, cycles: float, opener: Path, tmp_path: Path
) -> None:
    dice = random.Random(f"{seed} {cycles}")
    graph = random_graph(dice, cycles)
    build(graph, tmp_path)
    system = System(environment={})
    chosen = [tmp_path / item.file for item in dice.sample(graph, 2)]
    main = str(program(tmp_path / "main", chosen, runpath("$ORIGIN")))
    assert by_resolver(closure([main], system)) == traced_by_glibc(main)
    for item in graph:
        library = f"{tmp_path}/{item.file}"
        assert by_resolver(closure([library], system)) == traced_by_glibc(library)
        told = opened_by_glibc(opener, library)
        ours = closure([str(opener), library], system).init_order().objects
        order = [os.path.realpath(each.path) for each in ours]
        assert [path for path in order if path in told] == list(told)
