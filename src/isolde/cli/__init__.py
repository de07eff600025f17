"""The `isolde` command.

A command is one file here: its function's docstring is its help, its parameters are its options.
Heavy modules are imported inside the functions that need them, so that `isolde --help` and a
shell's completion answer at once.

`main` is the one place that turns errors into exit codes: 0 done, 1 the thing asked about has a
fault, 2 misuse.
"""

import sys


def main() -> None:
    """The command.  `isolde run PROGRAM`, without options, does not wait for typer."""
    if sys.argv[1:2] == ["run"] and len(sys.argv) > 2 and not sys.argv[2].startswith("-"):
        _become(sys.argv[2], sys.argv[3:])
    from isolde.cli._main import main as command

    command()


def _become(program: str, arguments: list[str]) -> None:
    from isolde.launch import Launch, LaunchError

    try:
        Launch().execute(program, arguments)
    except LaunchError:
        return  # told by the command, which meets it again


__all__ = ["main"]
