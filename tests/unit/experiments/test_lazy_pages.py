"""The experiment with lazily relocated pages runs, and what its page says of fork is so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.experiments.lazy_pages.experiment import (
    REFILLS,
    WAYS,
    RefusedError,
    Use,
    cold,
    costs,
    hazards,
    path_of,
    uses,
)

_LIBRARY = "libstdc++.so.6"
# They hold for the user mode of userfaultfd too, which a kernel may allow to everybody.
_LAZY = "userfaultfd, SIGBUS"


@contextmanager
def _what_is_refused_skips() -> Iterator[None]:
    try:
        yield
    except RefusedError as refusal:
        pytest.skip(f"the kernel refuses it: {refusal}")


@pytest.fixture(autouse=True)
def _library() -> None:
    try:
        path_of(_LIBRARY)
    except FileNotFoundError:
        pytest.skip(f"{_LIBRARY} is not installed")


@pytest.mark.parametrize("way", [*WAYS, *REFILLS])
def test_each_way_gives_every_page_what_relocation_would(way: str) -> None:
    """The program compares each page of each copy, and fails if one differs."""
    with _what_is_refused_skips():
        assert costs(way, _LIBRARY, 2)["open"][0] > 0


def test_an_idle_copy_takes_no_memory_when_its_pages_are_lazy() -> None:
    with _what_is_refused_skips():
        lazily, eagerly = costs(_LAZY, _LIBRARY, 2)["private, idle"]
        assert lazily < eagerly


def test_eager_pages_meet_no_hazard() -> None:
    assert set(hazards("populated", _LIBRARY).values()) <= {"works", "refused"}


def test_a_child_of_fork_reads_zeros_where_pages_are_lazy() -> None:
    answers = hazards(_LAZY, _LIBRARY)
    if answers["the program reads"] == "refused":
        pytest.skip("the kernel refuses userfaultfd(2)")
    assert answers["the program reads"] == "works"
    assert answers["a child of fork reads"] == "wrong data"
    assert answers["a child of fork, mended, reads"] == "works"
    assert answers["write(2) from it"] == "EFAULT"


def test_what_the_memory_alone_takes_is_measured() -> None:
    assert all(microseconds > 0 for microseconds in cold(256))


def test_what_a_program_touches_is_counted() -> None:
    with _what_is_refused_skips():
        loaded, *later = uses(_LIBRARY)
        assert 0 < loaded.relocated_touched <= loaded.relocated
        for use in (loaded, *later):
            assert _adds_up(use)


def _adds_up(use: Use) -> bool:
    return (
        use.touched == use.relocated_touched + use.others_touched
        and use.changed <= use.touched <= use.in_blocks <= use.pages
        and use.relro_touched <= use.relro <= use.relocated
    )
