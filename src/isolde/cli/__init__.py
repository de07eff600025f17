"""The `isolde` command.

A command is one file here: its function's docstring is its help, its parameters are its options.
Heavy modules are imported inside the functions that need them, so that `isolde --help` and a
shell's completion answer at once.

`main` is the one place that turns errors into exit codes: 0 done, 1 the thing asked about has a
fault, 2 misuse.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from isolde.cli._python_line import PythonLine


def main() -> None:
    """The command; `run PROGRAM`, `python SCRIPT` and what `_quick` knows do not wait for typer."""
    if sys.argv[1:2] == ["run"] and len(sys.argv) > 2 and not sys.argv[2].startswith("-"):
        _become(sys.argv[2], sys.argv[3:])
    if sys.argv[1:2] == ["python"]:
        _become_python(sys.argv[2:])
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from isolde.cli._streams import stand_in_for_closed

        stand_in_for_closed()
    from isolde.cli._quick import run_quickly

    status = run_quickly(sys.argv[1:])
    if status is not None:
        sys.exit(status)
    from isolde.cli._main import main as command

    command()


def _become(program: str, arguments: list[str]) -> None:
    from isolde.launch import Launch, LaunchError

    try:
        Launch().execute(program, arguments)
    except LaunchError:
        return  # told by the command, which meets it again


def _become_python(words: list[str]) -> None:
    from isolde.cli._python_line import QUICK, PythonLine
    from isolde.errors import IsoldeError

    line = PythonLine(words)
    options = dict(line.options)
    if None in options.values() or not set(options) <= set(QUICK):
        return
    try:
        _start(line, options.get("--python"), options.get("--venv"), options.get("--isolate"))
    except IsoldeError:
        return  # as above


def _start(line: PythonLine, python: str | None, venv: str | None, isolate: str | None) -> None:
    from isolde.startup import start_python

    program = sys.executable
    if python or venv:
        from isolde.interpreter.choice import find_program

        program = find_program(python, venv)
    start_python(program, line.arguments, hookless=line.hookless, isolate=isolate)


__all__ = ["main"]
