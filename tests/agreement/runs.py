"""Running a command: theirs as a process, ours inside this one.

A Python starts in a tenth of a second, and there are tens of thousands of runs.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

SECONDS = 120


class Answer(NamedTuple):
    """What a command printed, and its exit status; "" where it is known, else why it is not."""

    text: bytes
    status: int
    fault: str = ""


def run_theirs(words: Sequence[str]) -> Answer:
    """What another program answers, in the C locale."""
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, "LC_ALL": "C"},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(b"", 0, f"no answer in {SECONDS} seconds")
    return Answer(done.stdout, done.returncode)


def run_ours(words: Sequence[str]) -> Answer:
    """What ``isolde WORDS`` answers; a traceback or no answer is a fault."""
    from isolde.cli._main import main

    with _captured(["isolde", *words]) as out, _alarm():
        try:
            main()
            status, fault = 0, ""
        except SystemExit as end:
            status, fault = int(end.code or 0), ""
        except Exception as error:  # a bug; the table shows it
            status, fault = 0, f"{type(error).__name__}: {error}"
    return Answer(out.getvalue(), status, fault)


@contextmanager
def _captured(arguments: list[str]) -> Iterator[io.BytesIO]:
    saved = sys.argv, sys.stdout, sys.stderr
    out = io.BytesIO()
    sys.argv, sys.stderr = arguments, io.StringIO()
    sys.stdout = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
    try:
        yield out
    finally:
        sys.stdout.flush()
        sys.stdout.detach()
        sys.argv, sys.stdout, sys.stderr = saved


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(number: int, frame: object) -> None:
        raise TimeoutError(f"no answer in {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
