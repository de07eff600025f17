"""The two experiments, the same for every loader.

This file also runs by itself, in an interpreter that never imports isolde, to try dlmopen: so it
imports nothing but the standard library.  A loader is anything with `open(file)`, which gives the
library in a fresh namespace, or raises OSError.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

Facts = dict[str, object]


class Symbols(Protocol):
    """A library in a namespace: its functions by name, taking and giving 64-bit numbers."""

    def __call__(self, symbol: str) -> Callable[..., int]:
        """The function, or AttributeError."""


Open = Callable[[str], Symbols]

# A stored value must look like neither NULL nor another's: the copies' numbers times this.
_STEP = 4096


def copies(open_: Open, probe: Facts, wanted: int) -> Facts:
    """Opens a library in up to WANTED namespaces, stores a number in each and reads them all back.

    Args:
        open_: opens a file in a fresh namespace.
        probe: the fields of a `libraries.Probe`.
        wanted: how many.
    """
    dirty, began = private_dirty(), time.perf_counter()
    opened: list[Symbols] = []
    refusal = None
    while len(opened) < wanted and refusal is None:
        try:
            opened.append(open_(str(probe["soname"])))
        except OSError as error:
            refusal = str(error)
    seconds = time.perf_counter() - began
    return {
        "opened": len(opened),
        "refusal": refusal,
        "milliseconds_each": round(seconds * 1000 / max(len(opened), 1), 3),
        "private_kb_each": round((private_dirty() - dirty) / max(len(opened), 1), 1),
        "own_state": _own_state(opened, probe),
        "libc_copies": mapped_copies("libc.so.6"),
    }


def _own_state(opened: list[Symbols], probe: Facts) -> int:
    """In how many of the copies the number stored is the number found, once all have stored one."""
    question = probe["question"]
    assert isinstance(question, (list, tuple))
    for number, symbols in enumerate(opened, 1):
        symbols(str(probe["setter"]))(number * _STEP)
    found = [symbols(str(probe["getter"]))(*question) for symbols in opened]
    return sum(value == number * _STEP for number, value in enumerate(found, 1))


def keys(open_: Open, namespaces: int) -> Facts:
    """Asks the host and each namespace for a pthread key; each stores a value under its own.

    Args:
        open_: opens a file in a fresh namespace.
        namespaces: how many, beside the host.
    """
    everybody = [_Owner(_host_symbols()), *(_Owner(_pthread(open_)) for _ in range(namespaces))]
    for number, owner in enumerate(everybody, 1):
        owner.store(number * _STEP)
    found = [owner.stored() for owner in everybody]
    for owner in everybody:
        owner.restore()
    kept = sum(value == number * _STEP for number, value in enumerate(found, 1))
    return {"keys": [owner.key for owner in everybody], "kept": kept, "of": len(everybody)}


class _Owner:
    """A pthread key of somebody's own, or so they think."""

    def __init__(self, symbols: Symbols):
        self._symbols = symbols
        key = ctypes.c_uint()
        symbols("pthread_key_create")(ctypes.addressof(key), 0)
        self.key = key.value
        self._before = self.stored()

    def store(self, value: int) -> None:
        self._symbols("pthread_setspecific")(self.key, value)

    def stored(self) -> int:
        return self._symbols("pthread_getspecific")(self.key)

    def restore(self) -> None:
        """Puts back what was there: where keys clash, it may be the interpreter's."""
        self.store(self._before)


def _pthread(open_: Open) -> Symbols:
    """The threads of a namespace's own libc; before glibc 2.34 they were in libpthread."""
    symbols = open_("libc.so.6")
    try:
        symbols("pthread_key_create")
    except AttributeError:
        return open_("libpthread.so.0")
    return symbols


def _host_symbols() -> Symbols:
    return typed(ctypes.CDLL(None))


def typed(library: ctypes.CDLL) -> Symbols:
    """LIBRARY's functions, taking and giving 64-bit numbers."""

    def symbols(symbol: str) -> Callable[..., int]:
        function = library[symbol]
        function.restype = ctypes.c_int64

        def call(*numbers: int) -> int:
            return int(function(*(ctypes.c_int64(number) for number in numbers)))

        return call

    return symbols


def private_dirty() -> int:
    """What this process alone holds in memory, in kB."""
    with Path("/proc/self/smaps_rollup").open() as lines:
        return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:"))


def mapped_copies(name: str) -> int:
    """How many times the file called NAME is mapped from its start."""
    with Path("/proc/self/maps").open() as lines:
        fields = [line.split(maxsplit=5) for line in lines]
    return sum(
        len(each) == 6 and each[2] == "00000000" and Path(each[5].strip()).name == name
        for each in fields
    )


def dlmopen(file: str) -> Symbols:
    """FILE in a new namespace of glibc's."""
    host = ctypes.CDLL(None)
    host.dlmopen.restype = ctypes.c_void_p
    host.dlmopen.argtypes = [ctypes.c_long, ctypes.c_char_p, ctypes.c_int]
    host.dlerror.restype = ctypes.c_char_p
    new_namespace = -1  # LM_ID_NEWLM
    handle = host.dlmopen(new_namespace, os.fsencode(file), os.RTLD_NOW)
    if not handle:
        raise OSError(os.fsdecode(host.dlerror()))
    return typed(ctypes.CDLL(file, handle=handle))


def main(open_: Open) -> None:
    """Runs the experiment that the command line names and writes its facts as JSON."""
    name, request = sys.argv[1], json.loads(sys.argv[2])
    facts = copies(open_, **request) if name == "copies" else keys(open_, **request)
    os.write(1, json.dumps(facts).encode())
    os._exit(0)  # exit handlers of a dozen libcs are no part of the experiment


if __name__ == "__main__":
    main(dlmopen)
