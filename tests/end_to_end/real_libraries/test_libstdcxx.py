from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

import isolde
from tests.end_to_end.real_libraries.system import needs_program
from tests.toolchain import compile_library

pytestmark = needs_program("g++")
HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("cxx") / "libcxxmodule.so"
    return compile_library(output, [HERE / "cxx_module.cpp"], ["-O0", "-pthread"])


def test_streams_locale_regex_threads_and_exceptions(
    twenty_spaces: list[isolde.Space], module: Path
) -> None:
    for space in twenty_spaces:
        library = space.load(module)
        library.exercise.restype = ctypes.c_char_p
        assert library.exercise() == b"1.234.567 2 1 10"


def test_each_module_has_a_libstdcxx_and_state_of_its_own(
    twenty_spaces: list[isolde.Space], module: Path
) -> None:
    libraries = [space.load(module) for space in twenty_spaces]
    bases = {
        image.base
        for space in twenty_spaces
        for image in space.images
        if image.soname == "libstdc++.so.6" and not image.shared
    }
    assert len(bases) == len(twenty_spaces)
    for number, library in enumerate(libraries):
        assert [library.count_calls() for _ in range(number + 1)][-1] == number + 1
