"""Private CPythons: which ones the machine has, and running them in spaces."""

from isolde.interpreter.choice import find_python
from isolde.interpreter.executor import BrokenInterpreterPool, InterpreterPoolExecutor
from isolde.interpreter.installation import Python, pythons
from isolde.interpreter.interpreter import Interpreter, RemoteTraceback

__all__ = [
    "BrokenInterpreterPool",
    "Interpreter",
    "InterpreterPoolExecutor",
    "Python",
    "RemoteTraceback",
    "find_python",
    "pythons",
]
