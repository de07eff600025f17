"""Reading one process: the table of contents.

Nothing stops it, so a read may be torn.  A reading is the lists, then the mappings, what is
described from both, then the lists again; where they are the same before and after, and no list
says that it is being changed, that is what was loaded.  Otherwise it is read again, a few times,
and at last what was read is given with the remark that it was changing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from isolde.diagnose.process.auxiliary import Auxiliary, parse_auxiliary
from isolde.diagnose.process.disk import Disk, Verdicts
from isolde.diagnose.process.errors import ProcessError
from isolde.diagnose.process.facts import LoadedProcess
from isolde.diagnose.process.memory import Memory, UnreadableError
from isolde.diagnose.process.namespaces import name_lists
from isolde.diagnose.process.objects import Objects, describe_mapped_files
from isolde.diagnose.process.process import Process
from isolde.diagnose.process.refusal import may_not_read, refuse, why_no_memory
from isolde.diagnose.process.snapshot import Lists, Snapshot
from isolde.diagnose.process.view import View

_ATTEMPTS = 10
_PAUSE_S = 0.001
_STATIC = "it is linked statically: it has no link maps, and what follows is what it has mapped"
_EARLY = "its dynamic linker has not begun: it has no link maps yet"
_NO_LISTS = "its link maps could not be read, so what follows is what it has mapped"


def read_process(pid: int, known: Verdicts | None = None) -> LoadedProcess:
    """What process PID has loaded.  It is not stopped, and does not notice.

    Args:
        pid: its number.
        known: what other processes' files have been found to be; it grows.  With it, objects are
            not asked one by one whether they are copies of Isolde, where their names say no.

    Raises:
        ProcessError: there is no such process, it has nothing loaded, or may not be read.
    """
    with Process(pid) as process, _opened(process, known) as disk:
        return _read(process, disk, thorough=known is None)


@contextmanager
def _opened(process: Process, known: Verdicts | None) -> Iterator[Disk]:
    """PROCESS's view of the disk, for as long as it is read; what goes wrong as ProcessError."""
    refuse(process)
    try:
        view = View(process)
    except OSError as error:
        raise may_not_read(process, error) from None
    try:
        yield Disk(view, {} if known is None else known)
    except (ProcessLookupError, FileNotFoundError):
        raise ProcessError(f"process {process.pid} has ended while it was read") from None
    except PermissionError as error:
        raise may_not_read(process, error) from None
    finally:
        view.close()


def _read(process: Process, disk: Disk, *, thorough: bool) -> LoadedProcess:
    best = None
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_S * attempt)
        try:
            with _memory(process) as memory:
                best = _Attempt(process, memory, disk, thorough)
        except PermissionError:
            return _only_mapped(process, disk, why_no_memory(process))
        except UnreadableError:
            continue
        if best.is_stable:
            break
    process.refresh()
    refuse(process)
    return _only_mapped(process, disk, _NO_LISTS) if best is None else best.facts()


@contextmanager
def _memory(process: Process) -> Iterator[tuple[Memory, Auxiliary]]:
    """Opened anew at each attempt: after an execve(2) the old memory is gone.

    Raises:
        UnreadableError: it has none now; it is ending, or between two programs.
        PermissionError: it may not be read.
    """
    auxiliary = parse_auxiliary(process.read("auxv"))
    descriptor = process.open("mem")
    try:
        if auxiliary is None:
            raise UnreadableError("auxv")
        yield Memory(descriptor, auxiliary.word), auxiliary
    finally:
        os.close(descriptor)


class _Attempt:
    """One reading; raises UnreadableError where the lists lead nowhere."""

    def __init__(
        self, process: Process, found: tuple[Memory, Auxiliary], disk: Disk, thorough: bool
    ) -> None:
        memory, self._auxiliary = found
        self._process = process
        lists = Lists(memory, self._auxiliary, thorough=thorough)
        snapshot = lists.read()
        objects = Objects(memory, process.mappings(), disk, lists.program)
        self._namespaces = name_lists(snapshot, objects)
        listed = [each for namespace in self._namespaces for each in namespace.objects]
        self._unlisted = objects.unlisted(listed)
        self._note = _why_none(snapshot, lists)
        self.is_stable = snapshot.is_consistent and lists.read() == snapshot

    def facts(self) -> LoadedProcess:
        """What it has read."""
        return LoadedProcess(
            process=self._process.identity(),
            bits=8 * self._auxiliary.word,
            memory_read=True,
            changing=not self.is_stable,
            note=self._note,
            namespaces=self._namespaces,
            unlisted=self._unlisted,
        )


def _why_none(snapshot: Snapshot, lists: Lists) -> str | None:
    if any(each.objects for each in snapshot.chain):
        return None
    return _EARLY if lists.is_dynamic else _STATIC


def _only_mapped(process: Process, disk: Disk, why: str) -> LoadedProcess:
    return LoadedProcess(
        process=process.identity(),
        bits=None,
        memory_read=False,
        changing=False,
        note=why,
        namespaces=(),
        unlisted=describe_mapped_files(process.mappings(), disk),
    )
