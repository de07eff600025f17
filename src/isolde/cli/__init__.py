"""The `isolde` command.

A command is one file here: its function's docstring is its help, its parameters are its options.
Heavy modules are imported inside the functions that need them, so that `isolde --help` and a
shell's completion answer at once.

`main` is the one place that turns errors into exit codes: 0 done, 1 the thing asked about has a
fault, 2 misuse.
"""

from isolde.cli._main import app, main

__all__ = ["app", "main"]
