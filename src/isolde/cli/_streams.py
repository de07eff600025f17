"""Standard streams that the shell has closed (`>&-`): Python has None in their places."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def stand_in_for_closed() -> None:
    """Opens what stands in for each: no input, an output that cannot be written, errors nowhere.

    A program that is started instead of this one finds them closed again.
    """
    if sys.stdin is None:
        sys.stdin = _opened(0, os.O_RDONLY)
    if sys.stdout is None:
        sys.stdout = _opened(1, os.O_RDONLY)  # "Bad file descriptor", as C's write says
    if sys.stderr is None:
        sys.stderr = _opened(2, os.O_WRONLY)


def _opened(descriptor: int, how: int) -> TextIO:
    nowhere = os.open(os.devnull, how)
    if nowhere != descriptor:
        os.dup2(nowhere, descriptor, inheritable=False)
        os.close(nowhere)
    return os.fdopen(descriptor, "w" if descriptor else "r", encoding="utf-8", closefd=False)
