"""The OpenBLAS that numpy's wheel bundles, with its Fortran runtime and its thread pool."""

from __future__ import annotations

import ctypes
from importlib.util import find_spec
from pathlib import Path

import pytest

import isolde


def bundled() -> Path | None:
    """The wheel's library, without importing numpy: the host must not have it loaded."""
    spec = find_spec("numpy")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parents[1] / "numpy.libs"
    return next(iter(sorted(folder.glob("*openblas*.so*"))), None)


FOUND = bundled()
ORDER = 64

pytestmark = pytest.mark.skipif(FOUND is None, reason="no numpy wheel with OpenBLAS is installed")


def squared(blas: isolde.Library, matrix: list[float]) -> list[float]:
    """The product of a matrix of ORDER rows with itself, by cblas_dgemm with 64-bit integers."""
    array = ctypes.c_double * (ORDER * ORDER)
    source, result = array(*matrix), array()
    row_major, plain = 101, 111
    n = ctypes.c_int64(ORDER)
    one, zero = ctypes.c_double(1), ctypes.c_double(0)
    blas.scipy_cblas_dgemm64_(
        row_major, plain, plain, n, n, n, one, source, n, source, n, zero, result, n
    )
    return list(result)


def test_twenty_copies_multiply_matrices(twenty_spaces: list[isolde.Space]) -> None:
    shift = [float((column - row) % ORDER == 1) for row in range(ORDER) for column in range(ORDER)]
    twice = [float((column - row) % ORDER == 2) for row in range(ORDER) for column in range(ORDER)]
    for space in twenty_spaces:
        assert FOUND is not None
        assert squared(space.load(FOUND), shift) == twice


def test_each_copy_has_its_own_number_of_threads(twenty_spaces: list[isolde.Space]) -> None:
    assert FOUND is not None
    copies = [space.load(FOUND) for space in twenty_spaces[:4]]
    for number, blas in enumerate(copies):
        blas.scipy_openblas_set_num_threads64_(1 + number % 2)
    threads = [blas.scipy_openblas_get_num_threads64_() for blas in copies]
    assert threads == [1, 2, 1, 2] or max(threads) == 1  # one processor: no second thread
