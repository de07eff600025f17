"""Twenty spaces, in which each test here opens one real library and puts it to work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

import isolde

COPIES = 20


@pytest.fixture
def twenty_spaces() -> Iterator[list[isolde.Space]]:
    """Twenty open spaces, closed when the test ends; a close that fails fails the test."""
    with ExitStack() as stack:
        yield [stack.enter_context(isolde.Space(f"copy-{number}")) for number in range(COPIES)]
