"""The orders as text."""

from __future__ import annotations

from isolde.diagnose.order.facts import Order
from isolde.resolve.order import Cycle

COLUMNS = ("LOAD", "INIT", "OBJECT", "PATH")


def rows(order: Order) -> list[tuple[object, ...]]:
    """Return a row for each object, in the order of loading."""
    return [
        (step.load, step.init or "-", step.object.name, step.object.path) for step in order.steps
    ]


def remarks(order: Order) -> list[str]:
    """Return what is to be known about the order of constructors."""
    told = [_cycle(cycle) for cycle in order.cycles]
    if order.first is not None:
        told.append(f"{order.first.path} is marked to be initialised first (DF_1_INITFIRST)")
    return told


def _cycle(cycle: Cycle) -> str:
    names = " -> ".join(item.name for item in (*cycle.path, cycle.path[0]))
    others = len(cycle.objects) - len(cycle.path)
    more = f" (and {others} more that need them and are needed by them)" if others else ""
    return f"cycle: {names}{more}"
