"""Runs the `isolde` command as a shell would: in a process of its own, in a pipe."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


def isolde(*arguments: str, standard_input: str = "") -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "isolde.cli", *arguments],
        input=standard_input,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
