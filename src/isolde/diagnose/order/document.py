"""The orders as JSON values; docs/reference/json.md describes each field."""

from __future__ import annotations

from isolde.diagnose.order.facts import Order, Step
from isolde.resolve.order import Cycle


def order_document(order: Order) -> dict[str, object]:
    """Return every object with its places, the cycles, and what is missing."""
    return {
        "objects": [_step(step) for step in order.steps],
        "initialised_first": order.first.path if order.first else None,
        "cycles": [_cycle(cycle) for cycle in order.cycles],
        "missing": [
            {
                "name": each.found.name,
                "needed_by": each.needed_by.path if each.needed_by else None,
                "tried": [place._asdict() for place in each.found.tried],
            }
            for each in order.closure.missing
        ],
    }


def _step(step: Step) -> dict[str, object]:
    item = step.object
    return {
        "load": step.load,
        "init": step.init,
        "name": item.name,
        "path": item.path,
        "needed_by": item.needed_by.path if item.needed_by else None,
        "needs": [other.path for other in item.needs if other],
    }


def _cycle(cycle: Cycle) -> dict[str, object]:
    return {
        "objects": [item.path for item in cycle.objects],
        "path": [item.path for item in cycle.path],
    }
