"""What commands about files have in common: the system they ask, and what it lacks."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from isolde.resolve.closure import Closure, Missing
    from isolde.resolve.system import System


def system_of(root: str) -> System:
    """The system whose root folder is ROOT; "" is this machine's.

    Raises:
        MisuseError: there is no such folder.
    """
    from isolde.resolve.system import System

    if root and not os.path.isdir(root):
        from isolde.cli._errors import MisuseError

        raise MisuseError(f"--root {root}: no such folder")
    return System(root or "/")


def print_missing(missing: Sequence[Missing], closure: Closure) -> int:
    """Tell what is MISSING on standard error, a line for each name.

    Returns:
        The exit status: 1 if there is any.
    """
    if not missing:
        return 0
    from isolde.cli._errors import FAULT
    from isolde.diagnose.missing import faults_told
    from isolde.report import print_error

    for line in faults_told(missing, closure):
        print_error(line)
    return FAULT
