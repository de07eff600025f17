"""What the tests have done in interpreters; imported there by name.  Python 3.9 can, too."""

from __future__ import annotations

import os
import sys
import threading
import time

GREETING = "none"


def square(number: float) -> float:
    return number * number


def greet(greeting: str) -> None:
    global GREETING
    GREETING = greeting


def greeting() -> str:
    return GREETING


def fail(message: str) -> None:
    raise LookupError(message)


def whoami() -> tuple[int, int, int]:
    """This process, this thread, and an address that each interpreter has for itself."""
    return os.getpid(), threading.get_ident(), id(sys.modules)


def wait_for_file(path: str) -> str:
    """Until another thread or interpreter has made it."""
    while not os.path.exists(path):  # noqa: PTH110
        time.sleep(0.001)
    return path


def make_file(path: str) -> None:
    with open(path, "w"):  # noqa: PTH123
        pass


def meet(folder: str, name: str, others: list[str]) -> str:
    """NAME, once all OTHERS are in FOLDER, too: only tasks that run at once can."""
    make_file(f"{folder}/{name}")
    for other in others:
        wait_for_file(f"{folder}/{other}")
    return name


def leave() -> None:
    raise SystemExit(3)


def spin() -> None:
    while True:
        pass


def divide(dividend: float, divisor: float) -> float:
    return dividend / divisor


def version() -> tuple[int, int]:
    return sys.version_info[:2]


_counted = 0


def count_start() -> None:
    global _counted
    _counted = 0


def count() -> int:
    global _counted
    _counted += 1
    return _counted
