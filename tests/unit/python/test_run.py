"""Space.run: a program's status, arguments and environment, and how it shares the process."""

from __future__ import annotations

import errno
import os
import shutil
import struct
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import isolde
from tests.toolchain import compile_object
from tests.unit.python.conftest import SOURCES
from tests.unit.python.fresh_python import printed_by


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A position-independent executable that does what its first argument says."""
    return compile_object(tmp_path_factory.mktemp("program") / "program", [SOURCES / "program.c"])


@pytest.fixture
def pipes() -> Iterator[tuple[int, int, int, int]]:
    """Two pipes: from the program, to the program; each read end first."""
    ends = (*os.pipe(), *os.pipe())
    yield ends
    for end in ends:
        os.close(end)


class _Waiting:
    """A run, in a thread, of a program that waits until it is released."""

    def __init__(self, space: isolde.Space, program: Path, pipes: tuple[int, int, int, int]):
        self._told, tell, answer, self._release = pipes
        arguments = ["wait", str(tell), str(answer)]
        self.status = 0
        self._thread = threading.Thread(target=self._run, args=(space, program, arguments))

    def _run(self, space: isolde.Space, program: Path, arguments: list[str]) -> None:
        self.status = space.run(program, arguments)

    def __enter__(self) -> _Waiting:
        self._thread.start()
        os.read(self._told, 1)
        return self

    def __exit__(self, *exception: object) -> None:
        os.write(self._release, b"x")
        self._thread.join()


def _is_fixed(file: str) -> bool:
    """Whether an executable is linked for addresses of its own."""
    with open(file, "rb") as opened:  # noqa: PTH123
        return bool(struct.unpack_from("<H", opened.read(18), 16)[0] == 2)


# -- status, arguments, environment ---------------------------------------------------------------


def test_the_status_is_what_main_returns(space: isolde.Space, program: Path) -> None:
    assert space.run(program, ["one", b"two", Path("three")]) == 4


def test_abort_is_minus_six_and_the_host_goes_on(space: isolde.Space, program: Path) -> None:
    assert space.run(program, ["abort"]) == -6


def test_each_run_starts_afresh(space: isolde.Space, program: Path) -> None:
    assert [space.run(program, ["count"]) for _ in range(3)] == [1, 1, 1]


def test_nothing_of_it_is_mapped_afterwards(space: isolde.Space, program: Path) -> None:
    space.run(program)
    assert space.images == []


def test_the_file_as_given_is_its_argument_zero(program: Path) -> None:
    source = """
    import isolde, os, sys
    os.chdir(sys.argv[1])
    isolde.Space().run("./program", ["print", "", "two words"])
    """
    assert printed_by(source, program.parent) == "[./program][print][][two words]"


def test_a_bare_name_is_looked_for_in_path(program: Path) -> None:
    source = "import isolde; isolde.Space().run('program', ['print'])"
    assert printed_by(source, PATH=f"/nowhere:{program.parent}") == "[program][print]"


def test_env_is_its_whole_environment_and_not_the_hosts(program: Path) -> None:
    source = """
    import isolde, os, sys
    space = isolde.Space()
    os.environ["GIVEN"] = "host"
    for env in (None, {"GIVEN": "own"}, {b"OTHER": b"x"}, {}):
        space.run(sys.argv[1], ["getenv", "GIVEN"], env=env)
    print(os.environ["GIVEN"])
    """
    assert printed_by(source, program).split() == ["host", "own", "(unset)", "(unset)", "host"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"args": "word"},
            TypeError,
            "args must be an iterable of str, bytes or os.PathLike, not a single str",
        ),
        (
            {"args": [1]},
            TypeError,
            "args must be an iterable of str, bytes or os.PathLike, and one of them is int",
        ),
        (
            {"args": ["a\0b"]},
            ValueError,
            "an argument or variable must not contain a NUL byte: 'a\\x00b'",
        ),
        (
            {"env": ["A=B"]},
            TypeError,
            "env must be a mapping of names to values (str, bytes or os.PathLike), or None, "
            "not list",
        ),
        ({"env": {"A=B": ""}}, ValueError, "a variable's name must not contain '=': 'A=B'"),
        ({"env": {"": "x"}}, ValueError, "a variable's name must not be empty"),
    ],
)
def test_unsuitable_arguments(
    space: isolde.Space, arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        space.run("true", **arguments)  # type: ignore[arg-type]
    assert str(raised.value) == message


def test_a_file_must_be_a_name_or_path(space: isolde.Space) -> None:
    with pytest.raises(TypeError) as raised:
        space.run(7)  # type: ignore[arg-type]
    assert str(raised.value) == (
        "a program must be a name or path (str, bytes or os.PathLike), not int"
    )


# -- refusals --------------------------------------------------------------------------------------


def test_a_library_is_no_program(space: isolde.Space, libraries: Path) -> None:
    library = libraries / "libcounter.so"
    with pytest.raises(isolde.LoadError) as raised:
        space.run(library)
    assert str(raised.value) == (
        f"{library}: not a program but a shared library, or a statically linked program "
        "(no PT_INTERP)"
    )
    assert raised.value.errno == errno.ENOEXEC
    assert raised.value.file == str(library)


def test_a_name_that_path_does_not_hold(space: isolde.Space) -> None:
    with pytest.raises(isolde.LoadError) as raised:
        space.run("no-such-program")
    assert str(raised.value) == (
        f"no-such-program: no such program in PATH, to run in space '{space.name}'; give its path"
    )
    assert raised.value.errno == errno.ENOENT
    first = os.environ["PATH"].split(":")[0]
    assert raised.value.tried[0] == f"{first}/no-such-program (PATH)"


def test_a_closed_space_runs_nothing(program: Path) -> None:
    space = isolde.Space("gone")
    space.close()
    with pytest.raises(isolde.ClosedError, match="space 'gone' is closed"):
        space.run(program)


def test_a_program_cannot_be_loaded(space: isolde.Space, program: Path) -> None:
    with pytest.raises(isolde.LoadError) as raised:
        space.load(program)
    assert str(raised.value) == (
        f"{program}: cannot dynamically load position-independent executable"
    )


# -- beside others ---------------------------------------------------------------------------------


def test_other_threads_of_python_run_meanwhile(
    space: isolde.Space, program: Path, pipes: tuple[int, int, int, int]
) -> None:
    with _Waiting(space, program, pipes) as waiting:
        assert waiting.status == 0
    assert waiting.status == 4


def test_a_running_program_keeps_its_space_open(
    space: isolde.Space, program: Path, pipes: tuple[int, int, int, int]
) -> None:
    with _Waiting(space, program, pipes), pytest.raises(isolde.BusyError) as raised:
        space.close()
    assert str(raised.value) == f"space '{space.name}' is in use: 1 call is running inside it"


def test_one_program_at_a_time_runs_in_a_space(
    space: isolde.Space, program: Path, pipes: tuple[int, int, int, int]
) -> None:
    with _Waiting(space, program, pipes), pytest.raises(isolde.BusyError) as raised:
        space.run(program)
    assert str(raised.value) == f"space '{space.name}' runs {program} already"


def test_programs_run_at_once_in_two_spaces(
    space: isolde.Space, program: Path, pipes: tuple[int, int, int, int]
) -> None:
    with _Waiting(space, program, pipes) as waiting, isolde.Space() as other:
        assert other.run(program, ["count"]) == 1
        assert waiting.status == 0


def test_a_run_is_an_audit_event(program: Path) -> None:
    source = """
    import isolde, sys
    sys.addaudithook(lambda event, args: event == "isolde.run" and print(args))
    isolde.Space().run(sys.argv[1])
    """
    assert printed_by(source, program) == f"('{program}',)"


# -- programs of the system ------------------------------------------------------------------------


def _of_the_system(name: str) -> str:
    found = shutil.which(name, path="/usr/bin:/bin")
    if found is None:
        pytest.skip(f"no {name} in /usr/bin")
    return found


@pytest.mark.parametrize(
    ("name", "arguments", "printed"),
    [
        ("true", [], "0\n0"),
        ("false", [], "1\n1"),
        ("echo", ["hello", "there"], "hello there\n0\nhello there\n0"),
        ("sort", ["-r", "input"], "b\na\n0\nb\na\n0"),
        ("gzip", ["-kf", "input"], "0\n0"),
        ("ls", ["input"], "input\n0\ninput\n0"),
        ("ls", ["missing"], "2\n2"),
        ("sh", ["-c", "echo $0; exit 7"], "sh\n7\nsh\n7"),
        ("env", ["-i", "A=b", "sh", "-c", "echo $A"], "b\n0\nb\n0"),
        ("python3", ["-c", "import json, sys; print(json.dumps(sys.argv))"], '["-c"]\n0\n' * 2),
    ],
)
def test_programs_of_the_system_run_twice(
    name: str, arguments: list[str], printed: str, tmp_path: Path
) -> None:
    file = _of_the_system(name)
    if _is_fixed(file) and _is_fixed(sys.executable):
        pytest.skip(f"{file} and this Python are linked for the same addresses")
    (tmp_path / "input").write_text("a\nb\n")
    source = """
    import isolde, os, sys
    os.chdir(sys.argv[1])
    space = isolde.Space()
    for _ in range(2):
        print(space.run(*sys.argv[2:3], sys.argv[3:]), flush=True)
    """
    expected = printed.replace("sh\n", f"{file}\n") if name == "sh" else printed
    assert printed_by(source, tmp_path, file, *arguments) == expected.strip()
