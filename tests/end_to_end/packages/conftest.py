"""Each test runs on every build of Python that the machine has for these wheels."""

from __future__ import annotations

import sys

import pytest

from tests.end_to_end.packages import environment
from tests.end_to_end.packages.environment import Python


@pytest.fixture(params=["own", "system"])
def python(request: pytest.FixtureRequest) -> Python:
    """A Python with the wheels, and this tree's isolde."""
    if sys.version_info < environment.NEEDS:
        pytest.skip("the pinned wheels are for Python {}.{} or newer".format(*environment.NEEDS))
    if request.param not in environment.interpreters():
        pytest.skip("/usr/bin/python3 is of another version, or is the one that runs the tests")
    return environment.python(request.param)
