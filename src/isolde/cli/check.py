"""`isolde check`: whether files can be loaded, why not, and what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isolde.cli._version import Version

if TYPE_CHECKING:
    from isolde.diagnose.check import Report
    from isolde.resolve.system import System


def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Programs and libraries; or sonames."),
    ],
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="PROGRAM", help="The program that opens the files."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 for warnings, too.")
    ] = False,
    root: Annotated[
        str, typer.Option("--root", metavar="DIR", help="A folder that holds another system.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")] = False,
    version: Version = False,
) -> None:
    """Check that files can be loaded: libraries, versions, symbols; and say what mends them.

    Nothing is executed. A Python extension module is checked as its Python opens it. The exit
    status is 1 where there is a fault.

    \b
    isolde check ./engine build/*.so
    isolde check --host /usr/sbin/nginx modules/*.so
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._errors import FAULT

    reports = _checked(files, host, root)
    if as_json:
        from isolde.diagnose.check import document_of
        from isolde.report import print_json

        print_json(document_of(root or "/", reports))
    else:
        _print(reports)
    if any(each.count("fault") or (strict and each.findings) for each in reports):
        raise typer.Exit(FAULT)


def _checked(files: list[str], host: str | None, root: str) -> list[Report]:
    import gc

    from isolde.cli._files import system_of
    from isolde.diagnose.check import Checker
    from isolde.report import ProgressBar

    gc.set_threshold(100_000)  # names by the ten thousand: none of them is a cycle
    system = system_of(root)
    if host is not None:
        host = _program(system, host)
    with ProgressBar("libraries") as bar:
        checker = Checker(system, host, bar.show)
        return [checker.check(file) for file in files]


def _program(system: System, name: str) -> str:
    """Where the program of that NAME is, or of that path."""
    from isolde.cli._errors import MisuseError

    if "/" in name:
        path = system.inside(name)
        if not system.exists(path):
            raise MisuseError(f"--host {name}: there is no such program")
        return path
    folders = system.environment.get("PATH") or "/usr/local/bin:/usr/bin:/bin:/usr/sbin"
    for folder in folders.split(":"):
        if system.exists(f"{folder}/{name}"):
            return f"{folder}/{name}"
    raise MisuseError(f"--host {name}: there is no such program in {folders}")


def _print(reports: list[Report]) -> None:
    from isolde.diagnose.check import text_of
    from isolde.report import print_text

    print_text("\n".join(text_of(report) for report in reports))
