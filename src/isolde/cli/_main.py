"""The program: its commands, and what an error means to the shell."""

from __future__ import annotations

import errno
import os
import sys

import typer

from isolde.cli import backtrace, call, config, demo, python, run, serve
from isolde.cli._errors import FAULT, MISUSE, facts_of, status_of
from isolde.cli._version import Version
from isolde.report import OutputError, print_error, print_json

INTERRUPTED = 130

app = typer.Typer(
    name="isolde",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Coloured help costs twice the start-up time; in a pipe or a completion nobody sees it.
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run", context_settings=run.CONTEXT)(run.run)
app.command("python", cls=python.PythonCommand)(python.python)
app.command("call", context_settings=call.CONTEXT)(call.call)
app.command("serve")(serve.serve)
app.command("backtrace")(backtrace.backtrace)
app.command("config")(config.config)
app.command("demo")(demo.demo)


@app.callback()
def program(version: Version = False) -> None:
    """Any number of modules, each with its own shared libraries, side by side in one process."""


def main() -> None:
    """Runs the command line and exits with 0, 1 or 2 (130 when interrupted)."""
    try:
        _run()
    except OutputError as error:
        _drop_output()
        print_error(str(error))
        sys.exit(FAULT)


def _run() -> None:
    try:
        app(prog_name="isolde")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except SystemExit as end:
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
    if type(error) is OSError and error.errno == errno.ENOSPC:  # help is written by typer itself
        raise OutputError(f"cannot write to standard output: {error.strerror}") from None
    status = status_of(error)
    if status is None or isinstance(error, OutputError):
        raise error
    print_error(str(error))
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
