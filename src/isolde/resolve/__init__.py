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

from __future__ import annotations

from isolde.resolve.closure import Closure, Dlopen, Entry, LoadedObject, Missing, closure
from isolde.resolve.machine import Machine
from isolde.resolve.search import Found, Tried, search
from isolde.resolve.system import System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from isolde.resolve.binding import Binding, Candidate, Definition, bind, bind_all
    from isolde.resolve.cache import Cache, CacheEntry
    from isolde.resolve.definitions import Definitions
    from isolde.resolve.order import Cycle, InitOrder
    from isolde.resolve.references import Reference, unused_references
    from isolde.resolve.scope import Namespace, Place, Scope, Space, namespace_of

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
    "namespace_of",
    "search",
    "unused_references",
]

# What binds symbols takes longer to import than a tree takes to make.  The functions `definitions`
# and `references` are not here, for the modules that have them bear these names.
_LAZY = {
    "Binding": "isolde.resolve.binding",
    "Candidate": "isolde.resolve.binding",
    "Definition": "isolde.resolve.binding",
    "bind": "isolde.resolve.binding",
    "bind_all": "isolde.resolve.binding",
    "Cache": "isolde.resolve.cache",
    "CacheEntry": "isolde.resolve.cache",
    "Definitions": "isolde.resolve.definitions",
    "Cycle": "isolde.resolve.order",
    "InitOrder": "isolde.resolve.order",
    "Reference": "isolde.resolve.references",
    "unused_references": "isolde.resolve.references",
    "Namespace": "isolde.resolve.scope",
    "Place": "isolde.resolve.scope",
    "Scope": "isolde.resolve.scope",
    "Space": "isolde.resolve.scope",
    "namespace_of": "isolde.resolve.scope",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'isolde.resolve' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
