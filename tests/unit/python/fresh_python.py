"""Runs a few lines in a Python of their own, where a crash is a result."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap


def run_fresh(
    source: str, *arguments: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run SOURCE with sys.argv[1:] = ARGUMENTS and ENVIRONMENT added to this process's."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source), *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def printed_by(source: str, *arguments: object, **environment: str) -> str:
    """What SOURCE prints; it must exit 0."""
    done = run_fresh(source, *arguments, **environment)
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout.strip()
