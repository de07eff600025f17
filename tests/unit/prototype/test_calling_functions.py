"""JSON in, a C call, JSON out: on functions of libc, libm and libz, whose answers are known."""

from __future__ import annotations

import ctypes
import math

import pytest

from isolde.prototype import (
    ArgumentError,
    Function,
    Out,
    PrototypeError,
    Reference,
    read_prototype,
)

_TM = """
struct tm { int sec, min, hour, mday, mon, year, wday, yday, isdst; long off; const char *zone; };
"""


def function(library: str, text: str) -> Function:
    prototype = read_prototype(text)
    address = ctypes.cast(ctypes.CDLL(library)[prototype.name], ctypes.c_void_p).value
    assert address is not None
    return Function(prototype, address)


def libc(text: str) -> Function:
    return function("libc.so.6", text)


def libm(text: str) -> Function:
    return function("libm.so.6", text)


# -- values ----------------------------------------------------------------------------------------


def test_numbers_go_in_and_come_out() -> None:
    assert libm("double pow(double base, double exponent)").call([2, 10.0]).result == 1024.0
    assert libc("long labs(long n)").call([-(2**62)]).result == 2**62


def test_a_float_that_json_cannot_write_is_a_word_both_ways() -> None:
    fabs = libm("double fabs(double x)")
    assert fabs.call(["-Infinity"]).result == "Infinity"
    assert fabs.call([math.nan]).result == "NaN"


def test_a_string_goes_in_as_utf8_and_ends_with_a_nul() -> None:
    assert libc("size_t strlen(const char *s)").call(["höll"]).result == 5


def test_a_char_pointer_comes_out_as_text_and_null_as_none() -> None:
    strchr = libc("char *strchr(const char *s, int c)")
    assert strchr.call(["linking", ord("k")]).result == "king"
    assert strchr.call(["linking", ord("z")]).result is None


def test_another_pointer_comes_out_as_its_address() -> None:
    memchr = libc("void *memchr(const void *s, int c, size_t n)")
    found = memchr.call(["abc", ord("b"), 3]).result
    assert isinstance(found, str)
    assert int(found, 16) > 0


def test_bytes_of_a_file_are_an_array_of_whatever_is_pointed_to() -> None:
    crc32 = function(
        "libz.so.1", "unsigned long crc32(unsigned long c, const unsigned char *b, unsigned n)"
    )
    assert crc32.call([0, b"123456789", 9]).result == 0xCBF43926
    assert crc32.call([0, [49, 50, 51], 3]).result == crc32.call([0, "123", 3]).result


def test_a_structure_comes_out_as_an_object() -> None:
    div = libc("typedef struct { int quot; int rem; } div_t; div_t div(int a, int b);")
    assert div.call([17, 5]).result == {"quot": 3, "rem": 2}


def test_a_structure_goes_in_as_an_object_and_what_is_left_out_is_zero() -> None:
    timegm = libc(f"{_TM} time_t timegm(struct tm *t)")
    assert timegm.call([{"mday": 1, "year": 100}]).result == 946684800


def test_arguments_after_the_dots_are_promoted_as_in_c() -> None:
    snprintf = libc("int snprintf(char *s, size_t n, const char *format, ...)")
    outcome = snprintf.call([Out(32), 32, "%d %s %.1f %ld", 5, "x", 1.5, 2**40])
    assert outcome.out == {"s": "5 x 1.5 1099511627776"}


def test_an_enumeration_takes_its_names() -> None:
    abs_ = libc("enum e { LOW = -7, HIGH }; int abs(enum e x);")
    assert abs_.call(["LOW"]).result == 7
    assert abs_.call([-6]).result == 6


# -- results through pointers ----------------------------------------------------------------------


def test_one_value_through_a_pointer_is_shown_without_a_list() -> None:
    outcome = libm("double frexp(double x, int *exponent)").call([8, Out()])
    assert (outcome.result, outcome.out) == (0.5, {"exponent": 4})


def test_several_values_through_a_pointer_are_a_list() -> None:
    sscanf = libc("int sscanf(const char *s, const char *format, int *x)")
    assert sscanf.call(["7", "%d", Out(2)]).out == {"x": [7, 0]}


def test_a_void_pointer_takes_the_type_that_is_asked_for() -> None:
    memcpy = libc("void *memcpy(void *to, const void *from, size_t n)")
    outcome = memcpy.call([Out(2, "int"), [1, 0, 0, 0, 2, 0, 0, 0], 8])
    assert outcome.out == {"to": [1, 2]}


def test_a_reference_shows_what_became_of_it() -> None:
    memfrob = libc("void *memfrob(void *s, size_t n)")
    assert memfrob.call([Reference("AB"), 2]).out == {"s": [0x41 ^ 42, 0x42 ^ 42]}
    swab = libc("void swab(const void *from, char *to, long n)")
    assert swab.call(["abcd", Reference("...."), 4]).out == {"to": "badc"}


def test_a_reference_to_a_lone_number_and_to_a_structure() -> None:
    modf = libm("double modf(double x, double *whole)")
    assert modf.call([2.5, Reference(0.0)]).out == {"whole": 2.0}
    timegm = libc(f"{_TM} time_t timegm(struct tm *t)")
    changed = timegm.call([Reference({"mday": 32, "year": 100})]).out["t"]
    assert isinstance(changed, dict)
    assert (changed["mday"], changed["mon"], changed["zone"]) == (1, 1, "GMT")


def test_an_array_of_strings_outlives_the_call() -> None:
    strsep = libc("char *strsep(char **s, const char *delimiter)")
    outcome = strsep.call([Reference(["a,b"]), ","])
    assert (outcome.result, outcome.out) == ("a", {"s": ["b"]})


# -- what does not fit -----------------------------------------------------------------------------

_INT = "an integer from -2147483648 to 2147483647"
_EVERYTHING = Function(
    read_prototype(
        "struct point { int x; }; void f(const int *x, int *y, int n, _Bool b, const char *s, "
        "struct opaque *o, void (*callback)(int), struct point *p, double d)"
    ),
    0,
)
_FITTING = [[1], [2], 1, True, "x", None, None, {"x": 1}, 1.5]


@pytest.mark.parametrize(
    ("position", "value", "message"),
    [
        (
            0,
            [1, "x"],
            "parameter 'const int *x': expected an array of int or null, "
            f'and at [1] {_INT}, got "x"',
        ),
        (0, 5, "parameter 'const int *x': expected an array of int or null, got 5"),
        (
            0,
            Out(1),
            "parameter 'const int *x': expected an array of int or null "
            "(it is const: the function only reads it), got out:[1]",
        ),
        (
            0,
            b"123",
            "parameter 'const int *x': expected a multiple of 4 bytes (one int), got 3 bytes",
        ),
        (
            1,
            Out(1, "double"),
            "parameter 'int *y': expected 'out:int[N]', got out:double[1]",
        ),
        (
            1,
            Out(1 << 40),
            "parameter 'int *y': expected a length from 0 to 67108864 for the output, "
            "got 1099511627776",
        ),
        (
            1,
            Reference(None),
            "parameter 'int *y': expected an array of int to change, got inout:null",
        ),
        (2, True, f"parameter 'int n': expected {_INT}, got true"),
        (2, 1 << 31, f"parameter 'int n': expected {_INT}, got 2147483648"),
        (2, 1.0, f"parameter 'int n': expected {_INT}, got 1.0"),
        (
            2,
            Out(),
            f"parameter 'int n': expected {_INT} (it is no pointer to memory to fill), got out",
        ),
        (3, 1, "parameter '_Bool b': expected true or false, got 1"),
        (4, 5, "parameter 'const char *s': expected a string or null, got 5"),
        (
            5,
            1,
            "parameter 'struct opaque *o': expected null "
            "(a 'struct opaque' cannot be written as JSON), got 1",
        ),
        (
            6,
            1,
            "parameter 'void (*callback)(int)': expected null "
            "(a function pointer cannot be written as JSON), got 1",
        ),
        (
            7,
            {"y": 1},
            "parameter 'struct point *p': expected an object with \"x\", "
            'got {"y": 1} with the unknown "y"',
        ),
        (
            6,
            Out(),
            "parameter 'void (*callback)(int)': expected null (a function pointer cannot be "
            "written as JSON; it is no pointer to memory to fill), got out",
        ),
        (8, "1", "parameter 'double d': expected a number, got \"1\""),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_would(
    position: int, value: object, message: str
) -> None:
    values = [*_FITTING[:position], value, *_FITTING[position + 1 :]]
    with pytest.raises(ArgumentError) as caught:
        _EVERYTHING.check(values)
    assert str(caught.value) == message


def test_values_that_fit_are_not_refused() -> None:
    _EVERYTHING.check(_FITTING)


def test_the_number_of_arguments_is_checked_first() -> None:
    with pytest.raises(ArgumentError) as caught:
        libm("double pow(double base, double exponent)").call([1])
    assert str(caught.value) == "expected 2 arguments (double base, double exponent), got 1"


def test_a_union_cannot_be_offered() -> None:
    prototype = read_prototype("union u { int a; float b; }; int f(union u x)")
    with pytest.raises(PrototypeError, match=r"^a 'union u' cannot be written as JSON$"):
        Function(prototype, 1)


def test_a_structure_may_point_to_itself() -> None:
    prototype = read_prototype("struct node { struct node *next; int n; }; int f(struct node *n)")
    Function(prototype, 1).check([{"n": 1, "next": {"n": 2}}])
