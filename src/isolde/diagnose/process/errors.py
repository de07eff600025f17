"""Why a process cannot be looked at, in a sentence with who, why and what would help."""

from __future__ import annotations

from isolde.errors import IsoldeError


class ProcessError(IsoldeError):
    """There is no such process, it has nothing loaded, or it may not be read."""


class ForbiddenError(ProcessError):
    """It may not be read."""
