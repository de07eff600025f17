"""`make soak`'s long part: threads in the same spaces, then in namespaces of their own.

    python -m tests.soak.run THREADS SECONDS

Prints what was done, and resident memory; exits 1 if anything was wrong, or left.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.soak.build import ALL_WELL, build_libraries, build_program, build_unmodified

_ROUNDS = {"soak": 400, "namespaces": 100}  # of one thread: a second or a few for all
_SEED = 1


def _commands(folder: Path, threads: int, seconds: int) -> dict[str, list[str]]:
    soak = [build_program(folder, "soak"), folder, threads, 0, _ROUNDS["soak"]]
    run = [sys.executable, "-m", "isolde", "run", build_unmodified(folder, "namespaces")]
    namespaces = [*run, folder, threads, 0, _ROUNDS["namespaces"], seconds]
    commands = {"soak": [*soak, _SEED, seconds], "namespaces": namespaces}
    return {name: [str(word) for word in words] for name, words in commands.items()}


def _runs_well(name: str, command: Sequence[str]) -> bool:
    print(f"{name}:", flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, end="", flush=True)
    return done.returncode == 0 and done.stdout == ALL_WELL[name]


def main(threads: int, seconds: int) -> int:
    """Run both programs; return the exit status."""
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        build_libraries(folder)
        commands = _commands(folder, threads, seconds)
        well = [_runs_well(name, command) for name, command in commands.items()]
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
