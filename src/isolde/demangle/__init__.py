"""Readable names of C++ and Rust symbols, as `nm -C` of GNU binutils 2.40 writes them.

>>> from isolde.demangle import demangle
>>> demangle("_ZNSt6vectorIiSaIiEE4backEv")
'std::vector<int, std::allocator<int> >::back()'
>>> demangle("_RNvNtCsbEht8wFNRx7_5alloc4sync4wait")
'alloc::sync::wait'
>>> demangle("printf") is None
True

C++ names (the Itanium C++ ABI, 5.1) are read by the C++ runtime of the machine, whose
`__cxa_demangle` is the code that binutils has, of another year; Rust names, legacy and v0 (RFC
2603), by this package.  Names come from files that nobody vouches for: every answer is had in
bounded time and memory, and a name that would take more stays as it is.
"""

from isolde.demangle._itanium import has_cxx_runtime, prepare
from isolde.demangle._names import demangle, readable

__all__ = ["demangle", "has_cxx_runtime", "prepare", "readable"]
