"""C prototypes: read one, turn JSON values into its arguments, call an address, turn results back.

Nothing here knows where an address comes from::

    prototype = read_prototype("double pow(double base, double exponent)")
    Function(prototype, address).call([2.0, 10.0]).result    # 1024.0
"""

from isolde.prototype._codec import Out, Reference
from isolde.prototype._errors import ArgumentError, PrototypeError
from isolde.prototype._function import Function, Outcome
from isolde.prototype._literal import guess_prototype, read_argument
from isolde.prototype._read import Parameter, Prototype, read_prototype

__all__ = [
    "ArgumentError",
    "Function",
    "Out",
    "Outcome",
    "Parameter",
    "Prototype",
    "PrototypeError",
    "Reference",
    "guess_prototype",
    "read_argument",
    "read_prototype",
]
