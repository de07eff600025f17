"""`isolde backtrace`: where every thread of a process is, and in which space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isolde.cli._json import AsJson
from isolde.cli._version import Version

if TYPE_CHECKING:
    from isolde.backtrace import Stacks, Thread


def backtrace(
    target: Annotated[
        str, typer.Argument(metavar="PID", help="A process; with --core, the program's file.")
    ],
    core: Annotated[
        str, typer.Option("--core", metavar="FILE", help="Read this core file instead.")
    ] = "",
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Print every thread's frames, with the space of each.

    gdb reads them; the process stands still for about a second and goes on. Any process will do:
    where no Isolde is in it, every frame is the host's.

    \b
    isolde backtrace $(pidof engine)
    isolde backtrace --core core.4711 ./engine
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.backtrace import read_core, read_process
    from isolde.report import print_json

    stacks = read_core(core, target) if core else read_process(_process(target))
    if as_json:
        import msgspec

        print_json(msgspec.to_builtins(stacks))
    else:
        _print(stacks)


def _process(target: str) -> int:
    from isolde.cli._errors import MisuseError

    if not target.isdecimal():
        raise MisuseError(
            f"'{target}' is no process number; for a core file say --core FILE {target}"
        )
    return int(target)


def _print(stacks: Stacks) -> None:
    from isolde.report import print_table

    for thread in stacks.threads:
        rows = [
            (frame.level, frame.space, frame.function or "??", frame.source, frame.image or "?")
            for frame in thread.frames
        ]
        print_table(("", "SPACE", "FUNCTION", "SOURCE", "IMAGE"), rows, title=_title(thread))


def _title(thread: Thread) -> str:
    return f"thread {thread.number}: {thread.lwp}" + (f" {thread.name}" if thread.name else "")
