"""How facts are shown: in a pipe plain, in a terminal with lines, never cut short."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from isolde.report import print_error, print_json, print_table


def test_a_table_in_a_pipe_is_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name", "value"], [["a", 1], ["longer", "x y"]])
    assert capsys.readouterr().out == "name    value\na       1\nlonger  x y\n"


def test_a_title_stands_above(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["n"], [[1]], title="numbers")
    assert capsys.readouterr().out == "numbers\nn\n1\n"


def test_a_table_without_rows_has_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name", "value"], [])
    assert capsys.readouterr().out == "name  value\n"


def test_json_in_a_pipe_is_one_line_and_keeps_letters(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "höll", "none": None})
    assert capsys.readouterr().out == '{"name": "höll", "none": null}\n'


_NAME = r"b'na\xffme'.decode('utf-8', 'surrogateescape')"


def _printed(call: str, **environment: str) -> bytes:
    program = f"from isolde.report import *; {call}"
    done = subprocess.run(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout


def test_bytes_of_a_name_that_are_no_utf_8_are_written_as_they_are() -> None:
    for call in (f"print_text({_NAME} + '\\n')", f"print_table([{_NAME}], [])"):
        assert _printed(call, LC_ALL="C.UTF-8", PYTHONIOENCODING="utf-8:strict") == b"na\xffme\n"


def test_a_letter_that_the_encoding_does_not_have_is_written_by_its_number() -> None:
    assert _printed(r"print_text('\u20ac\n')", PYTHONIOENCODING="ascii:strict") == b"\\u20ac\n"


def test_bytes_that_are_no_utf_8_are_escaped_in_json() -> None:
    shown = _printed(f"print_json([{_NAME}])", PYTHONIOENCODING="utf-8:strict")
    assert shown == b'["na\\udcffme"]\n'


def test_bytes_that_are_no_utf_8_are_escaped_in_a_terminals_table() -> None:
    program = f"from isolde.report import *; print_table(['name'], [[{_NAME}]])"
    assert r"na\xffme" in in_terminal(program, columns=80)


def test_an_error_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    print_error("no such thing")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "isolde: no such thing\n")


def in_terminal(program: str, columns: int) -> str:
    """What PROGRAM writes to a terminal of that width."""
    controller, terminal = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=terminal, stderr=terminal, env=environment
    ):
        os.close(terminal)
        return _read_all(controller)


def _read_all(descriptor: int) -> str:
    pieces = []
    try:
        while piece := os.read(descriptor, 4096):
            pieces.append(piece)
    except OSError:  # how a terminal says that the other side has gone
        pass
    os.close(descriptor)
    return b"".join(pieces).decode()


def test_a_table_in_a_narrow_terminal_loses_no_letter() -> None:
    shown = in_terminal(
        "from isolde.report import print_table; print_table(['a', 'b'], [['x' * 50, 'y' * 50]])",
        columns=40,
    )
    assert (shown.count("x"), shown.count("y")) == (50, 50)


def test_json_in_a_terminal_is_indented() -> None:
    shown = in_terminal("from isolde.report import print_json; print_json({'a': 1})", columns=80)
    assert shown.split() == ["{", '"a":', "1", "}"]
    assert len(shown.splitlines()) == 3
