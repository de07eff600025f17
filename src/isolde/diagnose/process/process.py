"""A process as the kernel shows it in /proc, through one open folder.

The folder stays that process's: when it ends and its number is given to another, reads fail
instead of telling of the other.  See proc(5).
"""

from __future__ import annotations

import os
from types import TracebackType

from isolde.diagnose.process.errors import ProcessError
from isolde.diagnose.process.facts import Identity
from isolde.diagnose.process.mappings import DELETED, Mappings, parse_mappings

_KERNEL_THREAD = 0x00200000  # PF_KTHREAD of <linux/sched.h>


class Process:
    """A live process.

    Attributes:
        pid: its number.
        command: what the kernel calls it, at most 15 characters.
        state: one letter: "R", "S", "Z", ...
        parent: its parent's number.
        is_kernel_thread: whether it is a part of the kernel.

    Raises:
        ProcessError: there is no such process.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._folder = os.open(f"/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            raise ProcessError(_no_such(pid)) from None
        try:
            self.refresh()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of it."""
        os.close(self._folder)

    def refresh(self) -> None:
        """Reads its name and state again; raises ProcessError where it has ended."""
        try:
            text = self.read("stat").decode(errors="replace")
        except (ProcessLookupError, FileNotFoundError):
            raise ProcessError(f"no such process: {self.pid}") from None
        start, end = text.index("("), text.rindex(")")  # the name may hold either
        fields = text[end + 2 :].split()
        self.command = text[start + 1 : end]
        self.state = fields[0]
        self.parent = int(fields[1])
        self.is_kernel_thread = bool(int(fields[6]) & _KERNEL_THREAD)

    # ---- its files -------------------------------------------------------------------------------

    def open(self, name: str, flags: int = os.O_RDONLY) -> int:
        """A descriptor of /proc/PID/NAME, for the caller to close; raises OSError."""
        return os.open(name, flags | os.O_CLOEXEC, dir_fd=self._folder)

    def read(self, name: str) -> bytes:
        """All of /proc/PID/NAME; raises OSError."""
        descriptor = self.open(name)
        try:
            pieces = []
            while piece := os.read(descriptor, 1 << 16):
                pieces.append(piece)
            return b"".join(pieces)
        finally:
            os.close(descriptor)

    def link(self, name: str) -> str | None:
        """Where the link /proc/PID/NAME leads; None where that is not told."""
        try:
            return os.readlink(name, dir_fd=self._folder)
        except OSError:
            return None

    def mappings(self) -> Mappings:
        """What it has mapped; raises OSError."""
        return parse_mappings(self.read("maps"))

    # ---- who it is -------------------------------------------------------------------------------

    def identity(self) -> Identity:
        """Which process it is; raises OSError."""
        executable = self.link("exe")
        return Identity(
            pid=self.pid,
            command=self.command,
            executable=None if executable is None else executable.removesuffix(DELETED),
            user=user_name(self.owner()),
            unit=self._unit(),
        )

    def owner(self) -> int:
        """The number of its real user; raises OSError."""
        for line in self.read("status").splitlines():
            if line.startswith(b"Uid:"):
                return int(line.split()[1])
        return os.fstat(self._folder).st_uid

    def _unit(self) -> str | None:
        try:
            lines = self.read("cgroup").decode(errors="replace").splitlines()
        except OSError:
            return None
        parts = [part for line in lines for part in line.split(":", 2)[-1].split("/")]
        units = [part for part in parts if part.endswith((".service", ".scope"))]
        return units[-1] if units else None


def user_name(number: int) -> str:
    """The name of user NUMBER; the number itself where it has none."""
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _no_such(pid: int) -> str:
    """A /proc mounted with hidepid has no folder for processes of others."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return (
            f"process {pid} is there, but hidden from you (/proc is mounted with hidepid): "
            f"be its owner or root"
        )
    except (OSError, OverflowError):
        pass
    return f"no such process: {pid}"
