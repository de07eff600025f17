"""`isolde ps` as a shell meets it: what it prints, says and exits with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toolchain import REPOSITORY, compile_library
from tests.unit.cli.command import isolde

_NO_PROCESS = 1 << 22  # the kernel's numbers end before

_HOLD = """
import isolde, sys
space = isolde.Space("held"), isolde.Space("held")
for each in space:
    each.load(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_library(tmp_path_factory.mktemp("held") / "libheld.so", [])


@pytest.fixture(scope="module")
def stale(library: Path) -> Iterator[int]:
    """A process with two spaces in which a library is that is not on disk any more."""
    with _held(library) as child:
        library.unlink()
        yield child.pid
        child.communicate()


@pytest.fixture(scope="module")
def fresh() -> Iterator[int]:
    with _held(Path("libz.so.1")) as child:
        yield child.pid
        child.communicate()


def _held(library: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(library)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def test_the_objects_of_a_process_are_a_table(fresh: int) -> None:
    done = isolde("ps", str(fresh))
    title, heads, *rows = done.out.splitlines()
    assert (done.status, done.err) == (0, "")
    assert re.fullmatch(rf"process {fresh}: /.+; \d+ objects, 3 link maps, 2 spaces", title)
    assert re.split(r"\s\s+", heads) == [
        "NAMESPACE", "BASE", "KIB", "STATE", "BUILD-ID", "SONAME", "PATH",
    ]  # fmt: skip
    names = [row.split("  ")[0] for row in rows]
    assert list(dict.fromkeys(names)) == ["main", "space held #1", "space held #2"]
    assert rows[-1].endswith(os.path.realpath(rows[-1].split()[-1]))


def test_deleted_exits_1_if_anything_is(stale: int, library: Path) -> None:
    done = isolde("ps", "--deleted", str(stale))
    title, _, *rows = done.out.splitlines()
    assert done.status == 1
    assert title == (
        "1 of 1 process with deleted or replaced files: restart what should use what is on disk now"
    )
    assert [re.split(r"\s\s+", row)[-3:] for row in rows] == [
        ["space held #1", "deleted", str(library)],
        ["space held #2", "deleted", str(library)],
    ]


def test_deleted_exits_0_if_nothing_is(fresh: int) -> None:
    done = isolde("ps", "--deleted", str(fresh))
    assert (done.status, done.out) == (0, "0 of 1 process with deleted or replaced files\n")


def test_all_processes_are_asked_what_is_deleted(stale: int, fresh: int) -> None:
    done = isolde("ps", "--deleted", "--json")
    found = {each["pid"]: each for each in json.loads(done.out)["processes"]}
    assert done.status == 1
    assert stale in found
    assert fresh not in found
    assert [each["name"] for each in found[stale]["namespaces"]] == ["held", "held"]


def test_without_a_number_notable_processes_are_listed(stale: int, fresh: int) -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as plain:
        some, every = isolde("ps"), isolde("ps", "--all")
        plain.communicate()
    listed = [[line.split()[0] for line in done.out.splitlines()] for done in (some, every)]
    assert {str(stale), str(fresh)} <= set(listed[0])
    assert str(plain.pid) not in listed[0]
    assert {str(stale), str(fresh), str(plain.pid)} <= set(listed[1])
    row = next(line.split() for line in some.out.splitlines() if line.startswith(f"{stale} "))
    assert row[3:5] == ["3", "2"]
    assert row[6:] == ["2", "0"]
    assert re.match(
        r"\d+ of \d+ processes with several link maps, Isolde, or deleted or replaced files\n",
        some.out,
    )
    assert re.match(r"\d+ processes\n", every.out)


def test_a_number_that_cannot_be_read_does_not_hide_the_others(fresh: int) -> None:
    done = isolde("ps", str(_NO_PROCESS), str(fresh))
    assert done.status == 1
    assert done.err == f"isolde: no such process: {_NO_PROCESS}\n"
    assert f"process {fresh}:" in done.out
    told = json.loads(isolde("ps", "--json", str(_NO_PROCESS), str(fresh)).out)
    assert told["refused"] == [{"pid": _NO_PROCESS, "reason": f"no such process: {_NO_PROCESS}"}]
    assert [each["pid"] for each in told["processes"]] == [fresh]


@pytest.mark.parametrize("number", [_NO_PROCESS, 10**30])
def test_one_number_that_cannot_be_read_is_the_error(number: int) -> None:
    done = isolde("ps", str(number))
    assert (done.status, done.out) == (1, "")
    assert done.err == f"isolde: no such process: {number}\n"


@pytest.mark.parametrize("words", [(), ("--deleted",)])
def test_in_json_one_number_that_cannot_be_read_stands_in_refused(words: tuple[str, ...]) -> None:
    done = isolde("ps", "--json", *words, str(_NO_PROCESS))
    reason = f"no such process: {_NO_PROCESS}"
    assert (done.status, done.err) == (1, f"isolde: {reason}\n")
    told = json.loads(done.out)
    assert (told["processes"], told["read"]) == ([], 0)
    assert told["refused"] == [{"pid": _NO_PROCESS, "reason": reason}]


@pytest.mark.parametrize(
    "word", ["python3", "0", "1.5", "٣", "9" * 5000], ids=lambda word: word[:7]
)
def test_a_word_that_is_no_number_is_misuse(word: str) -> None:
    done = isolde("ps", word)
    assert done.status == 2
    assert done.err == (
        f"isolde: '{word}' is no process number: `pidof NAME` gives those of a program\n"
    )


def test_all_with_a_number_is_misuse() -> None:
    done = isolde("ps", "--all", "1")
    assert done.status == 2
    assert done.err == "isolde: --all lists processes; it makes no sense with a PID\n"


def _documented(heading: str) -> set[str]:
    page = (REPOSITORY / "docs" / "reference" / "json.md").read_text()
    section = re.split(r"\n#+ ", page.split(f"# {heading}\n", 1)[1])[0]
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_json_has_exactly_the_documented_fields(stale: int) -> None:
    detail = json.loads(isolde("ps", "--json", str(stale)).out)
    summary = json.loads(isolde("ps", "--json").out)
    (process,) = detail["processes"]
    objects = [each for namespace in process["namespaces"] for each in namespace["objects"]]
    assert set(detail) == set(summary) == _documented("isolde ps")
    assert set(process) == _documented("A process of isolde ps")
    for namespace in process["namespaces"]:
        assert set(namespace) == _documented("A namespace of isolde ps")
    for each in objects:
        assert set(each) == _documented("An object of isolde ps")
    for each in summary["processes"]:
        assert set(each) == _documented("A process in numbers")
