"""A file's bytes, mapped: nothing is read before it is asked for."""

from __future__ import annotations

import mmap
import os
import stat

from isolde.errors import ElfError


def map_file(path: str, what: str = "ELF file") -> memoryview:
    """All bytes of the file at PATH; they stay readable when it is renamed or deleted.

    Raises:
        OSError: it cannot be opened.
        ElfError: it is empty, or no regular file; so it is no WHAT.
    """
    data = map_any(path, what)
    if not data:
        raise ElfError(path, f"is empty, no {what}", 0)
    return data


def map_any(path: str, what: str = "ELF file") -> memoryview:
    """As `map_file`, but an empty file is no error."""
    # Without O_NONBLOCK the open of a FIFO waits for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ElfError(path, f"is {_kind(status.st_mode)}, no {what}")
        if status.st_size == 0:
            return memoryview(b"")
        return memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))
    finally:
        os.close(descriptor)


def unmap(data: memoryview) -> None:
    """Gives the bytes back; those that somebody still looks at stay until nobody does."""
    mapped = data.obj
    try:
        data.release()
        if isinstance(mapped, mmap.mmap):
            mapped.close()
    except BufferError:
        return


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a character device"),
        (stat.S_ISBLK, "a block device"),
    )
    return next((kind for is_kind, kind in kinds if is_kind(mode)), "no regular file")
