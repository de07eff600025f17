"""How a request becomes a call: what a caller sends, what is derived, what is refused."""

from __future__ import annotations

import pytest

from isolde.engine import FunctionManifest, Module, Offer
from isolde.prototype import ArgumentError, Outcome, PrototypeError, read_prototype


def ask(module: Module, function: str, request: object) -> Outcome:
    return module.call(module.offers[function], request)


def refusal(module: Module, function: str, request: object) -> str:
    with pytest.raises(ArgumentError) as caught:
        ask(module, function, request)
    return str(caught.value)


def test_arguments_come_by_name_or_by_position(module: Module) -> None:
    assert ask(module, "add", {"b": 2, "a": 40}).result == 42
    assert ask(module, "add", [40, 2]).result == 42


def test_an_output_is_not_sent_and_its_length_may_be_a_parameter(module: Module) -> None:
    assert ask(module, "squares", [[1, 2, 3]]) == Outcome(None, {"y": [1, 4, 9]})
    assert ask(module, "squares", {"x": []}).out == {"y": []}


def test_an_output_of_one_value_is_no_list(module: Module) -> None:
    assert ask(module, "halve", [5]).out == {"half": 2.5}


def test_an_output_of_characters_is_text(module: Module) -> None:
    assert ask(module, "greet", ["Tristan"]).out == {"greeting": "hello Tristan"}


def test_an_inout_is_sent_and_comes_back_changed(module: Module) -> None:
    assert ask(module, "scale", {"values": [1, 2.5], "by": 2}).out == {"values": [2.0, 5.0]}


def test_a_length_is_counted_and_not_sent(module: Module) -> None:
    assert ask(module, "dot", [[1, 2], [3, 4]]).result == 11
    assert refusal(module, "dot", {"a": [1], "b": [1], "n": 1}) == (
        "expected 2 arguments, as an object or an array: const int *a, const int *b, "
        "got one called 'n'"
    )


def test_arrays_that_share_a_length_must_be_equally_long(module: Module) -> None:
    assert refusal(module, "dot", [[1, 2], [3]]) == (
        "parameter 'b': expected as many elements as 'a' has (2: both are 'n' long), got 1"
    )


def test_null_is_for_optional_parameters_only(module: Module) -> None:
    assert ask(module, "length", [None]).result == -1
    assert ask(module, "length", {}).result == -1
    assert refusal(module, "greet", [None]) == (
        "parameter 'const char *name': expected a string, got null"
    )
    assert refusal(module, "dot", [None, None]) == (
        "parameter 'const int *a': expected an array of int, got null"
    )


def test_null_inside_an_array_is_refused_too(module: Module) -> None:
    assert ask(module, "letters", [["a", "bc"]]).result == 3
    assert refusal(module, "letters", [["a", None]]) == (
        "parameter 'const char *const *words': expected an array of char *, "
        "without null in it, got null"
    )


def test_a_structure_comes_and_goes_by_value(module: Module) -> None:
    assert ask(module, "mirror", [{"x": 1, "y": -2}]).result == {"x": -1.0, "y": 2.0}


@pytest.mark.parametrize(
    ("request_", "got"),
    [
        ({"a": 1}, "none called 'b'"),
        ({}, "none called 'a', 'b'"),
        ({"a": 1, "b": 2, "c": 3}, "one called 'c'"),
        ({"t": 1}, "none called 'a', 'b' but one called 't'"),
        ([1], "an array of 1"),
        ([1, 2, 3], "an array of 3"),
        ("12", "a string"),
        (None, "null"),
    ],
)
def test_what_is_missing_or_too_much_is_told(module: Module, request_: object, got: str) -> None:
    assert refusal(module, "add", request_) == (
        f"expected 2 arguments, as an object or an array: int a, int b, got {got}"
    )


def test_a_function_without_arguments_takes_an_empty_request_only(module: Module) -> None:
    assert ask(module, "count", {}).result == 1
    assert refusal(module, "count", [1]) == "expected no arguments: {} or [], got an array of 1"


@pytest.mark.parametrize(
    ("prototype", "says", "message"),
    [
        (
            "int f(const int *x)",
            {"out": {"x": 1}},
            "'const int *x' cannot be an output: it is no pointer to something writable",
        ),
        ("int f(int *x)", {"out": {"y": 1}}, "out names 'y', which is no parameter of "),
        ("int f(int *x)", {"out": {"x": "n"}}, "out names 'n', which is no parameter of "),
        ("int f(int *x)", {"inout": ["y"]}, "inout names 'y', which is no parameter of "),
        ("int f(int *x)", {"lengths": {"n": "x"}}, "lengths names 'n', which is no parameter of "),
        ("int f(int n)", {"lengths": {"n": "x"}}, "lengths names 'x', which is no parameter of "),
        ("int f(int n)", {"optional": ["x"]}, "optional names 'x', which is no parameter of "),
    ],
)
def test_a_manifest_that_does_not_fit_its_prototype_is_refused(
    prototype: str, says: dict[str, object], message: str
) -> None:
    suffix = f"'{prototype}'" if message.endswith("of ") else ""
    with pytest.raises(PrototypeError) as caught:
        Offer(read_prototype(prototype), 1, FunctionManifest(prototype, **says))  # type: ignore[arg-type]
    assert str(caught.value) == message + suffix


def test_a_variadic_function_cannot_be_offered() -> None:
    prototype = "int f(const char *format, ...)"
    with pytest.raises(PrototypeError) as caught:
        Offer(read_prototype(prototype), 1, FunctionManifest(prototype))
    assert str(caught.value) == "a function with '...' cannot be offered: write a wrapper for it"
