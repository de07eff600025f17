"""What `isolde check` does, once its words are read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from isolde.diagnose.check import Report
    from isolde.resolve.system import System


def print_checks(
    files: Sequence[str],
    *,
    host: str | None = None,
    strict: bool = False,
    root: str = "",
    as_json: bool = False,
) -> int:
    """Print what is wrong with each file, and what mends it.

    Returns:
        The exit status: 1 if there is a fault or, if STRICT, a warning.
    """
    reports = _checked(files, host, root)
    if as_json:
        from isolde.diagnose.check import document_of
        from isolde.report import print_json

        print_json(document_of(root or "/", reports))
    else:
        _print(reports)
    return int(any(each.count("fault") or (strict and each.findings) for each in reports))


def _checked(files: Sequence[str], host: str | None, root: str) -> list[Report]:
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
