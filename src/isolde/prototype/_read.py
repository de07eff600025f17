"""Reads C prototypes.

pycparser gives what cffi forgets (the parameters' names, and which pointers are const); cffi gives
what a call needs (sizes, alignment, the calling convention).  Both read the same syntax tree: the
types cffi sees are printed from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cffi
from pycparser import CParser, c_ast, c_generator

try:
    from pycparser.c_parser import ParseError
except ImportError:  # pycparser < 2.22 keeps it elsewhere
    from pycparser.plyparser import ParseError

from isolde.prototype._errors import PrototypeError

# Types of the C library that cffi does not know, as glibc defines them for LP64.
_LIBRARY_TYPES = """
typedef long off_t; typedef long time_t; typedef long clock_t; typedef long suseconds_t;
typedef int pid_t; typedef unsigned int uid_t; typedef unsigned int gid_t;
typedef unsigned int mode_t; typedef unsigned int socklen_t; typedef unsigned long dev_t;
typedef unsigned long ino_t; typedef unsigned char u_char; typedef unsigned int u_int;
typedef unsigned long u_long;
"""
_KNOWN_TYPES = re.findall(
    r"\w+",
    """
    bool size_t ssize_t ptrdiff_t intptr_t uintptr_t intmax_t uintmax_t wchar_t char16_t char32_t
    int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t FILE va_list
    """,
)
_PRELUDE = "".join(f"typedef int {name};" for name in _KNOWN_TYPES) + " ".join(
    _LIBRARY_TYPES.split()
)
_TYPES_IN_PRELUDE = _PRELUDE.count("typedef")
_ORIGIN = "prototype"
# What headers write and a parser of plain C does not read; none of it changes how to call.
_DECORATION = re.compile(
    r"\b(__restrict(__)?|__extension__|__inline(__)?|inline|__const)\b"
    r"|__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)"
    r'|extern\s+"C"'
    r"|/\*.*?\*/|//[^\n]*",
    re.DOTALL,
)
_GENERATOR = c_generator.CGenerator()


@dataclass(frozen=True)
class Parameter:
    """One parameter of a prototype.

    Attributes:
        name: as the prototype has it, or "argN" (from 1) where it has none.
        text: its declaration in C, as in ``const int *x``.
        type: its cffi type, after arrays became pointers.
        writable: a pointer through which the function may write.
    """

    name: str
    text: str
    type: Any
    writable: bool


@dataclass(frozen=True)
class Prototype:
    """A function's C prototype.

    Attributes:
        name: the function.
        text: the declaration in C, on one line.
        parameters: in order.
        variadic: ends in ``...``.
        type: the cffi type of a pointer to such a function.
        ffi: the cffi object that owns the types.
    """

    name: str
    text: str
    parameters: tuple[Parameter, ...]
    variadic: bool
    type: Any = field(repr=False)
    ffi: Any = field(repr=False)

    def parameter(self, name: str) -> Parameter | None:
        """The parameter called NAME, or None."""
        return next((each for each in self.parameters if each.name == name), None)


def read_prototype(text: str, name: str | None = None, *, types: str = "") -> Prototype:
    """Reads the prototype of a function.

    Args:
        text: C declarations; the last function declared is the one meant.
        name: what that function must be called; None takes any.
        types: further C declarations, of structures and typedefs that TEXT uses.

    Raises:
        PrototypeError: TEXT is not C, declares no function, another one, or an unknown type.
    """
    tree = _parse(f"{types}\n{text}")
    function = _last_function(tree, text)
    _refuse_unknown(function, text)
    if name is not None and function.name != name:
        raise PrototypeError(
            f"the prototype declares '{function.name}', not '{name}': give the one of '{name}'"
        )
    ffi = _types_of(tree)
    type_ = _typeof(ffi, _pointer_to(function), text)
    variadic, parameters = _parameters(function, type_)
    return Prototype(function.name, _print(function), parameters, variadic, type_, ffi)


def _parse(source: str) -> list[Any]:
    plain = _DECORATION.sub(lambda match: " " * len(match[0]), source).strip()
    if plain and not plain.endswith(";"):
        plain += ";"
    try:
        tree = CParser().parse(f'{_PRELUDE}\n#line 1 "{_ORIGIN}"\n{plain}\n')
    except ParseError as error:
        raise PrototypeError(_explain(plain, str(error))) from None
    return list(tree.ext[_TYPES_IN_PRELUDE:])


def _explain(source: str, error: str) -> str:
    """Turns the parser's "prototype:LINE:COLUMN: before: X" into a sentence with a way out."""
    prototype = " ".join(source.removesuffix(";").split())
    shown = f"cannot read the prototype '{prototype}'"
    place = re.match(rf"{_ORIGIN}:(\d+):(\d+): (?:before: )?(.*)", error)
    if place is None:
        return f"{shown}: it ends too early"
    line, column = int(place[1]), int(place[2])
    before = source.splitlines()[line - 1][: column - 1] if source else ""
    suspect = re.search(r"([A-Za-z_]\w*)[\s*]*$", before)
    if suspect is None or suspect[1] in _RESERVED:
        return f"{shown} at column {column}: write it as in a C header: 'int add(int a, int b)'"
    return _unknown_type(prototype, suspect[1])


_RESERVED = frozenset(_KNOWN_TYPES) | frozenset(
    re.findall(
        r"\w+",
        "void char short int long float double signed unsigned struct union enum const volatile",
    )
)


def _last_function(tree: list[Any], text: str) -> Any:
    functions = [node for node in tree if isinstance(getattr(node, "type", None), c_ast.FuncDecl)]
    if not functions:
        raise PrototypeError(
            f"'{' '.join(text.split())}' declares no function: "
            "write its prototype as in a C header: 'int add(int a, int b)'"
        )
    return functions[-1]


def _declared(function: Any) -> list[Any]:
    return function.type.args.params if function.type.args is not None else []


def _refuse_unknown(function: Any, text: str) -> None:
    """`f(foo)` is old C for one untyped parameter; today it means a type nobody declared."""
    for node in _declared(function):
        if isinstance(node, c_ast.ID):
            raise PrototypeError(_unknown_type(" ".join(text.split()), node.name))


def _unknown_type(prototype: str, name: str) -> str:
    return (
        f"cannot read the prototype '{prototype}': '{name}' is not a type it knows; "
        f"declare it first, as in 'typedef int {name}; ...'"
    )


def _types_of(tree: list[Any]) -> Any:
    """A cffi object that knows the structures, enumerations and typedefs of TREE."""
    ffi = cffi.FFI()
    ffi.cdef(_LIBRARY_TYPES)
    for node in tree:
        if isinstance(getattr(node, "type", None), c_ast.FuncDecl):
            continue
        declaration = _print(node)
        try:
            ffi.cdef(f"{declaration};")
        except (cffi.CDefError, cffi.FFIError) as error:
            raise PrototypeError(f"cannot use the declaration '{declaration}': {error}") from None
    return ffi


def _pointer_to(function: Any) -> str:
    """The C type "pointer to such a function", as in ``int (*)(int a, int b)``."""
    inner = function.type
    while not isinstance(inner, c_ast.TypeDecl):
        inner = inner.type
    name, inner.declname = inner.declname, None
    text = _print(c_ast.Typename(None, [], None, c_ast.PtrDecl([], function.type)))
    inner.declname = name
    return text


def _typeof(ffi: Any, pointer: str, text: str) -> Any:
    try:
        return ffi.typeof(pointer)
    except (cffi.CDefError, cffi.FFIError, NotImplementedError, TypeError) as error:
        reason = re.split(r"[.:]\s|\n", str(error))[0]
        raise PrototypeError(
            f"cannot call a function of prototype '{' '.join(text.split())}': {reason}"
        ) from None


def _parameters(function: Any, type_: Any) -> tuple[bool, tuple[Parameter, ...]]:
    declared = _declared(function)
    variadic = bool(declared) and isinstance(declared[-1], c_ast.EllipsisParam)
    return variadic, tuple(_each_parameter(declared, type_.args))


def _each_parameter(declared: list[Any], types: tuple[Any, ...]) -> Iterator[Parameter]:
    # A lone (void) is declared but has no type, and zip stops there; so it does at "...".
    for position, (node, type_) in enumerate(zip(declared, types, strict=False), 1):
        name = getattr(node, "name", None) or f"arg{position}"
        writable = type_.kind == "pointer" and not _points_to_const(node.type)
        yield Parameter(name, _print(node), type_, writable)


def _points_to_const(node: Any) -> bool:
    return "const" in getattr(getattr(node, "type", None), "quals", ())


def _print(node: Any) -> str:
    text = " ".join(str(_GENERATOR.visit(node)).split())
    return re.sub(r"\* (?=(?:const|restrict|volatile)\b)", "*", text)
