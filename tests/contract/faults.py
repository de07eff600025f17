"""What keeps a file from being loaded: by ld.so, as `ldd -r` asks it, and by `isolde check`.

Run as ``python -m tests.contract.faults [FILE-OR-FOLDER...]`` (part of ``make contract``).  Each
file is taken by itself, without the Python or the program that opens it: what ldd does, too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from typing import NamedTuple

from isolde.diagnose.check import Finding
from isolde.diagnose.check.process import Process
from isolde.diagnose.check.symbols import undefined
from isolde.diagnose.check.versions import missing_versions
from isolde.errors import ElfError
from isolde.resolve.system import System
from tests.contract.contract import SYSTEM_FOLDERS, files_below

_LOADER = "/lib64/ld-linux-x86-64.so.2"
_MISSING = re.compile(r"^\t(\S+) => not found$", re.MULTILINE)
_VERSION = re.compile(r"version `([^']+)' not found \(required by ([^)]+)\)")
_UNDEFINED = re.compile(r"undefined symbol: (\S+?)(?:, version (\S+))?\t\(([^)]+)\)")


class Faults(NamedTuple):
    """What is wrong with a file.

    libraries: names that stand for nothing.
    versions: (version, who needs it) that a library lacks.
    symbols: (symbol, who asks) that nobody defines; who is a real path.
    """

    libraries: frozenset[str]
    versions: frozenset[tuple[str, str]]
    symbols: frozenset[tuple[str, str]]


class NothingToldError(Exception):
    """ld.so does not look at the file; the text is its reason."""


def told_by_glibc(file: str) -> Faults:
    """What ld.so says of FILE.

    Raises:
        NothingToldError: it refuses it as a whole.
    """
    clean = {key: value for key, value in os.environ.items() if not key.startswith("LD_")}
    trace = {"LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "1", "LD_BIND_NOW": "1"}
    done = subprocess.run(
        [_LOADER, file],
        env={**clean, **trace},
        capture_output=True,
        timeout=120,
        check=False,
    )
    text = (done.stdout + done.stderr).decode(errors="surrogateescape")
    if done.returncode:
        raise NothingToldError(text.strip())
    return Faults(
        frozenset(_MISSING.findall(text)),
        frozenset((version, _real(who)) for version, who in _VERSION.findall(text)),
        frozenset((name, _real(who)) for name, _, who in _UNDEFINED.findall(text)),
    )


def told_by_check(file: str) -> Faults:
    """What `isolde check` finds in FILE, before it asks who is to blame.

    Raises:
        NothingToldError: it cannot be read.
    """
    try:
        process = Process(System(environment={}), file)
        versions = [each for each in missing_versions(process) if each.severity == "fault"]
        return Faults(
            frozenset(each.found.name for each in process.missing),
            frozenset(_versions(versions)),
            frozenset(
                (fault.reference.name, _real(item.path))
                for item, faults in undefined(process).items()
                for fault in faults
            ),
        )
    except (OSError, ElfError) as error:
        raise NothingToldError(str(error)) from None


def _versions(findings: Iterable[Finding]) -> Iterable[tuple[str, str]]:
    for each in findings:
        named = {symbol.version for symbol in each.symbols} | {each.version}
        yield from ((version, _real(each.object)) for version in named if version)


def _real(path: str) -> str:
    return os.path.realpath(path) if "/" in path else path


def main() -> int:
    """Compare all files; 0, or 1 if anything differs."""
    files = files_below(sys.argv[1:] or SYSTEM_FOLDERS)
    alike, faulty, different = 0, 0, 0
    for number, file in enumerate(files):
        if number % 100 == 0:
            print(f"{number:,} of {len(files):,} files, {faulty:,} with faults", file=sys.stderr)
        theirs, ours = _told(told_by_glibc, file), _told(told_by_check, file)
        if theirs == ours:
            alike += 1
            faulty += isinstance(ours, Faults) and any(ours)
            continue
        different += 1
        print(
            f"{file}\n  glibc only: {_only(theirs, ours)}\n  check only: {_only(ours, theirs)}",
            flush=True,
        )
    print(f"{len(files):,} files: {alike:,} alike, {faulty:,} of them with faults; {different} not")
    return int(bool(different))


def _told(ask: Callable[[str], Faults], file: str) -> Faults | str:
    try:
        return ask(file)
    except NothingToldError:
        return "nothing"


def _only(one: Faults | str, other: Faults | str) -> str:
    if isinstance(one, str) or isinstance(other, str):
        return str(one)[:200]
    parts = [sorted(map(str, a - b))[:5] for a, b in zip(one, other, strict=True)]
    return str([part for part in parts if part])[:400]


if __name__ == "__main__":
    sys.exit(main())
