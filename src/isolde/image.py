"""One mapped ELF object of a space, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Image:
    """What a space holds of one file.

    Addresses are in bytes of this process's address space, and true as long as the image stays
    mapped.

    path: absolute path of the file.
    soname: its DT_SONAME, or the last part of its path.
    base: the load bias; a symbol lives at `base` plus its `st_value`.
    start, end: the addresses it occupies, `end` excluded.
    needed_by: path of the image that first asked for it; None when it was loaded by name.
    why: how the file was found: "path", "search_path", "rpath", "LD_LIBRARY_PATH", "runpath",
        "cache", "default", "host" or "link".
    linked_from: name of the space that maps it; None when this one or the host does.
    shared: taken from the host process, not mapped by the space.
    opens: how many loads hold it directly.
    """

    path: str
    soname: str
    base: int
    start: int
    end: int
    needed_by: str | None
    why: str
    linked_from: str | None
    shared: bool
    opens: int

    def __contains__(self, address: int) -> bool:
        """Whether ADDRESS lies in this image."""
        return self.start <= address < self.end
