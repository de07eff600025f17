"""How a JSON value becomes a C value of one type, and back.

There is one codec per C type.  They are chosen once, when a function is bound, so that a call only
runs `encode` and `decode`.

JSON has neither bytes nor infinities.  Files read by the shell arrive as `bytes`; a float that JSON
cannot write travels as "NaN", "Infinity" or "-Infinity".
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Protocol

from isolde.prototype._errors import PrototypeError

# Keeps alive, until the call is over, the memory that arguments point to.
Keep = list[Any]

_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_BYTE_TYPES = frozenset(("char", "signed char", "unsigned char", "int8_t", "uint8_t", "u_char"))


@dataclass(frozen=True)
class Out:
    """Asks for memory that the function fills.

    Attributes:
        count: how many elements; None for one element, shown without a list around it.
        type: their C type, or "" for what the parameter points to.
    """

    count: int | None = None
    type: str = ""


@dataclass(frozen=True)
class Reference:
    """A value the function reads and changes: the result shows what became of it."""

    value: object


class MismatchError(Exception):
    """A value that a codec cannot take; `Function` adds which parameter it was for."""

    def __init__(self, expected: str, value: object, note: str = ""):
        super().__init__(expected)
        self.expected = expected
        self.value = value
        self.got = f"{shown(value)}{note}"

    def at(self, place: str) -> MismatchError:
        """The same mismatch, seen from the value around it."""
        outer = MismatchError(place, self.value)
        outer.got = self.got
        return outer


class Codec(Protocol):
    """Both directions for one C type; `expected` says in words what `encode` takes."""

    expected: str

    def encode(self, value: object, keep: Keep) -> Any:
        """VALUE as cffi takes it; raises MismatchError."""

    def decode(self, data: Any) -> object:
        """What cffi gave, as JSON can show it."""


def shown(value: object) -> str:
    """VALUE as short JSON, for a message."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Out):
        count = "" if value.count is None else f"[{value.count}]"
        return f"out:{value.type}{count}" if value.type or count else "out"
    if isinstance(value, Reference):
        return f"inout:{shown(value.value)}"
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


class Codecs:
    """The codecs of one cffi object's types, each made once: a structure may point to itself."""

    def __init__(self, ffi: Any):
        self.ffi = ffi
        self._made: dict[Any, Codec] = {}

    def of(self, type_: Any) -> Codec:
        """The codec for a cffi type.

        Raises:
            PrototypeError: a type whose values JSON has no form for.
        """
        if type_ not in self._made:
            self._made[type_] = self._make(type_)
        return self._made[type_]

    def _make(self, type_: Any) -> Codec:
        match type_.kind:
            case "primitive":
                return self._primitive(type_)
            case "pointer":
                return self._pointer(type_)
            case "struct":
                codec = self._made[type_] = StructureCodec(self, type_)
                codec.read_members()
                return codec
            case "array":
                return ArrayCodec(self, type_)
            case "enum":
                return EnumerationCodec(self, type_)
            case "function":
                return OpaqueCodec(self.ffi, "a function pointer")
            case "void":
                return VoidCodec()
        raise PrototypeError(f"a '{type_.cname}' cannot be written as JSON")

    def _primitive(self, type_: Any) -> Codec:
        name = type_.cname
        if name == "char":
            return CharacterCodec()
        if name in ("_Bool", "bool"):
            return BoolCodec()
        if name in ("wchar_t", "char16_t", "char32_t"):
            return WideCharacterCodec()
        if name in ("float", "double", "long double"):
            return FloatCodec()
        if "complex" in name:
            raise PrototypeError(f"a '{name}' cannot be written as JSON")
        return IntegerCodec(self.ffi, type_)

    def _pointer(self, type_: Any) -> Codec:
        item = type_.item
        if item.kind == "union" or (item.kind == "struct" and item.fields is None):
            return OpaqueCodec(self.ffi, f"a '{item.cname}'")
        return PointerCodec(self, type_)


class IntegerCodec:
    """Every integer type except `char` and `_Bool`."""

    def __init__(self, ffi: Any, type_: Any):
        signed = int(ffi.cast(type_, -1)) < 0
        bits = ffi.sizeof(type_) * 8
        self.lowest = -(1 << (bits - 1)) if signed else 0
        self.highest = (1 << (bits - signed)) - 1
        self.expected = f"an integer from {self.lowest} to {self.highest}"

    def encode(self, value: object, keep: Keep) -> Any:
        if type(value) is int and self.lowest <= value <= self.highest:
            return value
        raise MismatchError(self.expected, value)

    def decode(self, data: Any) -> object:
        return int(data)


class FloatCodec:
    """`float`, `double` and `long double` (which JSON shows as the nearest double)."""

    expected = "a number"

    def encode(self, value: object, keep: Keep) -> Any:
        if isinstance(value, float):
            return value
        if isinstance(value, str) and value in _NOT_FINITE:
            return _NOT_FINITE[value]
        if type(value) is not int:
            raise MismatchError(self.expected, value)
        try:
            return float(value)
        except OverflowError:
            raise MismatchError("a number that a double can hold", value) from None

    def decode(self, data: Any) -> object:
        value = float(data)
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


class BoolCodec:
    """`_Bool`."""

    expected = "true or false"

    def encode(self, value: object, keep: Keep) -> Any:
        if value is True or value is False:
            return value
        raise MismatchError(self.expected, value)

    def decode(self, data: Any) -> object:
        return bool(data)


class CharacterCodec:
    """`char` as a value of its own; `signed char` and `unsigned char` are integers."""

    expected = "one ASCII character"

    def encode(self, value: object, keep: Keep) -> Any:
        if isinstance(value, str) and len(value) == 1 and value.isascii():
            return value.encode()
        raise MismatchError(self.expected, value)

    def decode(self, data: Any) -> object:
        return bytes(data).decode("utf-8", "backslashreplace")


class WideCharacterCodec:
    """`wchar_t`, `char16_t` and `char32_t`."""

    expected = "one character"

    def encode(self, value: object, keep: Keep) -> Any:
        if isinstance(value, str) and len(value) == 1:
            return value
        raise MismatchError(self.expected, value)

    def decode(self, data: Any) -> object:
        return str(data)


class EnumerationCodec:
    """An enumeration takes its names and any integer; it is shown as an integer, as in C."""

    def __init__(self, codecs: Codecs, type_: Any):
        self._values: dict[str, int] = dict(type_.relements)
        self._integer = IntegerCodec(codecs.ffi, type_)
        self.expected = "an integer or one of " + ", ".join(f'"{each}"' for each in self._values)

    def encode(self, value: object, keep: Keep) -> Any:
        if isinstance(value, str) and value in self._values:
            return self._values[value]
        try:
            return self._integer.encode(value, keep)
        except MismatchError:
            raise MismatchError(self.expected, value) from None

    def decode(self, data: Any) -> object:
        return int(data)


class StructureCodec:
    """A structure is an object; the members it leaves out are zero."""

    def __init__(self, codecs: Codecs, type_: Any):
        self._codecs, self._type = codecs, type_
        self._members: dict[str, Codec] = {}
        self.expected = "an object"

    def read_members(self) -> None:
        """The second half of the constructor: a member may point to this very structure."""
        self._members = {name: self._codecs.of(each.type) for name, each in self._type.fields}
        names = ", ".join(f'"{name}"' for name in self._members)
        self.expected = f"an object with {names}"

    def encode(self, value: object, keep: Keep) -> Any:
        if not isinstance(value, dict):
            raise MismatchError(self.expected, value)
        unknown = [f'"{name}"' for name in value if name not in self._members]
        if unknown:
            raise MismatchError(self.expected, value, f" with the unknown {', '.join(unknown)}")
        members = {name: self._member(name, each, keep) for name, each in value.items()}
        made = self._codecs.ffi.new(self._codecs.ffi.getctype(self._type, "*"), members)
        keep.append(made)
        return made[0]

    def _member(self, name: str, value: object, keep: Keep) -> Any:
        try:
            return self._members[name].encode(value, keep)
        except MismatchError as error:
            raise error.at(f'for "{name}" {error.expected}') from None

    def decode(self, data: Any) -> object:
        return {name: codec.decode(getattr(data, name)) for name, codec in self._members.items()}


class ArrayCodec:
    """An array that is a structure's member; a parameter is never one in C."""

    def __init__(self, codecs: Codecs, type_: Any):
        self._ffi, self._length = codecs.ffi, type_.length
        self._item = codecs.of(type_.item)
        self._text = type_.item.cname == "char"
        what = "a string of at most" if self._text else f"an array of {type_.item.cname}, at most"
        self.expected = f"{what} {self._length}"

    def encode(self, value: object, keep: Keep) -> Any:
        raw = value.encode() if self._text and isinstance(value, str) else value
        if not isinstance(raw, bytes if self._text else list) or len(raw) > self._length:
            raise MismatchError(self.expected, value)
        return raw if isinstance(raw, bytes) else encode_all(self, self._item, raw, keep)

    def decode(self, data: Any) -> object:
        if self._text:
            return text_of(bytes(self._ffi.buffer(data)))
        return [self._item.decode(each) for each in data]


class OpaqueCodec:
    """A pointer to what no JSON value can make: only null goes in; an address comes out."""

    def __init__(self, ffi: Any, what: str):
        self._ffi = ffi
        self.expected = f"null ({what} cannot be written as JSON)"

    def encode(self, value: object, keep: Keep) -> Any:
        if value is None:
            return self._ffi.NULL
        raise MismatchError(self.expected, value)

    def decode(self, data: Any) -> object:
        return address_of(self._ffi, data)


class PointerCodec:
    """A pointer to numbers, structures, characters, further pointers, or just bytes (`void *`)."""

    def __init__(self, codecs: Codecs, type_: Any):
        self.codecs, self.type = codecs, type_
        self.untyped = type_.item.kind == "void"
        self.item_type = codecs.ffi.typeof("unsigned char") if self.untyped else type_.item
        self.item = codecs.of(self.item_type)
        self.text = self.item_type.cname == "char"
        self.takes_text = self.item_type.cname in _BYTE_TYPES
        self.content = self._content()
        self.expected = f"{self.content} or null"

    def _content(self) -> str:
        if self.text:
            return "a string"
        if self.takes_text:
            return "a string, an array of bytes"
        if self.item_type.kind == "struct":
            return f"{self.item.expected}, an array of such objects"
        return f"an array of {self.item_type.cname}"

    def encode(self, value: object, keep: Keep) -> Any:
        if value is None:
            return self.codecs.ffi.NULL
        made, _ = self.make(value, keep)
        return self.codecs.ffi.cast(self.type, made)

    def decode(self, data: Any) -> object:
        if not self.text:
            return address_of(self.codecs.ffi, data)
        if data == self.codecs.ffi.NULL:
            return None
        return bytes(self.codecs.ffi.string(data)).decode("utf-8", "backslashreplace")

    def make(self, value: object, keep: Keep) -> tuple[Any, int]:
        """A C array that holds VALUE, kept alive by KEEP, and the number of its elements."""
        if isinstance(value, list) and not self.text:
            items = encode_all(self, self.item, value, keep)
        elif isinstance(value, dict) and self.item_type.kind == "struct":
            items = [self.item.encode(value, keep)]
        elif isinstance(value, bytes) or (isinstance(value, str) and self.takes_text):
            return self._from_bytes(value, keep)
        else:
            raise MismatchError(self.expected, value)
        made = self.codecs.ffi.new(self.codecs.ffi.getctype(self.item_type, "[]"), items)
        keep.append(made)
        return made, len(items)

    def _from_bytes(self, value: str | bytes, keep: Keep) -> tuple[Any, int]:
        """Text gets the NUL that C looks for; a file's bytes may be an array of anything."""
        raw = value.encode() if isinstance(value, str) else value
        size = self.codecs.ffi.sizeof(self.item_type)
        count, rest = divmod(len(raw), size)
        if rest:
            raise MismatchError(f"a multiple of {size} bytes (one {self.item_type.cname})", raw)
        made = self.codecs.ffi.new(self.codecs.ffi.getctype(self.item_type, "[]"), count + 1)
        self.codecs.ffi.memmove(made, raw, len(raw))
        keep.append(made)
        return made, count


class VoidCodec:
    """The result of a function that returns nothing."""

    expected = "nothing"

    def encode(self, value: object, keep: Keep) -> Any:
        raise MismatchError(self.expected, value)

    def decode(self, data: Any) -> object:
        return None


def encode_all(codec: Codec, item: Codec, values: list[Any], keep: Keep) -> list[Any]:
    """Each of VALUES by ITEM; a MismatchError says which element of CODEC's array it was."""
    encoded: list[Any] = []
    try:
        for value in values:
            encoded.append(item.encode(value, keep))
    except MismatchError as error:
        place = f"{codec.expected}, and at [{len(encoded)}] {error.expected}"
        raise error.at(place) from None
    return encoded


def address_of(ffi: Any, data: Any) -> str | None:
    """A pointer's value as C's "%p" shows it, or None for NULL."""
    address = int(ffi.cast("uintptr_t", data))
    return f"{address:#x}" if address else None


def text_of(raw: bytes) -> str:
    """The C string at the start of RAW."""
    return raw.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")
