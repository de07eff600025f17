"""A folder taken for the root of a file system: every path, and every symbolic link, is inside it.

The kernel follows an absolute link to this machine's own root; a system unpacked into a folder
means its own. So links are read and followed here, one component after the other.
"""

from __future__ import annotations

import errno
import os

_MAX_LINKS = 40  # as the kernel's


class Root:
    """A root folder; "/" is this machine's own, where the kernel itself follows links.

    folder: the folder's path on this machine, without a slash at the end ("" for "/").
    """

    def __init__(self, folder: str = "/") -> None:
        absolute = os.path.realpath(folder)
        self.folder = "" if absolute == "/" else absolute
        self._known: dict[str, str] = {"/": "/"}

    @property
    def is_native(self) -> bool:
        """Whether this is the file system of this machine."""
        return not self.folder

    def real(self, path: str) -> str:
        """Return where PATH (inside the root) is on this machine.

        A path is returned for a file that does not exist, too: whoever opens it will be told.
        Relative paths start at the current folder in this machine's own root, else at the root.

        Raises:
            OSError: its links go round in a circle.
        """
        return self.folder + self.resolved(path) if self.folder else path

    def resolved(self, path: str) -> str:
        """Return PATH (inside the root) without any symbolic link, still as a path inside it.

        Raises:
            OSError: its links go round in a circle.
        """
        if not self.folder:
            return os.path.realpath(path)
        done, waiting, links = "/", path.split("/")[::-1], 0
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                done = os.path.dirname(done)
                continue
            target = self._target(done, part)
            if target is None:
                done = self._joined(done, part)
                continue
            links += 1
            if links > _MAX_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            done = "/" if target.startswith("/") else done
            waiting += target.split("/")[::-1]
        return done

    def inside(self, path: str) -> str:
        """Return what a person's PATH is inside the root.

        It may be a path inside the root, or one of this machine that leads into the root.
        """
        if not self.folder:
            return path
        absolute = os.path.abspath(path)
        if absolute.startswith(self.folder + "/"):
            return absolute[len(self.folder) :]
        return path if path.startswith("/") else f"/{path}"

    def _target(self, folder: str, name: str) -> str | None:
        """Where the link FOLDER/NAME leads, or None if it is none."""
        path = self._joined(folder, name)
        if path not in self._known:
            try:
                self._known[path] = os.readlink(self.folder + path)
            except OSError:
                self._known[path] = ""
        return self._known[path] or None

    @staticmethod
    def _joined(folder: str, name: str) -> str:
        return f"/{name}" if folder == "/" else f"{folder}/{name}"
