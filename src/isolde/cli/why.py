"""`isolde why`: what a symbol is bound to, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isolde.cli._json import AsJson
from isolde.cli._root import Root
from isolde.cli._version import Version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isolde.diagnose.why import Comparison, Setting, Why


def why(
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL[@VERSION]", help="What to look up.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="A program, a library, a soname.")],
    host: Annotated[
        str | None, typer.Option("--host", metavar="PROGRAM", help="The program that opens FILE.")
    ] = None,
    preload: Annotated[
        list[str] | None,
        typer.Option("--preload", metavar="LIB", help="As LD_PRELOAD does; repeatable."),
    ] = None,
    everywhere: Annotated[
        bool, typer.Option("--global", help="FILE is opened with RTLD_GLOBAL.")
    ] = False,
    deepbind: Annotated[
        bool, typer.Option("--deepbind", help="FILE is opened with RTLD_DEEPBIND.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Show every object of the scope.")
    ] = False,
    diff: Annotated[
        str | None,
        typer.Option("--diff", metavar="OTHER", help="Another file, or a saved --json report."),
    ] = None,
    diff_root: Annotated[
        str | None,
        typer.Option("--diff-root", metavar="DIR", help="The same FILE in another system."),
    ] = None,
    root: Root = "",
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Print what a symbol is bound to: who asks, the scope object by object, who won and why.

    Nothing is executed. The exit status is 1 where nobody defines it, and with --diff where
    something differs.

    \b
    isolde why malloc /usr/bin/gdb
    isolde why 'deflate@ZLIB_1.2.0' --host /usr/sbin/nginx module.so
    isolde why --diff-root image/ SSL_read /usr/bin/curl
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._errors import FAULT, MisuseError
    from isolde.diagnose.why import Setting

    if diff is not None and diff_root is not None:
        raise MisuseError("--diff and --diff-root are two comparisons: say one of them")
    if not symbol:
        raise MisuseError("'' names no symbol: say which to look up")
    if (everywhere or deepbind) and not (host or preload):
        raise MisuseError("--global and --deepbind say how a --host PROGRAM opens FILE: name it")
    setting = Setting(host, tuple(preload or ()), everywhere, deepbind)
    answer = _asked(symbol, file, root, setting)
    if diff is not None or diff_root is not None:
        is_fault = _compare(answer, diff, diff_root, as_json=as_json)
    else:
        is_fault = _print(answer, verbose=verbose, as_json=as_json)
    if is_fault:
        raise typer.Exit(FAULT)


def _asked(symbol: str, file: str, root: str, setting: Setting) -> Why:
    from isolde.cli._files import system_of
    from isolde.diagnose.why import why

    return why(system_of(root), symbol, file, setting)


def _print(answer: Why, *, verbose: bool, as_json: bool) -> bool:
    from isolde.diagnose.why import document_of, text_of
    from isolde.report import print_json, print_text

    if as_json:
        print_json(document_of(answer))
    else:
        print_text(text_of(answer, verbose=verbose))
    _report(answer.faults)
    return answer.is_fault


def _report(faults: Iterable[str]) -> None:
    from isolde.report import print_error

    for line in dict.fromkeys(faults):
        print_error(line)


def _compare(answer: Why, diff: str | None, diff_root: str | None, *, as_json: bool) -> bool:
    """Compares the answer with what is named; returns whether there is anything to tell."""
    from isolde.diagnose.why import compare, document_of

    this = (answer.file, document_of(answer))
    saved = None if diff is None else _saved(diff)
    if diff is not None and saved is not None:
        _expect_same_symbol(answer, diff, saved)
        found, faults = compare((diff, saved), this), answer.faults
    else:
        name, other = _other(answer, diff, diff_root)
        found = compare(this, (name, document_of(other)))
        faults = (*answer.faults, *other.faults)
    _print_comparison(found, as_json=as_json)
    _report(faults)
    return bool(found.changes or faults) or not found.is_known


def _other(answer: Why, diff: str | None, diff_root: str | None) -> tuple[str, Why]:
    """The answer about another file or system, and what that is called."""
    word = _word(answer.symbol, answer.version)
    if diff_root is not None:
        other = _asked(word, answer.file, diff_root, answer.setting)
        return f"{answer.file} in {diff_root}", other
    assert diff is not None
    root = "" if answer.root == "/" else answer.root
    return diff, _asked(word, diff, root, answer.setting)


def _word(symbol: object, version: object) -> str:
    return f"{symbol}@{version}" if version else f"{symbol}"


def _expect_same_symbol(answer: Why, path: str, saved: dict[str, object]) -> None:
    from isolde.cli._errors import MisuseError

    asked = _word(answer.symbol, answer.version)
    known = _word(saved["symbol"], saved.get("version"))
    if asked != known:
        raise MisuseError(f"--diff {path}: a report about {known}, and not {asked}: ask for that")


def _saved(path: str) -> dict[str, object] | None:
    """The report that was saved at PATH; None: the file is none."""
    import json

    from isolde.cli._errors import MisuseError
    from isolde.diagnose.why import is_document

    try:
        with open(path, "rb") as file:  # noqa: PTH123 (pathlib costs start-up time)
            data = file.read(1)
            if data not in (b"{", b"["):
                return None
            data += file.read()
    except OSError:
        return None
    try:
        value = json.loads(data)
    except ValueError as error:
        raise MisuseError(f"--diff {path}: no report of `isolde why --json`: {error}") from None
    if not is_document(value):
        raise MisuseError(f"--diff {path}: no report of `isolde why --json`")
    report: dict[str, object] = value
    return report


def _print_comparison(found: Comparison, *, as_json: bool) -> None:
    from isolde.diagnose.why import document_of_comparison, text_of_comparison
    from isolde.report import print_json, print_text

    if as_json:
        print_json(document_of_comparison(found))
    else:
        print_text(text_of_comparison(found))
