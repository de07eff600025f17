"""The stacks of another process, or of a core file, with the space of every frame.

gdb reads them (``isolde-gdb.py`` is what it runs, and of use by hand as well); this package starts
it, and tells in one sentence what went wrong where something did.
"""

from isolde.backtrace._facts import Frame, Image, Space, Stacks, Thread
from isolde.backtrace._gdb import COMMANDS, BacktraceError, read_core, read_process

__all__ = [
    "COMMANDS",
    "BacktraceError",
    "Frame",
    "Image",
    "Space",
    "Stacks",
    "Thread",
    "read_core",
    "read_process",
]
