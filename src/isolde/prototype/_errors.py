"""What can be wrong with a prototype or with the arguments given for it.

PrototypeError(ValueError)   the C text cannot be read
ArgumentError(ValueError)    the arguments do not fit the prototype
"""

from __future__ import annotations


class PrototypeError(ValueError):
    """A C prototype that cannot be read; the message says where and what to write instead."""


class ArgumentError(ValueError):
    """An argument that does not fit its parameter.

    Attributes:
        parameter: name of the parameter, or None where the number of arguments is wrong.
        expected: what the parameter takes, in words.
        got: what was given instead, shortened JSON.
    """

    def __init__(
        self, expected: str, got: str, *, parameter: str | None = None, declaration: str = ""
    ):
        self.parameter = parameter
        self.expected = expected
        self.got = got
        place = f"parameter '{declaration or parameter}': " if parameter is not None else ""
        super().__init__(f"{place}expected {expected}, got {got}")
