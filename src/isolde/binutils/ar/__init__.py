"""`ar`: archives of object files, changed and looked into as GNU `ar` 2.40 does it."""

from isolde.binutils.ar.contents import Change, Contents
from isolde.binutils.ar.listing import change_line, facts_of, listing
from isolde.binutils.ar.members import extract, selected
from isolde.binutils.ar.options import Options, Place

__all__ = [
    "Change",
    "Contents",
    "Options",
    "Place",
    "change_line",
    "extract",
    "facts_of",
    "listing",
    "selected",
]
