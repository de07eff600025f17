"""What has become of a loaded file on disk.

The kernel marks a mapping "(deleted)" when its file's name is gone: unlinked, or overwritten by a
rename.  That is not all.  A library is opened by a name, often a symbolic link; an upgrade may
leave the old file where it was and turn the link.  So both are looked at: the mapped file's own
path, and the name in the link map.

Device and inode in /proc/PID/maps are not always those of stat(2): file systems with many devices
(btrfs) and stacked ones (overlayfs) show others.  Where only they differ, build-ids decide.
"""

from __future__ import annotations

from collections.abc import Callable

from isolde.diagnose.process.facts import DELETED, MEMORY, OK, REPLACED, UNKNOWN, OnDisk
from isolde.diagnose.process.mappings import Mapping
from isolde.diagnose.process.view import Found, View

BuildId = Callable[[], "str | None"]

Verdicts = dict[object, OnDisk]

# Names that mean something else to every process, or to every moment.
_NOT_NAMES = ("/proc/", "/dev/fd/")
_NO_FILES = ("/memfd:", "/dev/zero", "/SYSV", "/anon_hugepage", "/[aio]", "/drm mm object")


class Disk:
    """Judges loaded files as one process sees them; answers are kept for processes of one view.

    Args:
        view: the process's.
        known: answers so far, which may be given to the next `Disk`.
    """

    def __init__(self, view: View, known: Verdicts) -> None:
        self._view = view
        self._known = known
        self._key = view.key

    def path(self, mapping: Mapping) -> str:
        """The path of MAPPING's file as the process names it."""
        path = self._kernel_path(mapping)
        return self._view.inside(path) or path

    def judge(self, mapping: Mapping, name: str | None, build_id: BuildId) -> OnDisk:
        """What has become of MAPPING's file.

        Args:
            mapping: of the file.
            name: what it was opened as; None where nobody knows.
            build_id: gives its build-id in memory; called only where that decides.
        """
        if not mapping.is_file or mapping.name.startswith(_NO_FILES):
            return OnDisk(MEMORY)
        file = (mapping.device, mapping.inode, mapping.name)
        question = (*self._key, *file, name)
        if question not in self._known:
            self._known[question] = self._judge(mapping, name or "", build_id)
        return self._known[question]

    def _judge(self, mapping: Mapping, name: str, build_id: BuildId) -> OnDisk:
        path = self._kernel_path(mapping)
        own, named = self._at_path(path), self._at_name(path, name)
        if path != mapping.name:  # the kernel has marked it
            now = named or own
            return OnDisk(DELETED) if now is None else OnDisk(REPLACED, build_id_of(now.path))
        if own is None:
            return OnDisk(UNKNOWN)
        if not _is_same(mapping, own, build_id):
            return OnDisk(REPLACED, build_id_of(own.path))
        if named is not None and (named.device, named.inode) != (own.device, own.inode):
            return OnDisk(REPLACED, build_id_of(named.path))
        return OnDisk(OK)

    def _kernel_path(self, mapping: Mapping) -> str:
        """Where the file is or was, as the kernel names it; " (deleted)" may be a part of that."""
        if mapping.path == mapping.name:
            return mapping.name
        found = self._at_path(mapping.name)
        is_called_so = found is not None and found.inode == mapping.inode
        return mapping.name if is_called_so else mapping.path

    def _at_path(self, path: str) -> Found | None:
        inside = self._view.inside(path)
        return self._view.find_outside(path) if inside is None else self._view.find(inside)

    def _at_name(self, path: str, name: str) -> Found | None:
        """Names are from before a chroot(2) where the file is out of the process's reach."""
        is_name = name.startswith("/") and not name.startswith(_NOT_NAMES)
        if not is_name or self._view.inside(path) is None:
            return None
        return self._view.find(name)


def _is_same(mapping: Mapping, found: Found, build_id: BuildId) -> bool:
    if (mapping.device, mapping.inode) == (found.device, found.inode):
        return True
    in_memory, on_disk = build_id(), build_id_of(found.path)
    if in_memory is not None and on_disk is not None:
        return in_memory == on_disk
    return mapping.inode == found.inode


def build_id_of(path: str) -> str | None:
    """The build-id of the file at PATH; None where it has none, or cannot be read."""
    from isolde.elf.debug import build_id_at  # only where a file is not the one that was mapped

    return build_id_at(path)
