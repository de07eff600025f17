"""ldd: what a program or library has loaded, told without loading it.

    from isolde.binutils.ldd import loading_of, lines
    from isolde.resolve.system import System
    for line in lines(loading_of("/usr/bin/gdb", System())):
        print(line)

glibc's ldd starts ld.so with the file and has it stop before the program begins.  This one asks
`isolde.resolve` what ld.so would do, so that files of other machines and of other systems can be
asked about, and a hostile one does no harm.  Source: what ld.so of glibc 2.36 prints.
"""

from isolde.binutils.ldd.facts import (
    Dependency,
    Loading,
    NeededVersion,
    Undefined,
    VersionFault,
)
from isolde.binutils.ldd.loading import loading_of
from isolde.binutils.ldd.text import lines

__all__ = [
    "Dependency",
    "Loading",
    "NeededVersion",
    "Undefined",
    "VersionFault",
    "lines",
    "loading_of",
]
