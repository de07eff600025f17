"""The Pythons with real wheels that `isolate` is proved on."""

from tests.end_to_end.packages.conftest import python

__all__ = ["python"]
