"""What a space costs when there are many: the last against the first, throws, curves.

The kernel allows a process 65,530 mappings (vm.max_map_count), so of a large subject fewer spaces
may fit than are asked for; then as many are opened as fit, and the row's name says how many.
"""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from pathlib import Path

from benchmarks.copies import ISOLDE, Copies, Subject, copies, module, small
from benchmarks.measure import Row, row_of

SPACES = 10_000
_WARM, _WINDOW, _BLOCK = 10, 50, 1000
# How much of the table of mappings is used: near its end each open counts what is left.
_FILLED = 0.95
# What is compared, and its unit.
_COMPARED = {
    "open the last space": "us",
    "open the last 1,000, their mean": "us",
    "close the last space": "us",
    "dlsym": "ns",
    "memory of the last 1,000, each": "KiB",
}

Figures = dict[str, float]


def many(effort: int) -> list[Row]:
    """Whether the 10,000th space costs what the 10th did."""
    rows = []
    for subject in (small(), module()):
        # Once in vain: the first touch of a page may cost a virtual machine ten times more.
        samples = [_last_and_first(subject) for _ in range(2 * effort + 1)][1:]
        about = f"{samples[0][0]:,} of {subject.name}"
        for what, unit in _COMPARED.items():
            pairs = [(last[what], first[what]) for _, last, first in samples]
            rows.append(row_of(f"{what}: {about}", "the first after 10", unit, pairs))
    return rows


def exceptions(effort: int) -> list[Row]:
    """Throw and catch among many spaces, each with its own libstdc++, and without Isolde."""
    with ExitStack() as stack:
        ours = stack.enter_context(copies(ISOLDE, module()))
        peer = stack.enter_context(copies("dlopen", module()))
        spaces = _fill(ours)
        peer.ask("open 1")
        pairs = [(_throw_ns(ours), _throw_ns(peer)) for _ in range(40 * effort)]
    name = f"throw and catch, {spaces:,} spaces, each its own libstdc++"
    return [row_of(name, "the same code, no Isolde", "ns", pairs)]


def _throw_ns(copies: Copies) -> float:
    return copies.ask("throw 2000").processor_us * 1e3


def _last_and_first(subject: Subject) -> tuple[int, Figures, Figures]:
    """How many spaces there were; the figures of the last ones, and of the first after ten."""
    with copies(ISOLDE, subject) as spaces:
        spaces.ask(f"open {_WARM}")
        first = _block(spaces)
        count = _fill(spaces, _WARM + _BLOCK, kept_free=_BLOCK)
        last = _block(spaces)
        last["close the last space"] = spaces.ask(f"close {_WINDOW}").processor_us
        spaces.ask(f"close {count + _BLOCK - _WARM - 2 * _WINDOW}")
        first["close the last space"] = spaces.ask(f"close {_WINDOW}").processor_us
    return count + _BLOCK, last, first


def _block(spaces: Copies) -> Figures:
    """Open a block of spaces.

    Now and then one open pays for many, such as that which counts the process's mappings: the
    median of the windows leaves it out, the mean has it.
    """
    before = spaces.ask("memory").count
    windows = range(_BLOCK // _WINDOW)
    opened = [spaces.ask(f"open {_WINDOW}").processor_us for _ in windows]
    return {
        "open the last space": statistics.median(opened),
        "open the last 1,000, their mean": statistics.mean(opened),
        "dlsym": spaces.ask("dlsym 5000").processor_us * 1e3,
        "memory of the last 1,000, each": (spaces.ask("memory").count - before) / _BLOCK,
    }


def _fill(spaces: Copies, present: int = 0, *, kept_free: int = 0) -> int:
    """Open up to SPACES, less those KEPT_FREE, as far as mappings allow; how many there are then.

    The table of mappings is not filled to the brim: a process without a free mapping fails at
    malloc, and to close spaces again would leave their pages to the next ones.
    """
    spaces.ask(f"open {_WINDOW}")  # the first ones bring what is there once
    before = spaces.ask("mappings").count
    spaces.ask(f"open {_WINDOW}")
    after = spaces.ask("mappings").count
    there = present + 2 * _WINDOW
    each = max(1.0, (after - before) / _WINDOW)
    possible = int((_most_mappings() * _FILLED - after) / each) + there
    wanted = min(SPACES, possible // 100 * 100) - kept_free
    return there + int(spaces.ask(f"open {wanted - there}").count)


def _most_mappings() -> int:
    return int(Path("/proc/sys/vm/max_map_count").read_text())
