"""Runs test modules in a private interpreter: ``inside.py PYTHON OUTPUT RUNNER NAME...``."""

from __future__ import annotations

import sys
from pathlib import Path

import isolde


def main() -> None:
    """Run them, and close the interpreter."""
    python, output, runner, *names = sys.argv[1:]
    with isolde.Interpreter(python, path=[str(Path(__file__).parent)]) as interpreter:
        interpreter.call("runner:main", output, runner, names)


if __name__ == "__main__":
    main()
