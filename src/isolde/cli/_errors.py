"""Which errors are whose: the table from exceptions to exit codes."""

from __future__ import annotations

FAULT, MISUSE = 1, 2


class MisuseError(Exception):
    """The command line asks for something that makes no sense; the message says what would."""


class FaultError(Exception):
    """What was asked about has a fault, and the message says it all."""


def status_of(error: Exception) -> int | None:
    """The exit code for ERROR; None for an error that is a bug of Isolde's own."""
    from isolde.errors import IsoldeError
    from isolde.prototype import ArgumentError, PrototypeError

    if isinstance(error, (MisuseError, ArgumentError, PrototypeError)):
        return MISUSE
    if isinstance(error, (FaultError, IsoldeError)):
        return FAULT
    return None
