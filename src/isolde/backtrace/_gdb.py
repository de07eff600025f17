"""Running gdb in batch mode, and saying what its failures mean."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import msgspec

from isolde.backtrace._facts import Stacks
from isolde.errors import IsoldeError

COMMANDS = Path(__file__).with_name("isolde-gdb.py")
"""The command file: ``source`` it in gdb for ``isolde spaces``, ``images``, ``backtrace``."""

_TIMEOUT_S = 300
_NOTHING_READ = "The program is not being run."  # isolde-gdb.py's, when gdb has told why
_SETTINGS = ("set debuginfod enabled off", "set confirm off", "set pagination off")


class BacktraceError(IsoldeError):
    """The stacks cannot be read; the message says why, and what would help."""


def read_process(process: int) -> Stacks:
    """Return the stacks of every thread of PROCESS, which stands still meanwhile.

    Raises:
        BacktraceError: there is no such process, it may not be traced, or gdb is missing.
    """
    if not Path(f"/proc/{process}").exists():
        raise BacktraceError(f"no such process: {process}")
    gdb = _find_gdb()
    tracer = _tracer_of(process)
    if tracer:
        raise BacktraceError(
            f"process {process} is traced already, by process {tracer} ({_name_of(tracer)}): "
            f"a process has one debugger at a time"
        )
    done, stacks = _run(gdb, "-p", str(process))
    return stacks or _fail(f"process {process}", done)


def read_core(core: str, program: str) -> Stacks:
    """Return the stacks of every thread in the core file CORE of PROGRAM.

    Raises:
        BacktraceError: one of the files is missing or of another kind, or gdb is missing.
    """
    for file in (core, program):
        if not Path(file).is_file():
            raise BacktraceError(f"no such file: {file}")
    done, stacks = _run(_find_gdb(), program, core)
    return stacks or _fail(core, done)


def _find_gdb() -> str:
    gdb = shutil.which("gdb")
    if gdb is None:
        raise BacktraceError(
            "gdb is not installed, and it is what reads stacks: "
            "install it with `apt-get install gdb` or `dnf install gdb`"
        )
    return gdb


def _run(gdb: str, *target: str) -> tuple[str, Stacks | None]:
    """What gdb says on standard error, and what it has read, if anything."""
    with tempfile.TemporaryDirectory(prefix="isolde-") as folder:
        facts = Path(folder) / "facts"
        settings = [part for setting in _SETTINGS for part in ("-iex", setting)]
        commands = ["-x", str(COMMANDS), "-ex", f"isolde facts {facts}"]
        try:
            done = subprocess.run(
                [gdb, "-nx", "-batch", *settings, *target, *commands],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BacktraceError(f"{gdb} has not finished in {_TIMEOUT_S} s") from None
        if facts.is_file():
            return done.stderr, msgspec.json.decode(facts.read_bytes(), type=Stacks)
        return done.stderr, None


def _fail(what: str, said: str) -> Stacks:
    raise BacktraceError(explain(what, said))


def explain(what: str, said: str) -> str:
    """Return the sentence for a gdb that has read nothing of WHAT and has SAID that."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if any("is a zombie" in line for line in lines):
        return f"{what} has ended: a zombie has no stacks, and is there until its parent waits"
    if any("ptrace: Operation not permitted" in line for line in lines):
        return (
            f"{what} may not be traced: be its owner or root; where "
            f"/proc/sys/kernel/yama/ptrace_scope is not 0, be root; "
            f"a container needs the capability SYS_PTRACE"
        )
    if any('"Python"' in line and "not supported" in line for line in lines):
        return "this gdb was built without Python, in which Isolde's commands are written"
    told = [line for line in lines if not line.startswith("warning:") and line != _NOTHING_READ]
    return f"gdb cannot read {what}: {(told or lines or ['it says nothing'])[-1]}"


def _tracer_of(process: int) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("TracerPid:"):
            return int(line.split()[1])
    return 0


def _name_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return "?"
