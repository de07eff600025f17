"""A prototype bound to an address: something that can be called with JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from isolde.prototype._codec import Codecs, Keep, MismatchError, Out, PointerCodec, Reference, shown
from isolde.prototype._errors import ArgumentError
from isolde.prototype._output import Reader, allocate, refer
from isolde.prototype._read import Parameter, Prototype


@dataclass(frozen=True)
class Outcome:
    """What a call gave.

    Attributes:
        result: the function's value as JSON; None for void.
        out: what stands afterwards in every Out and Reference, by parameter.
    """

    result: object
    out: dict[str, object] = field(default_factory=dict)


class Function:
    """A C function at a known address.

    Args:
        prototype: how to call it.
        address: where it is; the caller keeps the image mapped.

    Raises:
        PrototypeError: a parameter or the result is of a type that JSON has no form for.
    """

    def __init__(self, prototype: Prototype, address: int):
        self.prototype = prototype
        codecs = Codecs(prototype.ffi)
        self._parameters = [(each, codecs.of(each.type)) for each in prototype.parameters]
        self._result = codecs.of(prototype.type.result)
        self._pointer = prototype.ffi.cast(prototype.type, address)

    def call(self, values: Sequence[object]) -> Outcome:
        """Calls the function, other threads running on meanwhile.

        Args:
            values: one per parameter: a JSON value, bytes, an Out or a Reference.

        Raises:
            ArgumentError: their number or one of them does not fit the prototype.
        """
        keep: Keep = []
        readers: dict[str, Reader] = {}
        encoded = self._encode(values, keep, readers)
        result = self._result.decode(self._pointer(*encoded))
        return Outcome(result, {name: read() for name, read in readers.items()})

    def expected(self, parameter: str) -> str:
        """What PARAMETER takes, in words."""
        return next(codec.expected for each, codec in self._parameters if each.name == parameter)

    def check(self, values: Sequence[object]) -> None:
        """Raises what `call` would raise for VALUES, without calling."""
        self._encode(values, [], {})

    def _encode(self, values: Sequence[object], keep: Keep, readers: dict[str, Reader]) -> Any:
        self._check_number(len(values))
        encoded = []
        for (parameter, codec), value in zip(self._parameters, values, strict=False):
            try:
                encoded.append(_encode_one(parameter, codec, value, keep, readers))
            except MismatchError as error:
                raise _refusal(parameter, error) from None
        rest = values[len(self._parameters) :]
        return encoded + [self._encode_variadic(value, keep) for value in rest]

    def _check_number(self, given: int) -> None:
        wanted = len(self._parameters)
        if given == wanted or (given > wanted and self.prototype.variadic):
            return
        names = ", ".join(each.text for each in self.prototype.parameters)
        least = "at least " if self.prototype.variadic else ""
        plural = "" if wanted == 1 else "s"
        listed = f" ({names})" if names else ""
        raise ArgumentError(f"{least}{wanted} argument{plural}{listed}", str(given))

    def _encode_variadic(self, value: object, keep: Keep) -> Any:
        """What C's promotions make of VALUE after the "..."."""
        ffi = self.prototype.ffi
        if type(value) is int and -(1 << 63) <= value < 1 << 64:
            return ffi.cast("int" if -(1 << 31) <= value < 1 << 31 else "long long", value)
        if isinstance(value, float):
            return ffi.cast("double", value)
        if isinstance(value, (str, bytes)):
            keep.append(ffi.new("char[]", value.encode() if isinstance(value, str) else value))
            return keep[-1]
        raise ArgumentError("a number or a string", shown(value), parameter="...")


def _encode_one(
    parameter: Parameter, codec: Any, value: object, keep: Keep, readers: dict[str, Reader]
) -> Any:
    if not isinstance(value, (Out, Reference)):
        return codec.encode(value, keep)
    if not isinstance(codec, PointerCodec):
        raise MismatchError(_remark(codec.expected, "it is no pointer to memory to fill"), value)
    if not parameter.writable:
        raise MismatchError(
            _remark(codec.expected, "it is const: the function only reads it"), value
        )
    made = allocate(codec, value, keep) if isinstance(value, Out) else refer(codec, value, keep)
    encoded, readers[parameter.name] = made
    return encoded


def _remark(expected: str, why: str) -> str:
    """EXPECTED and WHY in brackets: in the same ones where it ends with some."""
    return f"{expected[:-1]}; {why})" if expected.endswith(")") else f"{expected} ({why})"


def _refusal(parameter: Parameter, error: MismatchError) -> ArgumentError:
    return ArgumentError(
        error.expected, error.got, parameter=parameter.name, declaration=parameter.text
    )
