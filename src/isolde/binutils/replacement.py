"""A file that is replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO


@contextmanager
def replacing(path: str, *, mode: int | None = None, follow: bool = True) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file at PATH once the block has ended without an error.

    Until then they stand in a file beside it, which an error removes.  Mode and owner stay those
    of the file that is there.

    Args:
        path: the file to replace or to make.
        mode: permissions of the new file; by default those of the old one, or what umask leaves.
        follow: whether a symbolic link stays, and what it leads to is replaced.

    Raises:
        OSError: the file or its folder cannot be written; it names PATH.
    """
    target = os.path.realpath(path) if follow else path
    beside = f"{target}.{secrets.token_hex(4)}"
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                _take_over(target, descriptor, mode)
                yield stream
            os.replace(beside, target)  # noqa: PTH105 (the rename of rename(2))
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(beside)  # noqa: PTH108
            raise
    except OSError as error:
        if error.filename in (None, beside):
            raise OSError(error.errno, error.strerror, path) from None
        raise


def _take_over(target: str, descriptor: int, mode: int | None) -> None:
    """Gives the new file the owner and the permissions of the one it is to replace."""
    try:
        status = os.lstat(target)
    except FileNotFoundError:
        status = None
    if status is None or stat.S_ISLNK(status.st_mode):
        if mode is not None:
            os.fchmod(descriptor, mode)
        return
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "is no regular file", target)
    with suppress(PermissionError):
        os.fchown(descriptor, status.st_uid, status.st_gid)
    # After chown, which takes set-user-ID away.
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode) if mode is None else mode)
