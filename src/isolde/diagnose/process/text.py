"""A process's facts in words, for tables."""

from __future__ import annotations

import os

from isolde.diagnose.process.facts import (
    DELETED,
    MEMORY,
    REPLACED,
    LoadedObject,
    LoadedProcess,
)
from isolde.diagnose.process.printable import printable
from isolde.diagnose.process.survey import Survey

OBJECT_COLUMNS = ("NAMESPACE", "BASE", "KIB", "STATE", "BUILD-ID", "SONAME", "PATH")
STALE_COLUMNS = ("PID", "COMMAND", "UNIT", "NAMESPACE", "STATE", "PATH")
PROCESS_COLUMNS = (
    "PID",
    "COMMAND",
    "USER",
    "LINK MAPS",
    "SPACES",
    "OBJECTS",
    "DELETED",
    "REPLACED",
)

Row = tuple[object, ...]

_DIGITS = 12  # of a build-id: enough to tell files apart
_CHANGING = "it was loading or unloading at every attempt to read it: objects may be missing"


def object_rows(process: LoadedProcess) -> list[Row]:
    """One row for each object, by namespace."""
    return [
        (
            label,
            f"{each.start:#x}",
            each.size // 1024,
            state_of(each),
            (each.build_id or "")[:_DIGITS],
            printable(each.soname or ""),
            printable(each.path),
        )
        for label, each in _labelled(process)
    ]


def stale_rows(processes: tuple[LoadedProcess, ...]) -> list[Row]:
    """One row for each object whose file is deleted or replaced."""
    return [
        (
            who.pid,
            printable(who.command),
            printable(who.unit or ""),
            label,
            state_of(each),
            printable(each.path),
        )
        for process in processes
        for who in [process.process]
        for label, each in _labelled(process)
        if each.is_stale
    ]


def process_row(process: LoadedProcess) -> Row:
    """One process in numbers."""
    who = process.process
    return (
        who.pid,
        printable(who.command),
        who.user,
        process.link_maps if process.memory_read else "?",
        len(process.spaces) if process.memory_read else "?",
        len(process.objects),
        len(process.stale(DELETED)),
        len(process.stale(REPLACED)),
    )


def state_of(loaded: LoadedObject) -> str:
    """What has become of its file, in words."""
    state = loaded.on_disk.state
    if state == MEMORY:
        return "in memory"
    same = loaded.build_id is not None and loaded.build_id == loaded.on_disk.build_id
    return "replaced (same build)" if state == REPLACED and same else state


def title_of(process: LoadedProcess) -> str:
    """The line above a process's objects."""
    who = process.process
    counts = [
        _count(len(process.objects), "object"),
        _count(process.link_maps, "link map"),
        _count(len(process.spaces), "space"),
        f"{len(process.stale(DELETED))} deleted",
        f"{len(process.stale(REPLACED))} replaced",
    ]
    told = [each for each in counts[:2] if process.memory_read or each is counts[0]]
    told += [each for each in counts[2:] if not each.startswith("0 ")]
    program = printable(who.executable or who.command)
    return f"process {who.pid}: {program}, {who.user}'s; {', '.join(told)}"


def remarks_on(process: LoadedProcess) -> list[str]:
    """What one should know before believing the table."""
    who = f"process {process.process.pid}"
    remarks = [f"{who}: {process.note}"] if process.note else []
    return [*remarks, f"{who}: {_CHANGING}"] if process.changing else remarks


def survey_title(survey: Survey, *, every: bool) -> str:
    """The line above the table of processes: which they are, and of how many."""
    total = _count(len(survey.processes), "process", "processes")
    if every:
        return total
    return (
        f"{len(survey.notable)} of {total} with several link maps, Isolde, or deleted or "
        f"replaced files"
    )


def stale_title(survey: Survey) -> str:
    """The line above the table of deleted and replaced files."""
    total = _count(len(survey.processes), "process", "processes")
    number = sum(1 for each in survey.processes if each.stale())
    told = f"{number} of {total} with deleted or replaced files"
    return f"{told}: restart what should use what is on disk now" if number else told


def forbidden_remark(survey: Survey) -> str | None:
    """What was left out, and how to see it."""
    if not survey.forbidden:
        return None
    number = _count(survey.forbidden, "process", "processes")
    way_out = "this container needs the capability SYS_PTRACE" if os.geteuid() == 0 else "be root"
    return f"{number} may not be read by you: {way_out} to see all"


def _labelled(process: LoadedProcess) -> list[tuple[str, LoadedObject]]:
    names = [printable(each.label) for each in process.namespaces]
    found = []
    for namespace in process.namespaces:
        label = printable(namespace.label)
        if names.count(label) > 1:
            label += f" #{namespace.number}"
        found += [(label, each) for each in namespace.objects]
    return found + [(_unlisted(process, each), each) for each in process.unlisted]


def _unlisted(process: LoadedProcess, loaded: LoadedObject) -> str:
    """No namespace is known of it: because there is none, or because nobody could look."""
    if not process.memory_read:
        return "?"
    return "(no link map)" if loaded.executable else "(data)"


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
