"""Where the words of `isolde python` go: our options, Python's own, the script's."""

from __future__ import annotations

import pytest

from isolde.cli._python_line import PythonLine


@pytest.mark.parametrize(
    ("words", "ours", "theirs"),
    [
        ("script.py --venv x", "", "script.py --venv x"),
        ("--venv x script.py", "--venv x", "script.py"),
        ("--venv=x=y -O script.py -h", "--venv x=y", "-O script.py -h"),
        ("-O --isolate a -m mod --isolate b", "--isolate a", "-O -m mod --isolate b"),
        ("-X --venv --venv x s.py", "--venv x", "-X --venv s.py"),
        ("-uW --list --list", "--list", "-uW --list"),
        ("-Wx --list", "--list", "-Wx"),
        ("-c --list --list", "", "-c --list --list"),
        ("-uc --list", "", "-uc --list"),
        ("-mx --list", "", "-mx --list"),
        ("- --list", "", "- --list"),
        ("-- --list", "", "-- --list"),
        ("--check-hash-based-pycs --list --json", "--json", "--check-hash-based-pycs --list"),
        ("--help-env -h", "-h", "--help-env"),
        ("-i -q", "", "-i -q"),
        ("--python", "--python", ""),
        ("-W", "", "-W"),
        ("", "", ""),
    ],
)
def test_each_word_goes_to_whom_it_is_for(words: str, ours: str, theirs: str) -> None:
    line = PythonLine(words.split())
    assert (list(line.ours()), line.arguments) == (ours.split(), theirs.split())


@pytest.mark.parametrize(
    ("words", "option"),
    [("-I s.py", "-I"), ("-uBE s.py", "-E"), ("-S -I", "-S"), ("-X E s.py", ""), ("-c -I", "")],
)
def test_options_that_turn_hooks_off_are_known(words: str, option: str) -> None:
    assert PythonLine(words.split()).hookless == option
