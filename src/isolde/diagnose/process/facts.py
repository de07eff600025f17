"""What a process has loaded, as facts.  Addresses and sizes are integers, sizes in bytes."""

from __future__ import annotations

from dataclasses import dataclass

MAIN, NAMESPACE, SPACE, OTHER = "main", "namespace", "space", "other"
OK, DELETED, REPLACED, MEMORY, UNKNOWN = "ok", "deleted", "replaced", "memory", "unknown"


@dataclass(frozen=True)
class OnDisk:
    """What has become of a loaded file.

    Attributes:
        state: "ok": it is on disk, and what its name leads to; "deleted": nothing is there any
            more; "replaced": the name leads to another file now; "memory": it never was on disk
            (the vDSO, a memfd); "unknown": its folder cannot be looked into.
        build_id: of the file that has replaced it, in hexadecimal digits; None where it has none.
    """

    state: str
    build_id: str | None = None


@dataclass(frozen=True)
class LoadedObject:
    """An object of a process.

    Attributes:
        path: of the file that is mapped, as the process names it.
        name: what its link map calls it (the path it was opened by); "" for the program, None for
            what is in no link map.
        soname: DT_SONAME, as it is in memory.
        base: what is added to addresses in the file; None for what is in no link map.
        start, end: the addresses that it occupies, [start, end).
        build_id: in hexadecimal digits, as it is in memory.
        executable: whether any of it may be executed; False for a file that is mapped as data.
        on_disk: what has become of the file.
    """

    path: str
    name: str | None
    soname: str | None
    base: int | None
    start: int
    end: int
    build_id: str | None
    executable: bool
    on_disk: OnDisk

    @property
    def size(self) -> int:
        """Bytes of address space."""
        return self.end - self.start

    @property
    def is_stale(self) -> bool:
        """Whether a restart would load another file, or none; mapped data does not count."""
        is_code = self.executable or self.name is not None
        return is_code and self.on_disk.state in (DELETED, REPLACED)


@dataclass(frozen=True)
class Namespace:
    """A list of objects that see each other's symbols.

    Attributes:
        kind: "main": what the program was started with and has opened; "namespace": one of glibc's
            dlmopen; "space": one of Isolde's; "other": in the chain, and of neither.
        number: 0 for "main", dlmopen's Lmid_t, or a space's number; for "other" the place.
        name: a space's; None for the other kinds.
        objects: in the order of the list.
    """

    kind: str
    number: int
    name: str | None
    objects: tuple[LoadedObject, ...]

    @property
    def label(self) -> str:
        """What people call it."""
        if self.kind == MAIN:
            return MAIN
        return f"space {self.name}" if self.kind == SPACE else f"{self.kind} {self.number}"


@dataclass(frozen=True)
class Identity:
    """Which process it is.

    Attributes:
        pid: its number.
        command: what the kernel calls it, at most 15 characters.
        executable: path of its program; None where that is not told.
        user: name or number of its owner.
        unit: systemd's service or scope that it belongs to, which is what one restarts.
    """

    pid: int
    command: str
    executable: str | None
    user: str
    unit: str | None


@dataclass(frozen=True)
class LoadedProcess:
    """What a process has loaded.

    Attributes:
        process: which one.
        bits: 64 or 32; None where it is not known.
        memory_read: whether its memory was read; where not, only mapped files are known.
        changing: whether it was loading or unloading during every attempt to read it.
        note: why there are no link maps; None where there are.
        namespaces: its link maps.
        unlisted: ELF files that are mapped and in no link map: data, or another loader's; all of
            them where no link map could be read.
    """

    process: Identity
    bits: int | None
    memory_read: bool
    changing: bool
    note: str | None
    namespaces: tuple[Namespace, ...]
    unlisted: tuple[LoadedObject, ...]

    @property
    def objects(self) -> tuple[LoadedObject, ...]:
        """All of them."""
        listed = [each for namespace in self.namespaces for each in namespace.objects]
        return (*listed, *self.unlisted)

    @property
    def link_maps(self) -> int:
        """How many lists of objects it has that are not empty."""
        return sum(1 for each in self.namespaces if each.objects)

    @property
    def spaces(self) -> tuple[Namespace, ...]:
        """Isolde's among its namespaces."""
        return tuple(each for each in self.namespaces if each.kind == SPACE)

    @property
    def has_isolde(self) -> bool:
        """Whether Isolde is in it, with spaces or without."""
        sonames = (each.soname for each in self.objects)
        return bool(self.spaces) or any(each and each.startswith("libisolde") for each in sonames)

    def stale(self, state: str | None = None) -> tuple[LoadedObject, ...]:
        """The objects whose files are deleted or replaced; of one STATE, or of both."""
        return tuple(
            each for each in self.objects if each.is_stale and state in (None, each.on_disk.state)
        )
