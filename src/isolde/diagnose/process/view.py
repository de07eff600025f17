"""The file system as another process sees it: through its root and its mounts.

`/proc/PID/root` leads there, but an absolute symbolic link on the way would lead back into our own
root, so links are followed here, one by one.  See path_resolution(7), proc_pid_root(5).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from isolde.diagnose.process.process import Process

_MOST_LINKS = 40  # the kernel's own limit


class Found(NamedTuple):
    """A file: a path at which this process can open it, and which file it is."""

    path: str
    device: int
    inode: int


class View:
    """Where a process's paths lead.

    Raises:
        OSError: its root may not be looked at.
    """

    def __init__(self, process: Process) -> None:
        self._root = process.link("root") or "/"
        self._mounts = process.link("ns/mnt")
        self._shares_mounts = self._mounts == _link("/proc/self/ns/mnt")
        self._descriptor = process.open("root", os.O_PATH | os.O_DIRECTORY)

    def close(self) -> None:
        """Lets go of the root."""
        os.close(self._descriptor)

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for two processes that see the same files."""
        root = os.fstat(self._descriptor)
        return self._mounts, self._root, root.st_dev, root.st_ino

    def inside(self, path: str) -> str | None:
        """PATH, as the kernel names it for us, as the process names it; None: out of its reach.

        The kernel's names begin at our own root, or at that of the process's mount namespace.
        """
        if self._root == "/":
            return path
        below = path.removeprefix(self._root)
        return below if below != path and below.startswith("/") else None

    def find(self, path: str) -> Found | None:
        """The file that PATH leads the process to; None where there is none."""
        if self._root == "/" and self._shares_mounts:
            return _found(path)
        resolved = self._resolve(path)
        return None if resolved is None else _found(self._ours(resolved))

    def find_outside(self, path: str) -> Found | None:
        """The file at PATH of the kernel's, which the process cannot name."""
        return _found(path) if self._shares_mounts else None

    def _ours(self, path: str) -> str:
        return f"/proc/self/fd/{self._descriptor}/{path}"

    def _resolve(self, path: str) -> str | None:
        """PATH without symbolic links, from the root on; None where they go round."""
        waiting, done, links = path.split("/")[::-1], list[str](), 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                done = done[:-1]
            elif part not in ("", "."):
                target = _link(self._ours("/".join([*done, part])))
                if target is None:
                    done.append(part)
                    continue
                links += 1
                if links > _MOST_LINKS:
                    return None
                done = [] if target.startswith("/") else done
                waiting.extend(target.split("/")[::-1])
        return "/".join(done)


def _link(path: str) -> str | None:
    try:
        return str(Path(path).readlink())
    except OSError:
        return None


def _found(path: str) -> Found | None:
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    return Found(path, status.st_dev, status.st_ino)
