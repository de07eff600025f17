"""Private CPythons: which ones the machine has, and running them in spaces."""

from isolde.interpreter.choice import find_python
from isolde.interpreter.installation import Python, pythons

__all__ = ["Python", "find_python", "pythons"]
