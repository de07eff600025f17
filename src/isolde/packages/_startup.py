"""What Python settles only after it has run its hooks: the folder at the head of sys.path."""

# Pathlib would cost more than what is asked here:
# ruff: noqa: PTH113, PTH120

from __future__ import annotations

import os
import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# As sys.argv[0] stands for them when hooks run: a module, a line, standard input, a terminal.
_NO_SCRIPT = ("-m", "-c", "-", "")


def _folder_of_script() -> str:
    """What Python will look through first: "" for the current folder."""
    script = sys.argv[0]
    if script in _NO_SCRIPT:
        return ""
    script = os.path.realpath(script)
    in_a_folder = os.path.isfile(script) and not _is_archive(script)
    return os.path.dirname(script) if in_a_folder else script


def _is_archive(file: str) -> bool:
    """Whether Python runs the __main__ inside of FILE, and imports from it."""
    with open(file, "rb") as stream:  # noqa: PTH123
        head = stream.read(4)
    return head == b"PK\3\4"


@contextmanager
def beside_the_script() -> Iterator[None]:
    """Meanwhile, what lies beside the script is found, as it will be when the script runs."""
    if getattr(sys.flags, "safe_path", False):  # Python 3.11
        yield
        return
    before, sys.path = sys.path, [_folder_of_script(), *sys.path]
    try:
        yield
    finally:
        sys.path = before
