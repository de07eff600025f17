"""`isolde collide`: what clashes if several libraries or packages live in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isolde.cli._completion import one_of_words
from isolde.cli._json import AsJson
from isolde.cli._version import Version

if TYPE_CHECKING:
    from isolde.diagnose.collide import Environment

_FEW = 5
_MODES = {
    "local": ("RTLD_LOCAL",),
    "global": ("RTLD_GLOBAL",),
    "both": ("RTLD_LOCAL", "RTLD_GLOBAL"),
}


def collide(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", help="Files, wheels, folders, packages: two or more."),
    ],
    python: Annotated[
        str,
        typer.Option("--python", metavar="PYTHON", help="Packages of this version or program."),
    ] = "",
    venv: Annotated[
        str, typer.Option("--venv", metavar="DIR", help="Packages of this virtual environment.")
    ] = "",
    path: Annotated[
        list[str] | None,
        typer.Option("--path", metavar="DIR", help="Look for packages in this folder first."),
    ] = None,
    host: Annotated[
        str, typer.Option("--host", metavar="PROGRAM", help="The program that opens them.")
    ] = "",
    mode: Annotated[
        str,
        typer.Option(
            "--mode",
            metavar="MODE",
            help="local, global or both.",
            autocompletion=one_of_words("local", "global", "both"),
        ),
    ] = "both",
    root: Annotated[
        str, typer.Option("--root", metavar="DIR", help="Files of the system in this folder.")
    ] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Every symbol, not the first of each list.")
    ] = False,
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Tell what clashes if all of these live in one process; nothing of them is run.

    Exits with 1 where something has to be done about it.

    \b
    isolde collide rasterio fiona
    isolde collide ./libfirst.so ./libsecond.so --mode local
    """  # noqa: D301 (\b keeps the lines as they are)
    import gc

    from isolde.cli._errors import FAULT
    from isolde.cli._files import system_of
    from isolde.diagnose.collide import collide as told_by

    _check(names, mode)
    gc.disable()  # a quarter of the time; nothing of so short a process is worth collecting
    system = system_of(root)
    told = told_by(
        names,
        _environment(python, venv, path or []),
        modes=_MODES[mode],
        host=host or None,
        system=system,
    )
    few = None if everything else _FEW
    if as_json:
        from isolde.diagnose.collide.as_json import as_json as facts_of
        from isolde.report import print_json

        print_json(facts_of(told, few))
    else:
        from isolde.diagnose.collide.text import print_collision

        print_collision(told, few)
    if told.advice.is_clash:
        raise typer.Exit(FAULT)


def _check(names: list[str], mode: str) -> None:
    from isolde.cli._errors import MisuseError

    if len(names) < 2:
        raise MisuseError(f"one cannot clash with itself: name another beside '{names[0]}'")
    if len(set(names)) < len(names):
        raise MisuseError("the same name stands there twice")
    if mode not in _MODES:
        raise MisuseError(f"--mode is local, global or both, not '{mode}'")


def _environment(python: str, venv: str, path: list[str]) -> Environment:
    from isolde.diagnose.collide import environment_of, this_environment

    if not python and not venv:
        return this_environment().with_folders(path)
    from isolde.interpreter.choice import find_program

    return environment_of(find_program(python or None, venv or None)).with_folders(path)
