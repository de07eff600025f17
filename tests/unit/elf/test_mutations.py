"""Whatever is changed in a file, it is read, rewritten, or refused in documented words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.exercise import exercise
from tests.fuzz.tools import Seed, check, make_input, read_seeds, watch

_INPUTS = 3000


@pytest.fixture(scope="session")
def seeds(small: Callable[[str], Path]) -> list[Seed]:
    return read_seeds(small("object.o").parent)


def test_inputs_of_the_fuzzer(seeds: list[Seed]) -> None:
    for number in range(_INPUTS):
        name, data = make_input(seeds, 0, number)
        fault = check(data)
        assert fault is None, f"input {number} of run 0, from {name}: {fault}"


_VALUES = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.sampled_from([bytes(4), b"\xff" * 4, bytes(8), b"\xff" * 8, b"\xff\xff\xff\x7f"]),
)


@given(data=st.data())
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_changed_bytes(seeds: list[Seed], data: st.DataObject) -> None:
    _, content, _ = data.draw(st.sampled_from(seeds))
    changed = bytearray(content)
    changes = st.tuples(st.integers(0, len(changed) - 1), _VALUES)
    for place, value in data.draw(st.lists(changes, min_size=1, max_size=6)):
        changed[place : place + len(value)] = value
    exercise(bytes(changed[: data.draw(st.integers(0, len(changed)))]))


def _raises(data: bytes) -> None:
    raise ZeroDivisionError


def _never_ends(data: bytes) -> None:
    while data:
        pass


def test_an_error_that_is_not_documented_is_noticed() -> None:
    assert "ZeroDivisionError" in (check(b"", _raises) or "")


def test_an_input_that_takes_too_long_is_noticed() -> None:
    watch()
    assert "SlowError" in (check(b"any", _never_ends, 0.05) or "")
