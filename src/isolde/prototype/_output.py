"""Memory that a function writes to, and how it is read afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isolde.prototype._codec import (
    Codec,
    Keep,
    MismatchError,
    Out,
    PointerCodec,
    Reference,
    text_of,
)

# What one array made for a function may take.  A request can name its length: without a limit one
# number could take all of the machine's memory.
LARGEST_OUTPUT = 256 << 20

Reader = Callable[[], object]


def allocate(pointer: PointerCodec, out: Out, keep: Keep) -> tuple[Any, Reader]:
    """Zeroed memory for OUT, and what reads it after the call.

    Raises:
        MismatchError: another type than the parameter points to, or too long.
    """
    ffi = pointer.codecs.ffi
    item_type = _item_type(pointer, out)
    count = 1 if out.count is None else out.count
    if not 0 <= count * ffi.sizeof(item_type) <= LARGEST_OUTPUT:
        most = LARGEST_OUTPUT // ffi.sizeof(item_type)
        raise MismatchError(f"a length from 0 to {most} for the output", count)
    # One element more than asked for: an output of length 0 still has an address of its own.
    made = ffi.new(ffi.getctype(item_type, "[]"), count + 1)
    keep.append(made)
    reader = _reader(pointer, pointer.codecs.of(item_type), made, out.count)
    return ffi.cast(pointer.type, made), reader


def refer(pointer: PointerCodec, reference: Reference, keep: Keep) -> tuple[Any, Reader]:
    """Memory that holds REFERENCE's value, and what reads it after the call.

    Raises:
        MismatchError: a value that the parameter cannot point to.
    """
    value = reference.value
    if value is None:
        raise MismatchError(f"{pointer.content} to change", reference)
    several = isinstance(value, (list, str, bytes))
    lone = not several and not isinstance(value, dict)
    made, count = pointer.make([value] if lone else value, keep)
    reader = _reader(pointer, pointer.item, made, count if several else None)
    return pointer.codecs.ffi.cast(pointer.type, made), reader


def _item_type(pointer: PointerCodec, out: Out) -> Any:
    """The type OUT names, when the parameter can point to it; without one, the parameter's own."""
    if not out.type:
        return pointer.item_type
    ffi = pointer.codecs.ffi
    try:
        asked = ffi.typeof(out.type)
        codec = pointer.codecs.of(asked)
        size = ffi.sizeof(asked)
    except Exception as error:  # cffi's parser raises several unrelated kinds
        raise MismatchError(f"a type it knows after 'out:' ({error})", out) from None
    alike = codec.expected == pointer.item.expected and size == ffi.sizeof(pointer.item_type)
    if pointer.untyped or alike:
        return asked
    raise MismatchError(f"'out:{pointer.item_type.cname}[N]'", out)


def _reader(pointer: PointerCodec, codec: Codec, made: Any, count: int | None) -> Reader:
    ffi = pointer.codecs.ffi

    def read() -> object:
        if count is None:
            return codec.decode(made[0])
        if ffi.typeof(made).item.cname == "char":
            return text_of(bytes(ffi.buffer(made)))
        return [codec.decode(each) for each in made[0:count]]

    return read
