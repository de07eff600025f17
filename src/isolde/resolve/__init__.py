"""The resolver that explains: what a loader would do with a file, and why, without loading it.

    from isolde.resolve import closure
    for item in closure(["/usr/bin/gdb"]).objects:
        print(item.path, item.found.rule)

Which file a name means, and where else was looked (`search`); everything that a file needs, in the
order of loading (`closure`); the order of constructors (`order`).  Each answer carries its
evidence.  Nothing is executed, so the system may be another one's, unpacked into a folder.
"""

from isolde.resolve.cache import Cache, CacheEntry
from isolde.resolve.closure import Closure, Dlopen, LoadedObject, Missing, closure
from isolde.resolve.machine import Machine
from isolde.resolve.order import Cycle, InitOrder
from isolde.resolve.search import Found, Tried, search
from isolde.resolve.system import System

__all__ = [
    "Cache",
    "CacheEntry",
    "Closure",
    "Cycle",
    "Dlopen",
    "Found",
    "InitOrder",
    "LoadedObject",
    "Machine",
    "Missing",
    "System",
    "Tried",
    "closure",
    "search",
]
