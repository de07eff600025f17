"""What belongs to every system: libc's family, which a picture of dependencies may leave out."""

from __future__ import annotations

from isolde.resolve.closure import LoadedObject

_STEMS = (
    "ld-linux",
    "ld64.so",
    "ld.so",
    "libc.so",
    "libdl.so",
    "libgcc_s.so",
    "libm.so",
    "libmvec.so",
    "libpthread.so",
    "libresolv.so",
    "librt.so",
    "libstdc++.so",
    "libutil.so",
)
_SYSTEMS_RULES = ("cache", "default", "ld.so.conf", "interpreter")


def is_of_system(item: LoadedObject) -> bool:
    """Whether ITEM is of libc's or the compiler's family, and the system's own copy of it.

    One that a run path or the environment led to is news, and so is one with needs of its own.
    """
    return (
        item.found.rule in _SYSTEMS_RULES
        and is_family(item.found.name)
        and all(is_family(entry.name) and entry.object for entry in item.entries)
    )


def is_family(name: str) -> bool:
    """Whether a library of that NAME is of libc's or the compiler's family."""
    return name.rpartition("/")[2].startswith(_STEMS)
