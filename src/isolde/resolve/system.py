"""The system that a question is about: its files, its environment, and what its loader knows.

Usually this machine; as well a folder into which another system, of whatever processor, is
unpacked.  Nothing of it is executed: what its loader would answer is read from the loader's file.
"""

from __future__ import annotations

import os

from isolde.elf.outline import START, Outline, outline_of, read_outline
from isolde.errors import ElfError
from isolde.record import NamedTuple
from isolde.resolve.cache import CACHE, Cache
from isolde.resolve.machine import (
    Machine,
    known_loaders,
    machine_of_head,
    native_machine,
    objection,
)
from isolde.resolve.root import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isolde.elf.file import File

_PROGRAMS = ("/bin/sh", "/usr/bin/env", "/sbin/ldconfig", "/usr/sbin/ldconfig", "/bin/busybox")
_PLAIN_FOLDERS = ("/lib", "/usr/lib")


class Look(NamedTuple):
    """What one opening of a file tells.

    identity: its device and inode.
    head: its first bytes, at least 20 if it has them.
    outline: None where it is malformed, no ELF file, or one of an unusual kind.
    """

    identity: tuple[int, int]
    head: bytes
    outline: Outline | None


def _look(real: str) -> Look:
    # Without O_NONBLOCK the open of a FIFO waits for a writer.
    descriptor = os.open(real, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        start = os.pread(descriptor, START, 0)
        outline = read_outline(descriptor, start, status.st_size)
    finally:
        os.close(descriptor)
    return Look((status.st_dev, status.st_ino), start[:64], outline)


class System:
    """A file system with libraries.

    root: its root folder; "/" is this machine's own.
    environment: its variables; LD_LIBRARY_PATH and LD_PRELOAD count.
    """

    def __init__(
        self,
        root: str = "/",
        environment: Mapping[str, str] | None = None,
        *,
        hwcaps: Sequence[str] | None = None,
    ) -> None:
        """Describes a system; its files are read when they are asked for.

        Args:
            root: the folder that is its root.
            environment: None: this process's for the root "/", empty for another.
            hwcaps: the glibc-hwcaps subfolders that its processor can use, the best first; None:
                this processor's for the root "/", all that its kind of machine has for another.
        """
        self.files = Root(root)
        self.root = self.files.folder or "/"
        if environment is None:
            environment = os.environ if self.files.is_native else {}
        self.environment = environment
        self.cache_fault: str | None = None
        self._hwcaps = None if hwcaps is None else tuple(hwcaps)
        self._cache: Cache | None = None
        self._cache_is_read = False
        self._conf: tuple[str, ...] | None = None
        self._loaders: dict[Machine, str | None] = {}
        self._folders: dict[Machine, tuple[str, ...]] = {}
        self._machine: Machine | None = None
        self._files: dict[tuple[int, int], File] = {}
        self._looks: dict[str, Look] = {}

    def real(self, path: str) -> str:
        """Return where PATH, a path of this system, is on this machine.

        Raises:
            OSError: its links go round in a circle.
        """
        return self.files.real(path)

    def inside(self, path: str) -> str:
        """Return what a person's PATH is in this system: one of its own, or one leading into it."""
        return self.files.inside(path)

    def origin(self, path: str, *, program: bool = False) -> str:
        """Return the folder that `$ORIGIN` stands for in the file at PATH.

        A program is known to its loader by its real name, a library by the name it was found by.
        """
        if program:
            path = self.files.resolved(path)
        elif not path.startswith("/"):
            here = os.getcwd() if self.files.is_native else "/"
            path = f"{here.rstrip('/')}/{path}"
        return path.rpartition("/")[0] or "/"

    def look(self, path: str) -> Look:
        """Return the first look at the file at PATH; the same for every question about it.

        Raises:
            OSError: it cannot be opened or read.
        """
        known = self._looks.get(path)
        if known is None:
            known = self._looks[path] = _look(self.real(path))
        return known

    def head(self, path: str) -> bytes:
        """Return the first 20 bytes of the file at PATH, which tell its kind of machine.

        Raises:
            OSError: it cannot be opened or read.
        """
        return self.look(path).head

    def identity(self, path: str) -> tuple[int, int]:
        """Return device and inode of the file at PATH, by which it is the same under any name.

        Raises:
            OSError: there is no such file.
        """
        return self.look(path).identity

    def outline(self, path: str) -> Outline:
        """Return what the dynamic linker reads first of the file at PATH.

        Raises:
            OSError: it cannot be opened.
            ElfError: it is no ELF file, or malformed.
        """
        try:
            seen = self.look(path).outline
        except IsADirectoryError:
            seen = None
        return seen or outline_of(self.file(path))

    def file(self, path: str) -> File:
        """Return the ELF file at PATH, opened once however often and by whatever name it is asked.

        Raises:
            OSError: it cannot be opened.
            ElfError: it is no ELF file.
        """
        real = self.real(path)
        status = os.stat(real)
        identity = status.st_dev, status.st_ino
        file = self._files.get(identity)
        if file is None:
            from isolde.elf.file import File

            file = self._files[identity] = File(real)
        return file

    def close(self) -> None:
        """Close every file; what was made of them must not be used any more."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def exists(self, path: str) -> bool:
        """Return whether there is anything at PATH."""
        try:
            os.stat(self.real(path))
        except (OSError, ValueError):
            return False
        return True

    def suits(self, path: str, machine: Machine | None) -> bool:
        """Return whether there is an ELF file at PATH that is for MACHINE (None: for any)."""
        try:
            head = self.head(path)
        except (OSError, ValueError):
            return False
        return machine_of_head(head) is not None and not (machine and objection(head, machine))

    @property
    def cache(self) -> Cache | None:
        """Its ld.so.cache; None if there is none, or (see `cache_fault`) it cannot be used."""
        if not self._cache_is_read:
            self._cache_is_read = True
            try:
                with open(self.real(CACHE), "rb", buffering=0) as file:
                    self._cache = Cache(file.read(), CACHE)
            except FileNotFoundError:
                pass
            except (OSError, ElfError) as error:
                self.cache_fault = str(error)
        return self._cache

    def drop_cache(self, fault: str) -> None:
        """Go on without the cache, as ld.so does, because of a FAULT met inside it."""
        self._cache, self.cache_fault = None, fault

    @property
    def conf_folders(self) -> tuple[str, ...]:
        """The folders of ld.so.conf, from which a system without a cache would make one."""
        if self._conf is None:
            from isolde.resolve.conf import conf_folders

            self._conf = conf_folders(self.files)
        return self._conf

    @property
    def machine(self) -> Machine | None:
        """The kind of machine that this system is for, or None where nothing in it tells."""
        if self._machine is None:
            self._machine = native_machine() if self.files.is_native else self._guessed_machine()
        return self._machine

    def loader(self, machine: Machine) -> str | None:
        """Return the path of ld.so for MACHINE's programs, or None: this system has none."""
        if machine not in self._loaders:
            found = (path for path in machine.platform.loaders if self.exists(path))
            self._loaders[machine] = next(found, None)
        return self._loaders[machine]

    def default_folders(self, machine: Machine) -> tuple[str, ...]:
        """Return the folders that are built into MACHINE's ld.so, in the order of its search."""
        folders = self._folders.get(machine)
        if folders is None:
            folders = self._folders[machine] = self._built_in(machine) or _usual(machine)
        return folders

    def lib(self, machine: Machine) -> str:
        """Return what `$LIB` stands for in MACHINE's files."""
        folders = self.default_folders(machine)
        return folders[0][1:] if self.loader(machine) and folders else machine.platform.lib

    def platform(self, machine: Machine) -> str:
        """Return what `$PLATFORM` stands for in MACHINE's files."""
        name = machine.platform.name
        if name == "x86_64" and self._runs_here(machine):
            from isolde.resolve.processor import this_cpuinfo, x86_64_platform

            return x86_64_platform(this_cpuinfo())
        return name

    def hwcaps(self, machine: Machine) -> tuple[str, ...]:
        """Return the glibc-hwcaps subfolders that MACHINE's files may come from, best first."""
        if self._hwcaps is not None:
            return self._hwcaps
        known = machine.platform.hwcaps
        if known and known[0].startswith("x86-64") and self._runs_here(machine):
            from isolde.resolve.processor import this_cpuinfo, x86_64_levels

            return x86_64_levels(this_cpuinfo())
        return known

    def _runs_here(self, machine: Machine) -> bool:
        native = native_machine() if self.files.is_native else None
        return native is not None and native.number == machine.number

    def _guessed_machine(self) -> Machine | None:
        """The machine of a program that every system has, or of the loader that is there."""
        for path in (*_PROGRAMS, *known_loaders()):
            try:
                machine = machine_of_head(self.head(path))
            except OSError:
                continue
            if machine is not None:
                return machine
        return None

    def _built_in(self, machine: Machine) -> tuple[str, ...]:
        """What the loader's own file says: its folders stand in it, one string after another."""
        path = self.loader(machine)
        if path is None:
            return ()
        try:
            with open(self.real(path), "rb", buffering=0) as file:
                return built_in_folders(file.read())
        except OSError:
            return ()


def built_in_folders(loader: bytes) -> tuple[str, ...]:
    """Return the default folders that stand in the file of a glibc's ld.so; () if none are seen.

    They are strings with a slash at the end, one after another, with /usr/lib... among them.
    """
    seen = loader.find(b"/\0/usr/lib")
    if seen < 0:
        return ()
    start = loader.rfind(b"\0", 0, seen) + 1
    folders = []
    while loader[start : start + 1] == b"/":
        end = loader.find(b"\0", start)
        folder = loader[start:end]
        if end < 0 or not folder.endswith(b"/") or len(folder) > 255:
            break
        folders.append(folder.rstrip(b"/").decode(errors="surrogateescape"))
        start = end + 1
    return tuple(folders)


def _usual(machine: Machine) -> tuple[str, ...]:
    """The folders of Debian's and of other systems, for a root without a loader to ask."""
    platform = machine.platform
    names = [platform.multiarch] if platform.multiarch else []
    folders = [f"{base}/{name}" for name in names for base in _PLAIN_FOLDERS]
    if platform.lib != "lib":
        folders += [f"/{platform.lib}", f"/usr/{platform.lib}"]
    return (*folders, *_PLAIN_FOLDERS)
