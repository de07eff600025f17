"""How an argument of the shell is read, given the parameter it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolde.prototype import (
    ArgumentError,
    Out,
    Parameter,
    Reference,
    guess_prototype,
    read_argument,
    read_prototype,
)


def parameter(declaration: str) -> Parameter:
    return read_prototype(f"void f({declaration})").parameters[0]


_INT, _INTS = parameter("int n"), parameter("int *x")
_TEXT, _BYTES, _ANY = parameter("char *s"), parameter("unsigned char *b"), parameter("void *p")


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ("3", _INT, 3),
        ("-2.5", _INT, -2.5),
        ("true", _INT, True),
        ("[1,2]", _INTS, [1, 2]),
        ("null", _INTS, None),
        ('{"x":1}', _ANY, {"x": 1}),
        ("out", _INTS, Out()),
        ("out:[8]", _INTS, Out(8)),
        ("out:int[8]", _INTS, Out(8, "int")),
        ("out:unsigned char[3]", _ANY, Out(3, "unsigned char")),
        ("out:double", _ANY, Out(None, "double")),
        ("inout:[1,2]", _INTS, Reference([1, 2])),
    ],
)
def test_json_and_the_words_for_pointers(text: str, target: Parameter, value: object) -> None:
    assert read_argument(text, target) == value


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ("hello", _TEXT, "hello"),
        ('"hello"', _TEXT, "hello"),
        ("123", _TEXT, "123"),
        ("[1]", _TEXT, "[1]"),
        ("null", _TEXT, None),
        ('"null"', _TEXT, "null"),
        ("hello", _BYTES, "hello"),
        ("[1,2]", _BYTES, [1, 2]),
        ("123", _BYTES, "123"),
        ("hello", _ANY, "hello"),
    ],
)
def test_text_needs_no_quotes_where_only_text_can_be_meant(
    text: str, target: Parameter, value: object
) -> None:
    assert read_argument(text, target) == value


def test_a_file_gives_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_bytes(b"\0\1")
    assert read_argument(f"@{file}", _ANY) == b"\0\1"
    assert read_argument(f"inout:@{file}", _ANY) == Reference(b"\0\1")


def test_what_is_no_json_is_refused_for_a_number() -> None:
    with pytest.raises(ArgumentError) as caught:
        read_argument("two", _INT)
    assert str(caught.value) == (
        "parameter 'int n': expected a JSON value, @FILE, out or inout:JSON, got two"
    )


def test_a_prototype_is_guessed_from_the_arguments() -> None:
    texts = ["[1,2]", "[1.5]", "out:long[2]", "inout:[1]", "-2", "hello", "1.5", "@file", "null"]
    assert guess_prototype("f", texts) == (
        "int f(const int *a, const double *b, long *c, int *d, int e, const char *f, double g, "
        "const void *h, void *i)"
    )
    assert guess_prototype("f", []) == "int f(void)"
