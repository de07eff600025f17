"""The program itself: its commands, its start, its exit codes."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

import isolde as package
from isolde.cli._main import COMMANDS
from tests.toolchain import REPOSITORY
from tests.unit.cli.command import isolde

_HEAVY = ("cffi", "msgspec", "pycparser", "rich.table", "starlette", "structlog", "uvicorn")


def test_help_lists_the_commands_that_exist_and_no_other() -> None:
    listed = isolde("--help").out.split("Commands:\n")[1]
    assert re.findall(r"^  (\w+)", listed, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_version(command: str) -> None:
    assert isolde(command, "--help").out.startswith(f"Usage: isolde {command} ")
    assert isolde(command, "--version").out == f"isolde {package.__version__}\n"


def test_the_program_has_a_version() -> None:
    assert isolde("--version").out == f"isolde {package.__version__}\n"


def test_the_package_run_as_a_program_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "isolde", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"isolde {package.__version__}\n"


_METAVARS = re.compile(r"^  (--[a-z-]+ [A-Z]+)\b", re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_has_the_same_placeholder_in_help_and_reference(command: str) -> None:
    reference = (REPOSITORY / "docs" / "reference" / "command-line.md").read_text()
    section = reference.split(f"## isolde {command}\n", 1)[1].split("\n## ", 1)[0]
    documented = re.findall(r"^\| `(--[a-z-]+ [A-Z]+)` ", section, re.MULTILINE)
    assert documented == _METAVARS.findall(isolde(command, "--help").out)


def test_starting_imports_nothing_heavy() -> None:
    program = (
        "import sys, isolde.cli._main\n"
        "try: isolde.cli._main.make_app([])(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {_HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("arguments", [(), ("nothing",), ("call",), ("serve", "/nowhere")])
def test_misuse_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert isolde(*arguments).status == 2


def test_completion_is_offered_for_a_shell() -> None:
    request = {"_ISOLDE_COMPLETE": "complete_bash", "COMP_WORDS": "isolde se", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "isolde.cli"],
        env={**os.environ, **request},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["serve"]
