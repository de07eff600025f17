"""In random layouts of folders, Isolde finds every object where glibc finds it."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from tests.oracle.layouts import random_layout
from tests.toolchain import compile_object, link_with_libisolde

HERE = Path(__file__).resolve().parent
FLAGS = ["-D_GNU_SOURCE", f"-I{HERE.parent / 'cases'}"]
FILES = ("./d0/liba.so", "libb.so", "./d1/libc1.so", "libd.so")


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder, source = tmp_path_factory.mktemp("hosts"), [HERE / "visitor_host.c"]
    ours = [*FLAGS, "-DTHROUGH_ISOLDE", *link_with_libisolde()]
    return (
        compile_object(folder / "glibc", source, [*FLAGS, "-ldl"]),
        compile_object(folder / "isolde", source, ours),
    )


def visited(host: Path, folder: Path, environment: dict[str, str]) -> list[str]:
    """What the host printed, paths made absolute: glibc keeps them as it put them together."""
    done = subprocess.run(
        [str(host), *FILES],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [_absolute(line, folder) for line in done.stdout.splitlines()]


def _absolute(line: str, folder: Path) -> str:
    word, _, path = line.partition(" ")
    return f"found {os.path.normpath(folder / path)}" if word == "found" else line


@pytest.mark.parametrize("seed", range(40))
def test_objects_are_found_in_the_same_places(
    seed: int, hosts: tuple[Path, Path], tmp_path: Path
) -> None:
    environment = random_layout(random.Random(seed), tmp_path)
    by_glibc, by_isolde = (visited(host, tmp_path, environment) for host in hosts)
    assert by_isolde == by_glibc
