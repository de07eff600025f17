"""What a C prototype tells, and what is said of one that cannot be read."""

from __future__ import annotations

import pytest

from isolde.prototype import PrototypeError, read_prototype


def test_parameters_keep_their_names_and_declarations() -> None:
    prototype = read_prototype("void f(const int *x, char * const *y, int z[2], size_t n);")
    assert [each.name for each in prototype.parameters] == ["x", "y", "z", "n"]
    assert [each.text for each in prototype.parameters] == [
        "const int *x",
        "char *const *y",
        "int z[2]",
        "size_t n",
    ]


def test_only_pointers_to_what_is_not_const_are_writable() -> None:
    prototype = read_prototype("void f(const int *a, int *b, int *const c, char *const *d, int e)")
    assert [each.writable for each in prototype.parameters] == [False, True, True, False, False]


def test_a_parameter_without_a_name_is_called_by_its_position() -> None:
    prototype = read_prototype("double pow(double, double)")
    assert [each.name for each in prototype.parameters] == ["arg1", "arg2"]


@pytest.mark.parametrize("text", ["int f(void)", "int f()"])
def test_void_and_nothing_are_no_parameters(text: str) -> None:
    assert read_prototype(text).parameters == ()


def test_dots_make_it_variadic_and_are_no_parameter() -> None:
    prototype = read_prototype("int printf(const char *format, ...)")
    assert prototype.variadic
    assert len(prototype.parameters) == 1


def test_what_headers_decorate_declarations_with_is_passed_over() -> None:
    prototype = read_prototype(
        'extern "C" int f(char *__restrict a) __attribute__((nonnull(1), pure)); // as in a header'
    )
    assert prototype.text == "int f(char *a)"


def test_types_of_the_c_library_are_known() -> None:
    prototype = read_prototype("ssize_t f(off_t a, pid_t b, mode_t c, time_t d, uint64_t e)")
    assert [prototype.ffi.sizeof(each.type) for each in prototype.parameters] == [8, 4, 4, 8, 8]


def test_the_last_of_several_functions_is_meant() -> None:
    assert read_prototype("int f(int); int g(int);").name == "g"


def test_structures_may_be_declared_before_it_or_apart() -> None:
    apart = read_prototype("int f(struct p *p)", types="struct p { int x, y; };")
    assert apart.ffi.sizeof("struct p") == 8
    before = read_prototype("struct p { int x, y; }; int f(struct p *p)")
    assert before.ffi.sizeof("struct p") == 8


_HOW = "write it as in a C header: 'int add(int a, int b)'"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "void f(foo x)",
            "cannot read the prototype 'void f(foo x)': 'foo' is not a type it knows; "
            "declare it first, as in 'typedef int foo; ...'",
        ),
        (
            "void f(foo)",
            "cannot read the prototype 'void f(foo)': 'foo' is not a type it knows; "
            "declare it first, as in 'typedef int foo; ...'",
        ),
        ("int f(int", f"cannot read the prototype 'int f(int' at column 10: {_HOW}"),
        ("int (*)(int)", f"cannot read the prototype 'int (*)(int)' at column 5: {_HOW}"),
        (
            "struct x { int a; }",
            "'struct x { int a; }' declares no function: write its prototype as in a C header: "
            "'int add(int a, int b)'",
        ),
        (
            "",
            "'' declares no function: write its prototype as in a C header: "
            "'int add(int a, int b)'",
        ),
        (
            "int f(struct nope x)",
            "cannot call a function of prototype 'int f(struct nope x)': "
            "ctype 'struct nope' has incomplete type",
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_the_way_out(text: str, message: str) -> None:
    with pytest.raises(PrototypeError) as caught:
        read_prototype(text)
    assert str(caught.value) == message


def test_another_function_than_the_one_meant_is_refused() -> None:
    with pytest.raises(PrototypeError) as caught:
        read_prototype("int f(int)", "g")
    assert str(caught.value) == "the prototype declares 'f', not 'g': give the one of 'g'"
