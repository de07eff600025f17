"""The resolver that explains: what a loader would do with a file, and why, without loading it.

    from isolde.resolve import closure
    for item in closure(["/usr/bin/gdb"]).objects:
        print(item.path, item.found.rule)

Which file a name means, and where else was looked (`search`); everything that a file needs, in the
order of loading (`closure`); the order of constructors (`order`); who sees whom (`scope`), what a
file asks for and gives (`references`, `definitions`), and what each reference is bound to
(`binding`).  Each answer carries its evidence.  Nothing is executed, so the system may be another
one's, unpacked into a folder.
"""

from isolde.resolve.binding import Binding, Candidate, Definition, bind, bind_all
from isolde.resolve.cache import Cache, CacheEntry
from isolde.resolve.closure import Closure, Dlopen, Entry, LoadedObject, Missing, closure
from isolde.resolve.definitions import Definitions, definitions
from isolde.resolve.machine import Machine
from isolde.resolve.order import Cycle, InitOrder
from isolde.resolve.references import Reference, references, unused_references
from isolde.resolve.scope import Namespace, Place, Scope, Space, namespace_of
from isolde.resolve.search import Found, Tried, search
from isolde.resolve.system import System

__all__ = [
    "Binding",
    "Cache",
    "CacheEntry",
    "Candidate",
    "Closure",
    "Cycle",
    "Definition",
    "Definitions",
    "Dlopen",
    "Entry",
    "Found",
    "InitOrder",
    "LoadedObject",
    "Machine",
    "Missing",
    "Namespace",
    "Place",
    "Reference",
    "Scope",
    "Space",
    "System",
    "Tried",
    "bind",
    "bind_all",
    "closure",
    "definitions",
    "namespace_of",
    "references",
    "search",
    "unused_references",
]
