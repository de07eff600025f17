"""Arguments as the shell takes them: JSON literals, and a few words JSON has no form for.

3  -2.5  true  "text"  [1,2]  {"x":1}  null
text            where the parameter is a string, quotes may be left out
@FILE  @-       the bytes of a file, or of standard input
out             memory for one value, shown afterwards
out:[8]         memory for eight
out:int[8]      the same, with its type (needed for a void *)
inout:JSON      a value that the function changes, shown afterwards
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from isolde.prototype._codec import Out, Reference
from isolde.prototype._errors import ArgumentError
from isolde.prototype._read import Parameter

_OUT = re.compile(r"out(?::(?P<type>[^\[\]]*?)\s*(?:\[(?P<count>\d+)\])?)?")
_TEXT_ITEMS = ("char", "signed char", "unsigned char", "int8_t", "uint8_t", "void")


def read_argument(text: str, parameter: Parameter | None) -> object:
    """The value that TEXT stands for.

    Args:
        text: one argument of the shell.
        parameter: what it is for; None after a prototype's "...".

    Raises:
        ArgumentError: TEXT is neither JSON nor one of the forms above.
        OSError: a file that cannot be read.
    """
    if text.startswith("inout:"):
        return Reference(read_argument(text.removeprefix("inout:"), parameter))
    if found := _OUT.fullmatch(text):
        count = found["count"]
        return Out(None if count is None else int(count), found["type"] or "")
    if text.startswith("@"):
        return _read_file(text[1:])
    return _read_json(text, parameter)


def guess_prototype(function: str, texts: Sequence[str]) -> str:
    """A prototype that a function taking these arguments might have: a start for --sig."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    parameters = [
        _guess_parameter(text, letters[position] if position < 26 else f"arg{position + 1}")
        for position, text in enumerate(texts)
    ]
    return f"int {function}({', '.join(parameters) or 'void'})"


def _read_file(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def _read_json(text: str, parameter: Parameter | None) -> object:
    try:
        value = json.loads(text)
    except ValueError:
        if parameter is None or _takes_text(parameter):
            return text
        raise ArgumentError(
            "a JSON value, @FILE, out or inout:JSON",
            text,
            parameter=parameter.name,
            declaration=parameter.text,
        ) from None
    return text if parameter is not None and _must_be_text(parameter, value) else value


def _takes_text(parameter: Parameter) -> bool:
    return _pointee(parameter) in _TEXT_ITEMS


def _must_be_text(parameter: Parameter, value: object) -> bool:
    """Whether VALUE looks like JSON but only its text fits: 123 for a char pointer."""
    if _pointee(parameter) == "char":
        return value is not None and not isinstance(value, str)
    return _takes_text(parameter) and isinstance(value, (bool, int, float))


def _pointee(parameter: Parameter) -> str | None:
    return parameter.type.item.cname if parameter.type.kind == "pointer" else None


def _guess_parameter(text: str, name: str) -> str:
    if found := _OUT.fullmatch(text):
        return f"{found['type'] or 'int'} *{name}"
    if text.startswith("inout:"):
        return _guess_type(text.removeprefix("inout:")).removeprefix("const ") + name
    return _guess_type(text) + name


def _guess_type(text: str) -> str:
    if text.startswith("@"):
        return "const void *"
    try:
        value = json.loads(text)
    except ValueError:
        return "const char *"
    if isinstance(value, list):
        return "const double *" if any(type(each) is float for each in value) else "const int *"
    simple = {int: "int ", float: "double ", bool: "_Bool ", str: "const char *"}
    return simple.get(type(value), "void *")
