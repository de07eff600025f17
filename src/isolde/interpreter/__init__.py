"""Private CPythons: which ones the machine has, and running them in spaces."""

from isolde.interpreter.choice import find_python
from isolde.interpreter.installation import Python, pythons
from isolde.interpreter.interpreter import Interpreter, RemoteTraceback

__all__ = ["Interpreter", "Python", "RemoteTraceback", "find_python", "pythons"]
