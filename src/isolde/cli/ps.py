"""`isolde ps`: what live processes have loaded, in every link map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isolde.cli._completion import processes as process_numbers
from isolde.cli._json import AsJson
from isolde.cli._version import Version

if TYPE_CHECKING:
    from isolde.diagnose.process import Survey

_DIGITS = 4300  # Python reads no longer numbers


def ps(
    processes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PID]...", help="Processes; none: all.", autocompletion=process_numbers
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Without PID: list every process that may be read.")
    ] = False,
    deleted: Annotated[
        bool,
        typer.Option(
            "--deleted", help="Only what is deleted or replaced on disk; exit 1 if anything is."
        ),
    ] = False,
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Print what live processes have loaded: main program, dlmopen namespaces and spaces.

    They are read from outside and not stopped. Without PID, a table of the processes that have
    several link maps, Isolde, or files in use that are deleted or replaced on disk.

    \b
    isolde ps $(pidof engine)
    isolde ps --deleted
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._errors import FAULT, MisuseError

    if processes and every:
        raise MisuseError("--all lists processes; it makes no sense with a PID")
    if processes:
        seen = _named([_number(each) for each in processes], as_json=as_json)
    else:
        seen = _all(quiet=as_json)
    if deleted:
        _print_stale(seen, as_json)
    elif processes:
        _print_objects(seen, as_json)
    else:
        _print_processes(seen, every, as_json)
    is_stale = deleted and any(each.stale() for each in seen.processes)
    if is_stale or seen.refused:
        raise typer.Exit(FAULT)


def _number(word: str) -> int:
    from isolde.cli._errors import MisuseError

    if not (word.isascii() and word.isdecimal() and len(word) < _DIGITS and int(word)):
        raise MisuseError(f"'{word}' is no process number: `pidof NAME` gives those of a program")
    return int(word)


def _named(pids: list[int], *, as_json: bool) -> Survey:
    """Those that can be read; of the others the reason, on standard error at once."""
    from isolde.diagnose.process import ProcessError, read_processes
    from isolde.report import print_error

    survey = read_processes(pids)
    if len(pids) == 1 and survey.refused and not as_json:
        raise ProcessError(survey.refused[0].reason)
    for each in survey.refused:
        print_error(each.reason)
    return survey


def _all(*, quiet: bool) -> Survey:
    from isolde.diagnose.process import forbidden_remark, read_all_processes
    from isolde.report import ProgressBar, print_note

    with ProgressBar("processes") as bar:
        survey = read_all_processes(bar.show)
    remark = forbidden_remark(survey)
    if remark and not quiet:
        print_note(remark)
    return survey


def _print_objects(survey: Survey, as_json: bool) -> None:
    from isolde.diagnose.process import OBJECT_COLUMNS, object_rows, title_of
    from isolde.report import print_table

    if as_json:
        _print_documents(survey, only_stale=False)
        return
    for each in survey.processes:
        print_table(OBJECT_COLUMNS, object_rows(each), title=title_of(each))
    _print_remarks(survey)


def _print_stale(survey: Survey, as_json: bool) -> None:
    from isolde.diagnose.process import STALE_COLUMNS, stale_rows, stale_title
    from isolde.report import print_table, print_text

    if as_json:
        _print_documents(survey, only_stale=True)
        return
    title, rows = stale_title(survey), stale_rows(survey.processes)
    if rows:
        print_table(STALE_COLUMNS, rows, title=title)
    else:
        print_text(title + "\n")


def _print_processes(survey: Survey, every: bool, as_json: bool) -> None:
    from isolde.diagnose.process import (
        PROCESS_COLUMNS,
        process_row,
        summary_document,
        survey_title,
    )
    from isolde.report import print_json, print_table, print_text

    shown = survey.processes if every else survey.notable
    title = survey_title(survey, every=every)
    if as_json:
        print_json(summary_document(survey, every=every))
    elif shown:
        print_table(PROCESS_COLUMNS, [process_row(each) for each in shown], title=title)
    else:
        print_text(title + "\n")


def _print_documents(survey: Survey, *, only_stale: bool) -> None:
    from isolde.diagnose.process import survey_document
    from isolde.report import print_json

    print_json(survey_document(survey, only_stale=only_stale))


def _print_remarks(survey: Survey) -> None:
    from isolde.diagnose.process import remarks_on
    from isolde.report import print_note

    for process in survey.processes:
        for remark in remarks_on(process):
            print_note(remark)
