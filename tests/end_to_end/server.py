"""A real `isolde serve` in a process of its own, and requests to it over real HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx


@dataclass
class Server:
    """A running server.

    Attributes:
        process: its process.
        url: where it answers, as it said.
        log: what it has logged so far.
    """

    process: subprocess.Popen[str]
    url: str = ""
    log: list[dict[str, Any]] = field(default_factory=list)

    def wait_until_serving(self) -> None:
        for event in self._events():
            self.log.append(event)
            if event["event"] == "serving":
                self.url = event["url"]
                return
        raise AssertionError(f"the server ended: {self.process.wait()}")

    def call(self, module: str, function: str, request: object) -> httpx.Response:
        return httpx.post(f"{self.url}/function/{module}/{function}", json=request, timeout=30)

    def stop(self) -> int:
        """Its exit status after SIGTERM."""
        self.process.terminate()
        return self.wait()

    def wait(self) -> int:
        self.log += self._events()
        return self.process.wait(timeout=30)

    def _events(self) -> Iterator[dict[str, Any]]:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            yield json.loads(line)


@contextmanager
def serving(directory: Path, *options: str) -> Iterator[Server]:
    """A server of DIRECTORY's modules, on a free port unless OPTIONS say otherwise."""
    command = [sys.executable, "-m", "isolde.cli", "serve", str(directory), "--port", "0"]
    process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True)
    server = Server(process)
    try:
        server.wait_until_serving()
        yield server
    finally:
        process.kill()
        process.communicate()
