"""What glibc's dlmopen does on this machine, beside what Isolde does: measured, never quoted."""

from isolde.demo.compare import Comparison, DemoError, compare

__all__ = ["Comparison", "DemoError", "compare"]
