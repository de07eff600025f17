"""The programs by which dlmopen was given up, each of which works in spaces."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import isolde
from tests.toolchain import compile_library

HERE = Path(__file__).resolve().parent
MORE_THAN_GLIBC_ALLOWS = 40


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("seed") / "libhello.so"
    return compile_library(output, [HERE / "starts_thread.c"], ["-nodefaultlibs"])


def test_more_spaces_than_dlmopen_has_namespaces(module: Path) -> None:
    spaces = [isolde.Space() for _ in range(MORE_THAN_GLIBC_ALLOWS)]
    for space in spaces:
        assert space.load(module).say_hello() == 1
    for space in spaces:
        space.close()


def test_a_library_not_linked_with_the_thread_library_starts_threads(module: Path) -> None:
    assert b"libpthread" not in module.read_bytes()
    with isolde.Space() as space:
        assert [space.load(module).say_hello() for _ in range(3)] == [1, 2, 3]


def test_keys_of_two_spaces_and_the_host_differ(module: Path) -> None:
    with isolde.Space() as one, isolde.Space() as other, isolde.Space() as third:
        keys = [space.load(module).make_key() for space in (one, other, third)]
    assert len(set(keys)) == 3


def test_popen_from_many_spaces_and_threads(module: Path) -> None:
    libraries = [isolde.Space().load(module) for _ in range(20)]
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n, lib: answers.append(lib.by_popen(b"echo %d" % n)),
            args=(number, library),
        )
        for number, library in enumerate(libraries)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list(range(20))
    for library in libraries:
        library.space.close()
