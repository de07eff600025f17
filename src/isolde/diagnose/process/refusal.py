"""Processes that cannot be looked at: who, why, and the way out."""

from __future__ import annotations

import os
from pathlib import Path

from isolde.diagnose.process.errors import ForbiddenError, ProcessError
from isolde.diagnose.process.printable import printable
from isolde.diagnose.process.process import Process, user_name

_SCOPE = Path("/proc/sys/kernel/yama/ptrace_scope")


def refuse(process: Process) -> None:
    """Raises ProcessError where PROCESS can have nothing loaded."""
    if process.is_kernel_thread:
        raise ProcessError(
            f"{_who(process)} is a part of the kernel: it has no memory of its own and loads "
            f"nothing; its modules are in /proc/modules"
        )
    if process.state in "ZX":
        raise ProcessError(
            f"{_who(process)} has ended: a zombie has nothing loaded, and is there until its "
            f"parent, process {process.parent}, waits for it"
        )


def may_not_read(process: Process, error: OSError) -> ProcessError:
    """The error for a process of which not even the mappings may be read."""
    if isinstance(error, (ProcessLookupError, FileNotFoundError)):
        return ProcessError(f"process {process.pid} has ended while it was read")
    owner, reader = process.owner(), os.geteuid()
    if reader == 0:
        return ForbiddenError(
            f"{_who(process)} may not be read, not even by root: "
            f"this container needs the capability SYS_PTRACE"
        )
    if owner != reader:
        who = user_name(owner) if owner == 0 else f"{user_name(owner)} or root"
        return ForbiddenError(
            f"{_who(process)} is {user_name(owner)}'s, and you are {user_name(reader)}: "
            f"be {who} to see what it has loaded"
        )
    return ForbiddenError(
        f"{_who(process)} is yours, but may not be read: it has more rights than you (set-user-ID, "
        f"capabilities) or has forbidden it (PR_SET_DUMPABLE): be root"
    )


def why_no_memory(process: Process) -> str:
    """The remark on a process whose mappings may be read, but not its memory."""
    scope = _SCOPE.read_text().strip() if _SCOPE.exists() else "0"
    way_out = "be root" if scope == "0" else f"be root, or set {_SCOPE} to 0 (it is {scope})"
    return f"its memory may not be read, so only files that are mapped as code are known: {way_out}"


def _who(process: Process) -> str:
    return f"process {process.pid} ({printable(process.command)})"
