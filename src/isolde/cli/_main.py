"""The program: its commands, and what an error means to the shell."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import typer

from isolde.cli._errors import FAULT, MISUSE, facts_of, message_of, status_of
from isolde.cli._version import Version
from isolde.report import OutputError, print_error, print_json

INTERRUPTED = 130
READER_LEFT = 141  # what a shell says of a program that SIGPIPE has ended
_NO_OUTPUT = (errno.ENOSPC, errno.EBADF)  # its disk is full, or the shell has closed it

# Each is a function in a file of its name here, listed as `isolde --help` lists them.  A file may
# have a CONTEXT (click's context_settings) and a COMMAND (the class that reads its words).
_GROUPS = {
    "Run": ("run", "python", "call", "serve", "demo", "config"),
    "See and check": ("tree", "check", "order", "collide", "why", "ps", "backtrace"),
    "Object files": ("nm", "size", "strings", "readelf", "objdump", "ldd", "ar", "strip"),
}
COMMANDS = {name: group for group, names in _GROUPS.items() for name in names}


def make_app(words: Sequence[str]) -> typer.Typer:
    """The program for these WORDS of a command line.

    Only the command that they name is imported, which is half the start-up time; all of them for
    help, for a shell's completion and for a command that there is not.
    """
    app = typer.Typer(
        name="isolde",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        # Coloured help costs twice the start-up time; in a pipe or a completion nobody sees it.
        rich_markup_mode="rich" if sys.stdout.isatty() else None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(program)
    for name in _imported(words):
        module = import_module(f"isolde.cli.{name}")
        app.command(
            name,
            cls=getattr(module, "COMMAND", None),
            context_settings=getattr(module, "CONTEXT", None),
            rich_help_panel=COMMANDS[name],
        )(getattr(module, name))
    return app


def _imported(words: Sequence[str]) -> Sequence[str]:
    """The commands that have to be known; a program needs at least one."""
    if words and words[0] in COMMANDS:
        return words[:1]
    every = tuple(COMMANDS)
    return every[:1] if words == ["--version"] else every


def program(version: Version = False) -> None:
    """Any number of modules, each with its own shared libraries, side by side in one process."""


def main() -> None:
    """Runs the command line and exits with 0, 1 or 2; 130: interrupted, 141: its reader left."""
    try:
        _run()
    except OutputError as error:
        end_without_output(error)


def end_without_output(error: OutputError) -> NoReturn:
    """Exits when standard output takes no more: ERROR says why."""
    _drop_output()
    if error.reader_left:
        sys.exit(READER_LEFT)
    print_error(str(error))
    sys.exit(FAULT)


def _run() -> None:
    try:
        make_app(sys.argv[1:])(prog_name="isolde")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer has ended with 1
            raise OutputError("the reader has left", reader_left=True) from None
        _tell_usage(end)
        raise
    except Exception as error:
        sys.exit(_report(error))


def _tell_usage(end: SystemExit) -> None:
    """What typer has refused, and told in words, is an object for --json too."""
    message = getattr(end.__context__, "format_message", None)
    if message is not None and _wants_json():
        print_json({"error": {"kind": "misuse", "status": MISUSE, "message": message()}})


def _report(error: Exception) -> int:
    """Says what ERROR is and gives its exit code; raises it again when it is a bug of ours."""
    if type(error) is OSError and error.errno in _NO_OUTPUT:  # help is written by typer itself
        raise OutputError(f"cannot write to standard output: {error.strerror}") from None
    status = status_of(error)
    if status is None or isinstance(error, OutputError):
        raise error
    print_error(message_of(error))
    if _wants_json():
        print_json(facts_of(error, status))
    return status


def _wants_json() -> bool:
    """Asked of the words themselves: the error may be why no command has read its options."""
    arguments = sys.argv[1:]
    return "--json" in (arguments[: arguments.index("--")] if "--" in arguments else arguments)


def _drop_output() -> None:
    """What Python still holds for standard output would fail once more as it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
