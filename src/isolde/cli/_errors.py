"""Which errors are whose: the table from exceptions to exit codes, and what JSON says of them."""

from __future__ import annotations

import sys

FAULT, MISUSE = 1, 2

# Attributes of errors that are facts; the names that JSON has for them.
_FACTS = {
    "load": ("file", "needed_by", "tried", "symbol", "version"),
    "argument": ("parameter", "expected", "got"),
    "exit": ("exit_status",),
    "timeout": ("seconds",),
    "elf": ("file", "reason", "offset"),
}


class MisuseError(Exception):
    """The command line asks for something that makes no sense; the message says what would."""


class FaultError(Exception):
    """What was asked about has a fault, and the message says it all."""


class NoFunctionError(FaultError):
    """The library has no function of that name."""


def status_of(error: Exception) -> int | None:
    """The exit code for ERROR; None for an error that is a bug of Isolde's own."""
    from isolde.errors import IsoldeError
    from isolde.launch import LaunchError

    if isinstance(error, LaunchError):
        return error.status
    if isinstance(error, MisuseError) or _is_prototype_error(error):
        return MISUSE
    if isinstance(error, (FaultError, IsoldeError)) or is_about_a_file(error):
        return FAULT
    return None


def _is_prototype_error(error: Exception) -> bool:
    """Whether `isolde.prototype` has raised it: a room that takes as long to import as to start."""
    if "isolde.prototype" not in sys.modules:
        return False
    from isolde.prototype import ArgumentError, PrototypeError

    return isinstance(error, (ArgumentError, PrototypeError))


def is_about_a_file(error: Exception) -> bool:
    """Whether the system refused a file, which the error names."""
    return isinstance(error, OSError) and isinstance(error.filename, str)


def message_of(error: Exception) -> str:
    """What the error line says."""
    if isinstance(error, OSError) and is_about_a_file(error):
        return f"{error.filename}: {error.strerror}"
    return str(error)


def facts_of(error: Exception, status: int) -> dict[str, object]:
    """What --json prints about ERROR: its kind, its message, the exit status and its parts."""
    from isolde.engine.child import CrashError

    kind = _kind_of(error, status)
    facts = {name: getattr(error, name) for name in _FACTS.get(kind, ())}
    told: dict[str, object] = {
        "error": {"kind": kind, "status": status, "message": message_of(error), **facts}
    }
    if isinstance(error, CrashError):
        return {**told, "crash": {**error.report, "signal": error.signal}}
    return told


def _kind_of(error: Exception, status: int) -> str:
    from isolde.engine.child import CallTimeoutError, CrashError, ExitError
    from isolde.errors import ElfError, LoadError
    from isolde.prototype import ArgumentError, PrototypeError

    kinds = {
        CrashError: "crash",
        ExitError: "exit",
        CallTimeoutError: "timeout",
        LoadError: "load",
        ElfError: "elf",
        NoFunctionError: "function",
        ArgumentError: "argument",
        PrototypeError: "prototype",
    }
    found = (kind for class_, kind in kinds.items() if isinstance(error, class_))
    return next(found, "misuse" if status == MISUSE else "fault")
