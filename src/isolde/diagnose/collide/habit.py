"""Habits that concern the whole process: harmless, unless two parties have the same one.

Linux has one of each for a process: the handler of a signal, the locale, the environment, the
working directory.  No loader isolates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isolde.diagnose.collide.symbols import defined, looked_up

if TYPE_CHECKING:
    from isolde.diagnose.collide.member import Member
    from isolde.elf import File

# What a file calls, by what it does with it to the process.  `atexit` and `pthread_atfork` are
# linked into each file, and call the functions with underscores.
CALLS: Mapping[str, frozenset[str]] = {
    "signal handlers": frozenset(
        ("signal", "sigaction", "bsd_signal", "sysv_signal", "__sysv_signal", "sigset")
    ),
    "locale": frozenset(("setlocale",)),
    "environment": frozenset(("setenv", "unsetenv", "putenv", "clearenv")),
    "working directory": frozenset(("chdir", "fchdir")),
    "umask": frozenset(("umask",)),
    "exit handlers": frozenset(("on_exit", "atexit", "at_quick_exit", "__cxa_at_quick_exit")),
    "fork handlers": frozenset(("pthread_atfork", "__register_atfork")),
    "child processes": frozenset(("fork", "vfork", "__libc_fork")),
    "opens libraries": frozenset(("dlopen", "dlmopen")),
    "random numbers": frozenset(("srand", "srandom", "srand48")),
    "time zone": frozenset(("tzset",)),
    "resource limits": frozenset(("setrlimit", "setrlimit64", "prlimit")),
    "allocator settings": frozenset(("mallopt",)),
}
# What a file defines in libc's place.
DEFINES: Mapping[str, frozenset[str]] = {
    "allocator": frozenset(("malloc", "calloc", "realloc", "free")),
    "operator new": frozenset(("_Znwm", "_Znam", "_ZdlPv", "_ZdaPv")),
}
_LIBSTDCXX = ("libstdc++.so", "libc++.so", "libc++abi.so")


@dataclass(frozen=True)
class Habit:
    """One thing that is done to the whole process.

    name: "signal handlers", "locale", ...
    users: the files by party, each with the functions that it calls or defines.
    """

    name: str
    users: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def is_common(self) -> bool:
        """Whether more than one party has it."""
        return len(self.users) > 1


def habits(members: Iterable[Member]) -> tuple[Habit, ...]:
    """What the MEMBERS do to the process, each in its own files; those of several come first.

    Raises:
        ElfError: a file is malformed.
    """
    members = tuple(members)
    found: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {}
    for member in members:
        others = (other.files for other in members if other is not member)
        own = member.files.difference(*others)
        for item in member.objects:
            if item.file in own:
                for name, functions in _of(item.file).items():
                    found.setdefault(name, {}).setdefault(member.name, {})[item.path] = functions
    rows = [Habit(name, found[name]) for name in (*CALLS, *DEFINES) if name in found]
    return tuple(sorted(rows, key=lambda habit: not habit.is_common))


def _of(file: File) -> dict[str, tuple[str, ...]]:
    asked, given = looked_up(file), defined(file).keys()
    found = {name: tuple(sorted(asked & functions)) for name, functions in CALLS.items()}
    if not (file.soname or "").startswith(_LIBSTDCXX):
        for name, functions in DEFINES.items():
            found[name] = tuple(sorted(given & functions))
    return {name: functions for name, functions in found.items() if functions}
