"""The crash of this process as a line of its log, like every other line.

The handler that runs as a process dies can write its report but not log it.  A process of its own,
forked before there are threads or modules, waits for the report and logs it.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable

from isolde import _core


def log_crashes(log: Callable[[dict[str, object]], None]) -> None:
    """From now on LOG is called with the report when a signal has ended this process."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write_end)
        _leave_to_init()
        _wait(read_end, log)
    os.close(read_end)
    os.waitpid(child, 0)
    _core.report_crashes(write_end)


def _leave_to_init() -> None:
    """Goes on as no child of the server: a module may wait for whatever children there are."""
    if os.fork() != 0:
        os._exit(0)
    os.setsid()  # Ctrl-C is meant for the server
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)


def _wait(read_end: int, log: Callable[[dict[str, object]], None]) -> None:
    """Until the server has ended, in whatever way."""
    try:
        with open(read_end, "rb") as pipe:
            received = pipe.read()
        if received:
            log(_parsed(received))
    finally:
        os._exit(0)


def _parsed(received: bytes) -> dict[str, object]:
    try:
        report: dict[str, object] = json.loads(received)
    except ValueError:  # cut short
        return {"report": received.decode("utf-8", "backslashreplace")}
    return report
