"""Run as a script: opens LIBRARY in as many spaces as asked, uses each, prints how far it got.

A process of its own, because static TLS is sized when a process starts.
"""

from __future__ import annotations

import ctypes
import sys

import isolde


def main(library: str, copies: int) -> None:
    used = 0
    try:
        for _ in range(copies):
            module = isolde.Space().load(library)
            module.sum_in_parallel.restype = ctypes.c_long
            used += module.sum_in_parallel(ctypes.c_long(1000)) == 500500
    except isolde.LoadError as error:
        print(error)
    print("used", used)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
