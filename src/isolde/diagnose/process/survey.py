"""All processes, and which of them one wants to see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from isolde.diagnose.process.disk import Verdicts
from isolde.diagnose.process.errors import ForbiddenError, ProcessError
from isolde.diagnose.process.facts import LoadedProcess
from isolde.diagnose.process.reading import read_process

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Refused:
    """A process that was asked for by its number and could not be read, and why."""

    pid: int
    reason: str


@dataclass(frozen=True)
class Survey:
    """What several processes have loaded.

    Attributes:
        processes: those that could be read.
        refused: those that were asked for by number and could not.
        forbidden: where all were asked for, how many may not be read.
    """

    processes: tuple[LoadedProcess, ...]
    refused: tuple[Refused, ...] = ()
    forbidden: int = 0

    @property
    def notable(self) -> tuple[LoadedProcess, ...]:
        """Those with several link maps, Isolde, or deleted or replaced files."""
        return tuple(
            each for each in self.processes if each.link_maps > 1 or each.has_isolde or each.stale()
        )


def read_processes(pids: Sequence[int]) -> Survey:
    """Reads the processes with these numbers, one by one."""
    found, refused = [], []
    for pid in dict.fromkeys(pids):
        try:
            found.append(read_process(pid))
        except ProcessError as error:
            refused.append(Refused(pid, str(error)))
    return Survey(tuple(found), tuple(refused))


def read_all_processes(progress: Progress = lambda done, total: None) -> Survey:
    """Reads every process that may be read, by number.

    Parts of the kernel and zombies, which have nothing loaded, are left out, as are processes
    that end meanwhile.

    Args:
        progress: is told after each how many are done, and how many there are.
    """
    pids = sorted(int(each.name) for each in Path("/proc").iterdir() if each.name.isdecimal())
    known: Verdicts = {}
    found, forbidden = [], 0
    for done, pid in enumerate(pids, 1):
        try:
            found.append(read_process(pid, known))
        except ForbiddenError:
            forbidden += 1
        except ProcessError:
            pass
        progress(done, len(pids))
    return Survey(tuple(found), forbidden=forbidden)
