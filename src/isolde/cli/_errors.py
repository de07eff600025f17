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


def tried_of(error: Exception) -> tuple[str, ...]:
    """Every place that was looked in for a file, when ERROR is that it was not found."""
    from isolde.errors import LoadError

    # A module's error has the loader's as its cause.
    cause = getattr(error, "cause", error)
    return cause.tried if isinstance(cause, LoadError) else ()
