"""A function that a module offers: which of its parameters a caller sends, and the rest.

The C prototype says what each parameter is; the manifest adds what C cannot say: which pointers
are outputs, how long they are, and which integers only count the elements of an array.  From the
two an `Offer` makes the call's arguments out of a request.
"""

from __future__ import annotations

from collections.abc import Mapping

from isolde.engine.manifest import FunctionManifest
from isolde.prototype import (
    ArgumentError,
    Function,
    Out,
    Outcome,
    Parameter,
    Prototype,
    PrototypeError,
    Reference,
)


class Offer:
    """One function of a module, callable with what a request holds.

    Args:
        prototype: how the function is declared.
        address: where it is.
        manifest: what the module says about it.

    Raises:
        PrototypeError: the manifest names parameters that the prototype has not, or that cannot
            be what it says.
    """

    def __init__(self, prototype: Prototype, address: int, manifest: FunctionManifest):
        self.prototype = prototype
        self._function = Function(prototype, address)
        self._out = manifest.out
        self._inout = frozenset(manifest.inout)
        self._optional = frozenset(manifest.optional)
        self._lengths = {
            name: [arrays] if isinstance(arrays, str) else arrays
            for name, arrays in manifest.lengths.items()
        }
        self._check()
        hidden = self._out.keys() | self._lengths.keys()
        self.sent = [each for each in prototype.parameters if each.name not in hidden]

    @property
    def expected(self) -> dict[str, str]:
        """What a caller sends: each parameter's name and C declaration."""
        return {each.name: each.text for each in self.sent}

    def call(self, request: object) -> Outcome:
        """Calls the function with an object by parameter name, or an array by position.

        Raises:
            ArgumentError: REQUEST does not fit.
        """
        given = self._by_name(request)
        for name, arrays in self._lengths.items():
            given[name] = _common_length(name, arrays, given)
        return self._function.call([self._value(each, given) for each in self.prototype.parameters])

    def _by_name(self, request: object) -> dict[str, object]:
        if isinstance(request, list):
            self._check_number(len(request))
            return {each.name: value for each, value in zip(self.sent, request, strict=True)}
        if not isinstance(request, dict):
            raise ArgumentError(self._wanted(), _kind_of(request))
        self._check_names(request)
        return {each.name: request.get(each.name) for each in self.sent}

    def _check_number(self, given: int) -> None:
        if given != len(self.sent):
            raise ArgumentError(self._wanted(), f"an array of {given}")

    def _check_names(self, request: Mapping[str, object]) -> None:
        wanted = [each.name for each in self.sent]
        missing = [name for name in wanted if name not in request and name not in self._optional]
        unknown = [name for name in request if name not in wanted]
        faults = [f"none called {_listed(missing)}"] if missing else []
        faults += [f"one called {_listed(unknown)}"] if unknown else []
        if faults:
            raise ArgumentError(self._wanted(), " but ".join(faults))

    def _wanted(self) -> str:
        number = len(self.sent)
        if not number:
            return "no arguments: {} or []"
        listed = ", ".join(each.text for each in self.sent)
        plural = "" if number == 1 else "s"
        return f"{number} argument{plural}, as an object or an array: {listed}"

    def _value(self, parameter: Parameter, given: Mapping[str, object]) -> object:
        name = parameter.name
        if name in self._out:
            return Out(_count(self._out[name], given))
        if name not in self._optional:
            self._refuse_null(parameter, given[name])
        return Reference(given[name]) if name in self._inout else given[name]

    def _refuse_null(self, parameter: Parameter, value: object) -> None:
        inside = _holds_null(value)
        if not inside and value is not None:
            return
        expected = self._function.expected(parameter.name).removesuffix(" or null")
        raise ArgumentError(
            f"{expected}, without null in it" if inside else expected,
            "null",
            parameter=parameter.name,
            declaration=parameter.text,
        )

    # -- whether manifest and prototype fit ------------------------------------------------------

    def _check(self) -> None:
        if self.prototype.variadic:
            raise PrototypeError("a function with '...' cannot be offered: write a wrapper for it")
        for name in (*self._out, *self._inout):
            self._check_pointer(name)
        for name, arrays in self._lengths.items():
            self._parameter(name, "lengths")
            for array in arrays:
                self._parameter(array, "lengths")
        for name in self._optional:
            self._parameter(name, "optional")
        for count in self._out.values():
            if isinstance(count, str):
                self._parameter(count, "out")

    def _check_pointer(self, name: str) -> None:
        parameter = self._parameter(name, "inout" if name in self._inout else "out")
        if not parameter.writable:
            raise PrototypeError(
                f"'{parameter.text}' cannot be an output: it is no pointer to something writable"
            )

    def _parameter(self, name: str, where: str) -> Parameter:
        parameter = self.prototype.parameter(name)
        if parameter is None:
            raise PrototypeError(
                f"{where} names '{name}', which is no parameter of '{self.prototype.text}'"
            )
        return parameter


def _holds_null(value: object) -> bool:
    """Whether an array or object has a null at any depth."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return None in value or any(_holds_null(each) for each in value if type(each) in (list, dict))


def _common_length(name: str, arrays: list[str], given: Mapping[str, object]) -> int:
    """How many elements ARRAYS have; the function trusts that number, so all must have as many."""
    lengths = {array: _length(array, given[array]) for array in arrays}
    first = lengths[arrays[0]]
    for array, length in lengths.items():
        if length != first:
            raise ArgumentError(
                f"as many elements as '{arrays[0]}' has ({first}: both are '{name}' long)",
                str(length),
                parameter=array,
            )
    return first


def _length(name: str, value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list):
        return len(value)
    raise ArgumentError("an array, a string or null", _kind_of(value), parameter=name)


def _count(count: bool | int | str, given: Mapping[str, object]) -> int | None:
    if isinstance(count, str):
        value = given[count]
        if type(value) is not int:
            raise ArgumentError("an integer", _kind_of(value), parameter=count)
        return value
    return None if isinstance(count, bool) else count


def _kind_of(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    return names.get(type(value), "an array" if isinstance(value, list) else "an object")


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
