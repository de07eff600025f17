"""/etc/ld.so.conf, from which ldconfig(8) makes the cache: the folders of a root without one."""

from __future__ import annotations

import glob
import os

from isolde.resolve.root import Root

CONF = "/etc/ld.so.conf"
_MAX_DEPTH = 16  # includes of includes; a file that includes itself has no end


def conf_folders(root: Root, path: str = CONF) -> tuple[str, ...]:
    """Return the folders that ld.so.conf names, includes followed, each once, in its order.

    Args:
        root: the system asked about; files are read, and includes expanded, inside it.
        path: the file, inside the root.  One that is missing or unreadable names none.
    """
    return tuple(dict.fromkeys(_folders(root, path, 0)))


def _folders(root: Root, path: str, depth: int) -> list[str]:
    found: list[str] = []
    for line in _lines(root, path):
        word, _, rest = line.partition(" ")
        if word == "include":
            for pattern in rest.split():
                for file in _expanded(root, pattern, path):
                    found += _folders(root, file, depth + 1) if depth < _MAX_DEPTH else []
        elif word != "hwcap":
            found += [_folder(part) for part in line.replace(":", " ").replace(",", " ").split()]
    return found


def _lines(root: Root, path: str) -> list[str]:
    try:
        with open(root.real(path), encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
    except OSError:
        return []
    lines = (" ".join(line.partition("#")[0].split()) for line in text.splitlines())
    return [line for line in lines if line]


def _folder(text: str) -> str:
    """Without a library type ("/lib=libc5", of old), and without slashes at the end."""
    folder = text.partition("=")[0]
    return folder.rstrip("/") or "/"


def _expanded(root: Root, pattern: str, including: str) -> list[str]:
    """The files, inside the root, that PATTERN of the file INCLUDING means."""
    if not pattern.startswith("/"):
        pattern = os.path.join(os.path.dirname(including), pattern)
    folder, name = os.path.split(pattern)
    if not glob.has_magic(folder):
        real = root.real(folder)
        return [
            f"{folder}/{os.path.basename(path)}" for path in _glob(f"{glob.escape(real)}/{name}")
        ]
    found = _glob(glob.escape(root.folder) + pattern)
    return [path[len(root.folder) :] for path in found]


def _glob(pattern: str) -> list[str]:
    return sorted(glob.glob(pattern))
