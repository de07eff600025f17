"""Rust's second mangling (RFC 2603, "v0"): paths, types and constants, with back references.

A recursive descent over the grammar, one method a rule, each writing what it read.  Hashes of
crates and types of constants are left out, as binutils does without `--verbose`.

Whatever the name says, the work is bounded: rules nest `_DEEPEST` deep, and `_LONGEST` letters are
written; back references to back references would otherwise grow without end.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_ALPHABET = re.compile(r"_R([A-Z][0-9A-Za-z_]*)(\..*)?\Z", re.DOTALL)
_PUNYCODE = re.compile(r"[a-z0-9]+")
_DEEPEST, _LONGEST = 120, 1 << 20

_BASIC_TYPES = {
    "a": "i8", "b": "bool", "c": "char", "d": "f64", "e": "str", "f": "f32", "h": "u8",
    "i": "isize", "j": "usize", "l": "i32", "m": "u32", "n": "i128", "o": "u128", "p": "_",
    "s": "i16", "t": "u16", "u": "()", "v": "...", "x": "i64", "y": "u64", "z": "!",
}  # fmt: skip
_UNSIGNED, _SIGNED = "hjmoty", "ailnsx"
_DIGITS_62 = {
    letter: value
    for value, letter in enumerate("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
}
_ESCAPED_LETTERS = {9: "\\t", 13: "\\r", 10: "\\n", 39: "\\'", 92: "\\\\"}
_U64 = 1 << 64


class _NotRustError(Exception):
    """The name does not follow the grammar, or asks for more than the limits."""


def demangle(name: str) -> str | None:
    """The path that NAME stands for; None when it is no v0 name."""
    match = _ALPHABET.match(name)
    if match is None:
        return None
    try:
        return _Name(match.group(1)).symbol()
    except (_NotRustError, RecursionError):
        return None


class _Name:
    """A mangled name, how far it is read, and what has been written of it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._written: list[str] = []
        self._length = 0
        self._depth = 0
        self._silent = False
        self._bound_lifetimes = 0

    def symbol(self) -> str:
        """The whole name: a path; the crate that instantiated it, behind it, is left out."""
        self._path(in_value=True)
        if self._position < len(self._text):
            self._silently(lambda: self._path(in_value=False))
        if self._position != len(self._text):
            raise _NotRustError
        return "".join(self._written)

    # What all rules use: letters in, letters out.

    def _next(self) -> str:
        if self._position >= len(self._text):
            raise _NotRustError
        self._position += 1
        return self._text[self._position - 1]

    def _eat(self, letter: str) -> bool:
        if self._text.startswith(letter, self._position):
            self._position += 1
            return True
        return False

    def _write(self, text: str) -> None:
        if not self._silent:
            self._length += len(text)
            if self._length > _LONGEST:
                raise _NotRustError
            self._written.append(text)

    def _silently(self, rule: Callable[[], None]) -> None:
        was, self._silent = self._silent, True
        rule()
        self._silent = was

    def _list(self, item: Callable[[], None], separator: str = ", ") -> int:
        """Items until an "E"; how many there were."""
        count = 0
        while not self._eat("E"):
            if count:
                self._write(separator)
            item()
            count += 1
        return count

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NotRustError

    def _back_reference(self, rule: Callable[[], None]) -> None:
        target = self._number()
        if self._silent:
            return
        self._enter()
        here, self._position = self._position, target
        rule()
        self._position = here
        self._depth -= 1

    # Numbers and identifiers.

    def _number(self) -> int:
        """Base 62, ended by "_"; "_" alone is 0, "0_" is 1."""
        if self._eat("_"):
            return 0
        value = 0
        while not self._eat("_"):
            digit = _DIGITS_62.get(self._next())
            if digit is None:
                raise _NotRustError
            value = (value * 62 + digit) % _U64
        return (value + 1) % _U64

    def _optional_number(self, tag: str) -> int:
        return 1 + self._number() if self._eat(tag) else 0

    def _identifier(self) -> str:
        is_punycode = self._eat("u")
        length = self._decimal()
        self._eat("_")
        end = self._position + length
        if end > len(self._text):
            raise _NotRustError
        text = self._text[self._position : end]
        self._position = end
        return _from_punycode(text) if is_punycode else text

    def _decimal(self) -> int:
        value = int(_digit(self._next()))
        while value and self._text[self._position : self._position + 1].isdigit():
            value = value * 10 + int(self._next())
            if value > len(self._text):
                raise _NotRustError
        return value

    # Paths.

    def _path(self, in_value: bool) -> None:
        self._enter()
        tag = self._next()
        if tag == "C":
            self._optional_number("s")
            self._write(self._identifier())
        elif tag == "N":
            self._nested_path(in_value)
        elif tag in "MXY":
            self._implementation(tag, in_value)
        elif tag == "I":
            self._path(in_value)
            self._write("::<" if in_value else "<")
            self._list(self._generic_argument)
            self._write(">")
        elif tag == "B":
            self._back_reference(lambda: self._path(in_value))
        else:
            raise _NotRustError
        self._depth -= 1

    def _nested_path(self, in_value: bool) -> None:
        namespace = self._next()
        if not namespace.isalpha():
            raise _NotRustError
        self._path(in_value)
        index = self._optional_number("s")
        name = self._identifier()
        if namespace.isupper():
            kind = {"C": "closure", "S": "shim"}.get(namespace, namespace)
            self._write(f"::{{{kind}:{name}#{index}}}" if name else f"::{{{kind}#{index}}}")
        elif name:
            self._write(f"::{name}")

    def _implementation(self, tag: str, in_value: bool) -> None:
        if tag != "Y":
            self._optional_number("s")
            self._silently(lambda: self._path(in_value))
        self._write("<")
        self._type()
        if tag != "M":
            self._write(" as ")
            self._path(in_value=False)
        self._write(">")

    def _generic_argument(self) -> None:
        if self._eat("L"):
            self._lifetime(self._number())
        elif self._eat("K"):
            self._constant()
        else:
            self._type()

    # Types.

    def _type(self) -> None:
        tag = self._next()
        basic = _BASIC_TYPES.get(tag)
        if basic is not None:
            self._write(basic)
            return
        self._enter()
        rule = _TYPE_RULES.get(tag)
        if rule is not None:
            rule(self, tag)
        else:
            self._position -= 1
            self._path(in_value=False)
        self._depth -= 1

    def _reference(self, tag: str) -> None:
        self._write("&")
        if self._eat("L"):
            lifetime = self._number()
            if lifetime:
                self._lifetime(lifetime)
                self._write(" ")
        if tag == "Q":
            self._write("mut ")
        self._type()

    def _pointer(self, tag: str) -> None:
        self._write("*const " if tag == "P" else "*mut ")
        self._type()

    def _array(self, tag: str) -> None:
        self._write("[")
        self._type()
        if tag == "A":
            self._write("; ")
            self._constant()
        self._write("]")

    def _tuple(self, _tag: str) -> None:
        self._write("(")
        self._write(",)" if self._list(self._type) == 1 else ")")

    def _function(self, _tag: str) -> None:
        outer = self._bound_lifetimes
        self._binder()
        if self._eat("U"):
            self._write("unsafe ")
        if self._eat("K"):
            abi = "C" if self._eat("C") else self._identifier().replace("_", "-")
            self._write(f'extern "{abi}" ')
        self._write("fn(")
        self._list(self._type)
        self._write(")")
        if not self._eat("u"):
            self._write(" -> ")
            self._type()
        self._bound_lifetimes = outer

    def _trait_object(self, _tag: str) -> None:
        self._write("dyn ")
        outer = self._bound_lifetimes
        self._binder()
        self._list(self._trait, " + ")
        self._bound_lifetimes = outer
        if not self._eat("L"):
            raise _NotRustError
        lifetime = self._number()
        if lifetime:
            self._write(" + ")
            self._lifetime(lifetime)

    def _trait(self) -> None:
        is_open = self._open_path()
        while self._eat("p"):
            self._write(", " if is_open else "<")
            is_open = True
            self._write(f"{self._identifier()} = ")
            self._type()
        if is_open:
            self._write(">")

    def _open_path(self) -> bool:
        """A path whose generic arguments, where it has them, are not closed: more may follow."""
        is_open = False
        if self._eat("B"):

            def remember() -> None:
                nonlocal is_open
                is_open = self._open_path()

            self._back_reference(remember)
        elif self._eat("I"):
            self._path(in_value=False)
            self._write("<")
            self._list(self._generic_argument)
            is_open = True
        else:
            self._path(in_value=False)
        return is_open

    # Lifetimes.

    def _binder(self) -> None:
        count = self._optional_number("G")
        if not count:
            return
        if count > len(self._text):  # more than can be used; each is a line of work
            raise _NotRustError
        self._write("for<")
        for index in range(count):
            self._write(", " if index else "")
            self._bound_lifetimes += 1
            self._lifetime(1)
        self._write("> ")

    def _lifetime(self, index: int) -> None:
        """INDEX counts from the innermost binder; 0 is a lifetime without a name."""
        if index > self._bound_lifetimes:
            raise _NotRustError
        depth = self._bound_lifetimes - index
        if index == 0:
            self._write("'_")
        elif depth < 26:
            self._write(f"'{chr(ord('a') + depth)}")
        else:
            self._write(f"'_{depth}")

    # Constants.

    def _constant(self) -> None:
        tag = self._next()
        if tag == "B":
            self._back_reference(self._constant)
        elif tag == "p":
            self._write("_")
        elif tag in _UNSIGNED:
            self._write(_decimal_of(self._hexadecimal()))
        elif tag in _SIGNED:
            self._write("-" if self._eat("n") else "")
            self._write(_decimal_of(self._hexadecimal()))
        elif tag == "b":
            self._write(_lookup({"0": "false", "1": "true"}, self._hexadecimal()))
        elif tag == "c":
            self._write(_character(self._hexadecimal()))
        else:
            raise _NotRustError

    def _hexadecimal(self) -> str:
        """Digits without leading zeros, ended by "_"."""
        start = self._position
        while (letter := self._next()) != "_":
            if letter not in "0123456789abcdef":
                raise _NotRustError
        digits = self._text[start : self._position - 1]
        if not digits:
            raise _NotRustError
        return digits.lstrip("0") or "0"


_TYPE_RULES: dict[str, Callable[[_Name, str], None]] = {
    "R": _Name._reference,
    "Q": _Name._reference,
    "P": _Name._pointer,
    "O": _Name._pointer,
    "A": _Name._array,
    "S": _Name._array,
    "T": _Name._tuple,
    "F": _Name._function,
    "D": _Name._trait_object,
    "B": lambda name, _tag: name._back_reference(name._type),
}


def _digit(letter: str) -> str:
    if not letter.isdigit():
        raise _NotRustError
    return letter


def _lookup(table: dict[str, str], key: str) -> str:
    if key not in table:
        raise _NotRustError
    return table[key]


def _decimal_of(digits: str) -> str:
    return f"0x{digits}" if len(digits) > 16 else str(int(digits, 16))


def _character(digits: str) -> str:
    value = int(digits, 16) if len(digits) <= 8 else _U64
    if value in _ESCAPED_LETTERS:
        return f"'{_ESCAPED_LETTERS[value]}'"
    if 0x20 <= value < 0x7F:
        return f"'{chr(value)}'"
    return f"'\\u{{{digits}}}'"


def _from_punycode(text: str) -> str:
    """An identifier with letters beyond ASCII; the mark between the parts is "_", not "-"."""
    plain, mark, coded = text.rpartition("_")
    if not _PUNYCODE.fullmatch(coded):
        raise _NotRustError
    try:
        return f"{plain}{'-' if mark else ''}{coded}".encode("ascii").decode("punycode")
    except UnicodeError:
        raise _NotRustError from None
