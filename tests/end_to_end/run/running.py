"""Compiles programs that know nothing of Isolde, and runs them with and without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ISOLDE_RUN = (sys.executable, "-m", "isolde.cli", "run")


@dataclass(frozen=True)
class Done:
    """What a program has left: status (negative: the signal), standard output and error."""

    status: int
    out: str
    err: str


def run(
    *command: str | Path,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    standard_input: str = "",
    seconds: float = 120,
) -> Done:
    """Run a command in ``folder``; ``environment`` is added to the present one."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        input=standard_input,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def isolde_run(
    *command: str | Path,
    folder: Path,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    standard_input: str = "",
    seconds: float = 120,
) -> Done:
    """Run a command under `isolde run`."""
    return run(
        *ISOLDE_RUN,
        *options,
        *command,
        folder=folder,
        environment=environment,
        standard_input=standard_input,
        seconds=seconds,
    )
