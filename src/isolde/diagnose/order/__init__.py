"""In which order files and all they need are loaded, and their constructors run."""

from isolde.diagnose.order.facts import Order, Step, loading_order

__all__ = ["Order", "Step", "loading_order"]
