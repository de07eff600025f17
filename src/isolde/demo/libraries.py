"""Real libraries that show whether two copies of them share their state.

Each has one function that stores a number in the library and one that tells it back.  Which of
them a machine has differs; at least libstdc++ is wherever a package manager written in C++ is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Probe:
    """How to see a library's state.

    Attributes:
        soname: the library.
        shown_by: the call that people know.
        setter: takes a 64-bit number and keeps it.
        getter: tells the number.
        question: what the getter takes.
    """

    soname: str
    shown_by: str
    setter: str
    getter: str
    question: tuple[int, ...] = ()


PROBES = (
    Probe(
        soname="libsqlite3.so.0",
        shown_by="sqlite3_soft_heap_limit64",
        setter="sqlite3_soft_heap_limit64",
        getter="sqlite3_soft_heap_limit64",
        question=(-1,),
    ),
    Probe(
        soname="libstdc++.so.6",
        shown_by="std::set_terminate",
        setter="_ZSt13set_terminatePFvvE",
        getter="_ZSt13get_terminatev",
    ),
)
