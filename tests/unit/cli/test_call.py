"""`isolde call`: what it prints, and what it says and exits with when a call goes wrong."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import compile_library
from tests.unit.cli.command import isolde

_SOURCES = Path(__file__).parent / "sources"

_CRC32 = "unsigned long crc32(unsigned long c, const unsigned char *data, unsigned length)"
_ADDVEC = "void addvec(const int *x, const int *y, int *z, int n)"
_CRASH = "int crash(int depth)"


def test_a_result_is_printed_as_json() -> None:
    done = isolde("call", "libz.so.1", "crc32", "0", "123456789", "9", "--sig", _CRC32)
    assert (done.status, done.out, done.err) == (0, f"result = {0xCBF43926}\n", "")


def test_results_through_pointers_are_printed_by_name(faults: str) -> None:
    done = isolde("call", faults, "addvec", "[1,2]", "[3,4]", "out:int[2]", "2", "--sig", _ADDVEC)
    assert (done.status, done.out) == (0, "z = [4, 6]\n")


def test_json_has_result_and_outputs(faults: str) -> None:
    done = isolde(
        "call",
        "--json",
        "libm.so.6",
        "frexp",
        "8",
        "out",
        "--sig",
        "double frexp(double x, int *e)",
    )
    assert json.loads(done.out) == {"result": 0.5, "out": {"e": 4}}


def test_a_negative_number_is_no_option() -> None:
    done = isolde("call", "libc.so.6", "abs", "-5", "--sig", "int abs(int n)")
    assert done.out == "result = 5\n"


def test_bytes_come_from_a_file_or_from_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("123456789")
    for argument in (f"@{file}", "@-"):
        done = isolde(
            "call",
            "libz.so.1",
            "crc32",
            "0",
            argument,
            "9",
            "--sig",
            _CRC32,
            standard_input="123456789",
        )
        assert done.out == f"result = {0xCBF43926}\n"


def test_what_the_function_prints_comes_before_the_result(faults: str) -> None:
    done = isolde("call", faults, "say", "hello", "--sig", "int say(const char *text)")
    assert done.out == "hello\nresult = 6\n"


def test_with_json_what_the_function_prints_goes_to_standard_error(faults: str) -> None:
    done = isolde("call", faults, "say", "hello", "--json", "--sig", "int say(const char *text)")
    assert json.loads(done.out) == {"result": 6, "out": {}}
    assert done.err == "hello\n"


def test_search_path_finds_a_soname(faults: str) -> None:
    folder, name = faults.rsplit("/", 1)
    arguments = ("divide", "6", "2", "--sig", "int divide(int a, int b)")
    assert isolde("call", name, *arguments).status == 1
    assert isolde("call", name, *arguments, "--search-path", folder).out == "result = 3\n"


# -- faults: exit code 1 ---------------------------------------------------------------------------


def test_a_crash_is_told_with_signal_symbol_image_and_space(faults: str) -> None:
    done = isolde("call", faults, "crash", "2", "--sig", _CRASH, "--space-name", "doomed")
    assert done.status == 1
    assert done.out == ""
    *frames, last = done.err.splitlines()
    assert re.fullmatch(
        r"isolde: the call crashed: SIGSEGV \(address 0x0\), in follow\+\d+ of "
        + re.escape(faults)
        + ", space 'doomed'",
        last,
    )
    places = [re.split(r"  +", frame.strip()) for frame in frames]
    assert [(place[1].split("+")[0], *place[2:]) for place in places] == [
        ("follow", "libfaults.so", "space 'doomed'"),
        ("crash", "libfaults.so", "space 'doomed'"),
        ("crash", "libfaults.so", "space 'doomed'"),
    ]


def test_with_json_a_crash_is_an_object(faults: str) -> None:
    done = isolde("call", faults, "crash", "0", "--sig", _CRASH, "--json")
    assert done.status == 1
    told = json.loads(done.out)
    assert (told["error"]["kind"], told["error"]["status"]) == ("crash", 1)
    assert done.err == f"isolde: {told['error']['message']}\n"
    crash = told["crash"]
    assert crash["signal"] == "SIGSEGV"
    assert crash["fault_address"] == "0x0"
    assert [frame["symbol"] for frame in crash["frames"][:2]] == ["follow", "crash"]
    assert (crash["at"]["image"], crash["at"]["space"]) == (faults, "call")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("divide", "1", "0", "--sig", "int divide(int a, int b)"), "the call crashed: SIGFPE, "),
        (
            ("leave", "3", "--sig", "void leave(int status)"),
            "the call ended its process with exit status 3\n",
        ),
        (
            ("wait_for_ever", "--timeout", "0.2", "--sig", "void wait_for_ever(void)"),
            "the call did not return within 0.2 s and was ended\n",
        ),
    ],
)
def test_every_other_ending_is_told(faults: str, call: tuple[str, ...], message: str) -> None:
    done = isolde("call", faults, *call)
    assert done.status == 1
    assert f"isolde: {message}" in done.err


def _last_line(text: str) -> str:
    return re.sub(r"\+\d+ of ", "+N of ", text.splitlines()[-1])


def test_an_abort_is_told_with_the_function_of_the_space_that_asked_for_it(faults: str) -> None:
    done = isolde("call", faults, "give_up", "--sig", "void give_up(void)")
    assert _last_line(done.err) == (
        f"isolde: the call crashed: SIGABRT, raised under give_up+N of {faults}, space 'call'"
    )


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_an_uncaught_exception_is_told_with_who_threw_it(tmp_path: Path) -> None:
    library = compile_library(tmp_path / "libthrower.so", [_SOURCES / "thrower.cpp"])
    done = isolde("call", str(library), "thrower", "--sig", "void thrower(void)")
    assert _last_line(done.err) == (
        f"isolde: the call crashed: SIGABRT, raised under thrower+N of {library}, space 'call'"
    )


def test_a_crash_inside_libc_is_told_with_both_sides(faults: str) -> None:
    done = isolde("call", faults, "say", "null", "--sig", "int say(const char *text)")
    assert re.fullmatch(
        r"isolde: the call crashed: SIGSEGV \(address 0x0\), in .*libc.so.6.*, under "
        + re.escape(f"say+N of {faults}, space 'call'"),
        _last_line(done.err),
    )


def test_a_crash_in_a_constructor_shows_the_frames_of_the_library_only(tmp_path: Path) -> None:
    library = compile_library(tmp_path / "libfalls.so", [_SOURCES / "constructor.c"])
    done = isolde("call", str(library), "f", "--sig", "void f(void)")
    *frames, last = done.err.splitlines()
    (frame,) = frames
    place = re.fullmatch(r"  #0  (libfalls\.so\+0x[0-9a-f]+)  libfalls\.so  space 'call'", frame)
    assert place is not None
    assert last == (f"isolde: the call crashed: SIGSEGV (address 0x0), in {place[1]}, space 'call'")


def test_a_library_that_is_not_found_is_told_with_where_it_was_looked_for(tmp_path: Path) -> None:
    arguments = ("call", "libnowhere.so.3", "f", "--sig", "int f(void)", "--search-path")
    done = isolde(*arguments, str(tmp_path))
    assert done.status == 1
    assert done.err.startswith("isolde: libnowhere.so.3: not found for space 'call': looked in ")
    assert f"{tmp_path} (search_path)" in done.err
    error = json.loads(isolde(*arguments, str(tmp_path), "--json").out)["error"]
    assert error["file"] == "libnowhere.so.3"
    assert f"{tmp_path} (search_path)" in error["tried"]


def test_a_function_that_the_library_lacks_is_told(faults: str) -> None:
    done = isolde("call", faults, "nothing", "--sig", "int nothing(void)")
    assert (done.status, done.err) == (1, f"isolde: {faults} has no function 'nothing'\n")


@pytest.mark.parametrize(
    ("call", "status", "error"),
    [
        (
            ("leave", "3", "--sig", "void leave(int status)"),
            1,
            {
                "kind": "exit",
                "message": "the call ended its process with exit status 3",
                "exit_status": 3,
            },
        ),
        (
            ("wait_for_ever", "--timeout", "0.2", "--sig", "void wait_for_ever(void)"),
            1,
            {
                "kind": "timeout",
                "message": "the call did not return within 0.2 s and was ended",
                "seconds": 0.2,
            },
        ),
        (
            ("nothing", "--sig", "int nothing(void)"),
            1,
            {"kind": "function", "message": "LIB has no function 'nothing'"},
        ),
        (
            ("divide", "1", "x", "--sig", "int divide(int a, int b)"),
            2,
            {
                "kind": "argument",
                "message": "parameter 'int b': expected a JSON value, @FILE, out or inout:JSON, "
                "got x",
                "parameter": "b",
                "expected": "a JSON value, @FILE, out or inout:JSON",
                "got": "x",
            },
        ),
        (
            ("divide", "--sig", "int labs(int n)"),
            2,
            {
                "kind": "prototype",
                "message": "the prototype declares 'labs', not 'divide': give the one of 'divide'",
            },
        ),
        (
            ("divide",),
            2,
            {
                "kind": "misuse",
                "message": "a shared library does not tell what 'divide' takes: give its C "
                "prototype, for example --sig 'int divide(void)'",
            },
        ),
    ],
)
def test_with_json_every_failure_is_an_object(
    faults: str, call: tuple[str, ...], status: int, error: dict[str, object]
) -> None:
    done = isolde("call", "--json", faults, *call)
    told = {**error, "message": str(error["message"]).replace("LIB", faults)}
    assert json.loads(done.out) == {"error": {"status": status, **told}}
    assert (done.status, done.err) == (status, f"isolde: {told['message']}\n")


def test_with_json_an_option_without_its_value_is_an_object() -> None:
    done = isolde("call", "--json", "libc.so.6", "abs", "--sig")
    assert done.status == 2
    assert json.loads(done.out) == {
        "error": {"kind": "misuse", "status": 2, "message": "Option '--sig' requires an argument."}
    }


_ABS = ("call", "libc.so.6", "abs", "-5", "--sig", "int abs(int n)")


@pytest.mark.parametrize(
    ("call", "before"),
    [
        (_ABS, ""),
        ((*_ABS, "--json"), ""),
        (
            ("call", "libc.so.6", "abs", "--json", "--sig", "int abs(int n)"),
            "isolde: expected 1 argument (int n), got 0\n",
        ),
        (("--version",), ""),
        (("--help",), ""),
    ],
)
def test_an_output_that_takes_no_more_is_told_on_one_line(
    call: tuple[str, ...], before: str
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "isolde.cli", *call],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.stderr == (
        f"{before}isolde: cannot write to standard output: No space left on device\n"
    )
    assert done.returncode == 1


def test_a_variable_is_not_called() -> None:
    done = isolde("call", "libc.so.6", "environ", "--sig", "int environ(void)")
    assert (done.status, done.err) == (1, "isolde: environ is a variable, not a function\n")


# -- misuse: exit code 2 ---------------------------------------------------------------------------


def test_without_a_prototype_it_says_what_to_write(faults: str) -> None:
    done = isolde("call", faults, "addvec", "[1,2]", "[3,4]", "out:int[2]", "2")
    assert done.status == 2
    assert done.err == (
        "isolde: a shared library does not tell what 'addvec' takes: give its C prototype, for "
        "example --sig 'int addvec(const int *a, const int *b, int *c, int d)'\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("abs", "--sig", "int abs(int n)"),
            "expected 1 argument (int n), got 0",
        ),
        (
            ("abs", "1.5", "--sig", "int abs(int n)"),
            "parameter 'int n': expected an integer from -2147483648 to 2147483647, got 1.5",
        ),
        (
            ("abs", "1", "--sig", "int labs(int n)"),
            "the prototype declares 'labs', not 'abs': give the one of 'abs'",
        ),
        (
            ("abs", "1", "--sig", "int abs(num n)"),
            "cannot read the prototype 'int abs(num n)': 'num' is not a type it knows; "
            "declare it first, as in 'typedef int num; ...'",
        ),
        (
            ("puts", "@/nowhere/at/all", "--sig", "int puts(const char *s)"),
            "cannot read the argument '@/nowhere/at/all': No such file or directory",
        ),
        (
            ("abs", "1", "--sgi=x", "--sig", "int abs(int n)"),
            "no such option: --sgi=x; for the text itself write '\"--sgi=x\"'",
        ),
        (
            ("abs", "1", "--sigg", "int abs(int n)"),
            "no such option: --sigg; for the text itself write '\"--sigg\"'",
        ),
        (
            ("abs", "--", "-1", "--sig", "int abs(int n)"),
            "--sig stands before --, after it everything is an argument",
        ),
    ],
)
def test_misuse_says_what_was_expected(arguments: tuple[str, ...], message: str) -> None:
    done = isolde("call", "libc.so.6", *arguments)
    assert (done.status, done.out, done.err) == (2, "", f"isolde: {message}\n")
