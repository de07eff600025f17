"""A process that has loaded what a test is about, and waits until the test is over."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

PROGRAMS = Path(__file__).parent / "programs"


class Held:
    """Runs COMMAND until it says "ready"; on leaving, closes its standard input and waits.

    Attributes:
        pid: its number.
        said: the lines before "ready".
        last_words: what it printed afterwards, once it has ended.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        environment: dict[str, str] | None = None,
        before: Callable[[], None] | None = None,
        user: int | None = None,
    ) -> None:
        self._child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            preexec_fn=before,
            user=user,
        )
        self.pid = self._child.pid
        self.said: list[str] = []
        self.last_words = ""

    def __enter__(self) -> Held:
        assert self._child.stdout is not None
        while (line := self._child.stdout.readline()) != "ready\n":
            assert line, f"it has ended: {self._child.wait()}"
            self.said.append(line.strip())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.last_words, _ = self._child.communicate(timeout=60)


def may_mount(command: str = "mount -t tmpfs none /mnt") -> bool:
    """Whether COMMAND mounts something, in a mount namespace of its own; containers refuse it."""
    try:
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-ec", command], capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0
