"""The lists that a dynamic linker keeps for debuggers, read from outside.

System V's `struct r_debug` heads a list of `struct link_map`, one for each object.  glibc 2.35
made it the first of a chain: from r_version 2 on another word follows, r_next, which leads to the
next namespace's head.  Isolde puts one head for each of its spaces into the same chain (see
core/debugger.c), and keeps a list of spaces besides, with their names (see isolde.h,
`isolde_layout`), which is complete even where ISOLDE_DEBUGGER keeps them out of the chain.

The process goes on while it is read.  So everything is read twice and believed only when both are
equal (reading.py), and no list is followed further than `_MOST` or twice through one element.

What was dropped: glibc's own table of namespaces, `_rtld_global._dl_ns`, is there before 2.35 as
well, but its shape is private to each version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from isolde.diagnose.process.memory import Memory, UnreadableError

CONSISTENT = 0  # r_state; RT_ADD and RT_DELETE say that the list is being changed

_MOST = 200_000
_CHAINED = 2  # r_version from which on r_next is there
_LAYOUT_SIZE = 40


class LinkMap(NamedTuple):
    """`struct link_map` of <link.h>.

    Attributes:
        bias: l_addr, what is added to addresses in the file.
        name: l_name; "" for the program.
        dynamic: l_ld, where its dynamic section is.
    """

    address: int
    bias: int
    name: str
    dynamic: int


class LinkMapList(NamedTuple):
    """`struct r_debug`: its address, its state (`CONSISTENT` or not) and its objects."""

    address: int
    state: int
    objects: tuple[LinkMap, ...]


class Space(NamedTuple):
    """A space of Isolde's: its address, name, number, and the address of its first image."""

    address: int
    name: str
    number: int
    first: int


def read_chain(memory: Memory, root: int) -> tuple[LinkMapList, ...]:
    """The lists of all namespaces, from `struct r_debug` at ROOT on.

    Raises:
        UnreadableError: it cannot be read, perhaps because it was being changed.
    """
    return tuple(_read_heads(memory, root))


def _read_heads(memory: Memory, root: int) -> Iterator[LinkMapList]:
    head, heads = root, {0}
    seen = {0}
    chained = memory.numbers(root, 1)[0] >= _CHAINED
    while head not in heads and len(heads) < _MOST:
        heads.add(head)
        # The int members have a word each, with what the compiler leaves unused behind them.
        words = memory.words(head, 6 if chained else 5)
        yield LinkMapList(head, words[3] & 0xFFFFFFFF, read_objects(memory, words[1], seen))
        head = words[5] if chained else 0


def read_objects(memory: Memory, first: int, seen: set[int]) -> tuple[LinkMap, ...]:
    """The list of objects that begins with FIRST.

    Args:
        memory: the process's.
        first: address of its first element; 0 for an empty list.
        seen: addresses of elements of this list's siblings, and 0; it grows.  An element is in one
            list, so that no tangle of lists takes longer than all elements together.

    Raises:
        UnreadableError: it cannot be read, perhaps because it was being changed.
    """
    found = []
    while first not in seen and len(seen) < _MOST:
        seen.add(first)
        bias, name, dynamic, following = memory.words(first, 4)
        found.append(LinkMap(first, bias, memory.text(name) if name else "", dynamic))
        first = following
    return tuple(found)


def read_spaces(memory: Memory, layout: int) -> tuple[Space, ...]:
    """The spaces of the copy of Isolde whose `isolde_layout` is at LAYOUT, oldest first.

    Raises:
        UnreadableError: they cannot be read, perhaps because they were being changed.
    """
    numbers = memory.numbers(layout, 8)
    if memory.word != 8 or numbers[0] < _LAYOUT_SIZE:
        raise UnreadableError(f"{layout:#x}")
    next_at, name_at, number_at, images_at = numbers[1:5]
    (newest,) = memory.words(layout + 32, 1)
    (space,) = memory.words(newest, 1)
    found = []
    seen = {0}
    while space not in seen and len(seen) < _MOST:
        seen.add(space)
        (name,) = memory.words(space + name_at, 1)
        (number,) = memory.words(space + number_at, 1)
        (first,) = memory.words(space + images_at, 1)
        found.append(Space(space, memory.text(name) if name else "", number, first))
        (space,) = memory.words(space + next_at, 1)
    return tuple(found[::-1])
