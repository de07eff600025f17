"""Runs the application with uvicorn: where it listens, and how it stops."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGTERM, signal

import uvicorn

from isolde.errors import IsoldeError
from isolde.gateway.application import Application


class AddressError(IsoldeError):
    """An address that cannot be listened at."""


@dataclass(frozen=True)
class Listener:
    """A socket that accepts connections.

    Attributes:
        socket: already bound.
        url: how to reach it.
    """

    socket: socket.socket
    url: str


def listen(host: str, port: int, uds: Path | None = None) -> Listener:
    """Binds to HOST and PORT (0: any free one), or to the Unix socket UDS.

    Raises:
        AddressError: it is taken, not this machine's, or not permitted.
    """
    return _listen_unix(uds) if uds is not None else _listen_tcp(host, port)


def serve(application: Application, listener: Listener, *, ready: Callable[[], None]) -> bool:
    """Serves until SIGINT or SIGTERM; requests that run by then are finished.

    Args:
        application: closed at the end.
        listener: where; its socket is closed at the end.
        ready: called once connections are accepted.

    Returns:
        False when a second SIGINT cut it short: calls may still be running.
    """
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    server = _Server(config, ready)
    server.run(sockets=[listener.socket])
    if not server.force_exit:
        application.close()
    return not server.force_exit


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]):
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tells that connections are accepted, when they are."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stops at a signal; uvicorn's own would afterwards die of it, and exit with its code."""
        for number in (SIGINT, SIGTERM):
            signal(number, self.handle_exit)
        yield


def _listen_tcp(host: str, port: int) -> Listener:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family)
    except OSError as error:
        raise AddressError(f"cannot listen at {host}: {error.strerror}") from None
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(address)
    except OSError as error:
        made.close()
        raise AddressError(_why_not(host, port, error)) from None
    shown = f"[{host}]" if ":" in host else host
    return Listener(made, f"http://{shown}:{made.getsockname()[1]}")


def _why_not(host: str, port: int, error: OSError) -> str:
    return (
        f"cannot listen at {host}:{port}: {error.strerror}; "
        "choose another with --port, or --port 0 for any free one"
    )


def _listen_unix(path: Path) -> Listener:
    """Replaces a socket that a server left behind, but nothing else, and not a live one."""
    made = socket.socket(socket.AF_UNIX)
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode) and not _answers(path):
            path.unlink()
        made.bind(os.fspath(path))
    except OSError as error:
        made.close()
        reason = error.strerror or error  # a path that is too long has no number
        raise AddressError(f"cannot listen at {path}: {reason}") from None
    return Listener(made, f"unix:{path}")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(os.fspath(path)) == 0
