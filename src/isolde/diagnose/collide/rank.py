"""How much a symbol matters when two libraries take each other's: data, then RTTI, then functions.

Data is state: two libraries that hold one variable between them overwrite each other.  RTTI decides
which exceptions are caught and which casts work, and a vtable which functions are called.  A
function of another version usually works until its structures differ.
"""

from __future__ import annotations

from isolde.elf.constants import STT_FUNC, STT_GNU_IFUNC

DATA, RTTI, FUNCTION = "data", "rtti", "function"
RANKS = (DATA, RTTI, FUNCTION)

# Itanium C++ ABI, 5.1.4 "Other special functions and entities".
_RTTI = ("_ZTI", "_ZTS", "_ZTV", "_ZTT", "_ZTC", "_ZGV")
# What the standard library defines as one for a whole program, on purpose.
_STANDARD = ("St", "NSt", "NKSt", "N9__gnu_cxx", "NK9__gnu_cxx")
_PREFIXES = ("_Z", "_ZZ", "_ZGV", "_ZGVZ", "_ZGTt", "_ZTI", "_ZTS", "_ZTV", "_ZTT")


def rank_of(name: str, kind: int) -> str:
    """The rank of the symbol called NAME, of type KIND (STT_*)."""
    if name.startswith(_RTTI):
        return RTTI
    return FUNCTION if kind in (STT_FUNC, STT_GNU_IFUNC) else DATA


_STANDARDS = tuple(prefix + part for prefix in _PREFIXES for part in _STANDARD)


def is_standard(name: str) -> bool:
    """Whether NAME belongs to C++'s standard library, whose copies are interchangeable.

    They are as long as they come from the same implementation: every program's inline functions of
    libstdc++ are meant to be merged, whoever was compiled first.
    """
    return name.startswith(_STANDARDS)
