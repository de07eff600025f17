"""`strip`: files without what only link editors and debuggers need, as GNU `strip` 2.40 does it."""

from isolde.binutils.strip.options import ALL, DEBUG, NOTHING, ONLY_DEBUG, UNNEEDED, Options
from isolde.binutils.strip.patterns import Patterns
from isolde.binutils.strip.selection import plan_for
from isolde.binutils.strip.stripping import Manner, Stripped, strip_file

__all__ = [
    "ALL",
    "DEBUG",
    "NOTHING",
    "ONLY_DEBUG",
    "UNNEEDED",
    "Manner",
    "Options",
    "Patterns",
    "Stripped",
    "plan_for",
    "strip_file",
]
