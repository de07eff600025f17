"""The program: its commands, and what an error means to the shell."""

from __future__ import annotations

import sys

import typer

from isolde.cli import call, config, demo, serve
from isolde.cli._version import Version

INTERRUPTED = 130

app = typer.Typer(
    name="isolde",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Coloured help costs twice the start-up time; in a pipe or a completion nobody sees it.
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("call", context_settings=call.CONTEXT)(call.call)
app.command("serve")(serve.serve)
app.command("config")(config.config)
app.command("demo")(demo.demo)


@app.callback()
def program(version: Version = False) -> None:
    """Any number of modules, each with its own shared libraries, side by side in one process."""


def main() -> None:
    """Runs the command line and exits with 0, 1 or 2 (130 when interrupted)."""
    try:
        app(prog_name="isolde")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        sys.exit(_report(error))


def _report(error: Exception) -> int:
    """Says what ERROR is and gives its exit code; raises it again when it is a bug of ours."""
    from isolde.cli._errors import status_of
    from isolde.report import print_error

    status = status_of(error)
    if status is None:
        raise error
    print_error(str(error))
    return status
