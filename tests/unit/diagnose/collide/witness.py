"""Which bindings really cross: seen in processes that glibc runs, one for each order and mode."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_BINDING = re.compile(
    r"binding file (.+) \[\d+\] to (.+) \[\d+\]: \w+ symbol `([^']+)'(?: \[([^]]+)\])?"
)

Crossings = set[tuple[str, str, str]]
"""File that refers, symbol, file whose definition it got; files by their real paths."""


class RefusedError(Exception):
    """glibc does not open a file; the text is its reason."""


def loaded(opener: Path, files: Iterable[str]) -> frozenset[str]:
    """What is in the process when OPENER has opened the FILES.

    Raises:
        RefusedError: it does not open one of them.
    """
    return frozenset(map(os.path.realpath, _run([str(opener), "local", *files]).splitlines()))


def crossings(
    opener: Path, mode: str, parties: Mapping[str, Sequence[str]], order: Sequence[str]
) -> Crossings:
    """What crosses when OPENER opens the files of the PARTIES in that ORDER.

    A file belongs to the parties that have it loaded when they are alone.

    Raises:
        RefusedError: glibc does not open one of them.
    """
    nobodys = loaded(opener, [])
    owned = {party: loaded(opener, parties[party]) - nobodys for party in order}
    flag = mode.removeprefix("RTLD_").lower()
    files = [file for party in order for file in parties[party]]
    return crossings_in(traced([str(opener), flag, *files]), owned)


def traced(command: Sequence[str]) -> str:
    """The log of LD_DEBUG=bindings that COMMAND writes.

    Raises:
        RefusedError: it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        _run(command, LD_DEBUG="bindings", LD_DEBUG_OUTPUT=f"{folder}/log")
        return "".join(path.read_text() for path in Path(folder).glob("log.*"))


def bindings_in(text: str) -> dict[tuple[str, str], str]:
    """What each file's symbols are bound to, as the log names the files."""
    return {(match[1], match[3]): match[2] for match in _BINDING.finditer(text)}


def crossings_in(text: str, owned: Mapping[str, frozenset[str]]) -> Crossings:
    """Those of the bindings in a log of LD_DEBUG's that leave the files of their party."""
    everybodys = frozenset[str]().union(*owned.values())
    found: Crossings = set()
    for match in _BINDING.finditer(text):
        asker, definer = (os.path.realpath(path) for path in match.group(1, 2))
        if definer in everybodys:
            mine = [files for files in owned.values() if asker in files]
            if any(definer not in files for files in mine):
                found.add((asker, match[3], definer))
    return found


def _run(command: Sequence[str], **variables: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LD_")}
    done = subprocess.run(
        command,
        env={**clean, "LD_BIND_NOW": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        raise RefusedError(done.stderr.strip())
    return done.stdout
