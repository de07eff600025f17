"""What one process has worked out serves the next, and is never believed without reason."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.toolchain import compile_library, compile_object, link_with_libisolde

SOURCES = Path(__file__).parent / "folder"
_DEADLINE_S = 20.0
_LIMIT = 64 << 20
_SETTLED_S = 0.1  # more than core/replay.c asks for


def _build_program(output: Path, *sources: str) -> Path:
    """Build a program, whose file is old enough to be believed when it starts."""
    compile_object(output, [SOURCES / source for source in sources], link_with_libisolde())
    while time.time() - output.stat().st_ctime < _SETTLED_S:
        pass
    return output


@pytest.fixture(scope="module")
def opens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build_program(tmp_path_factory.mktemp("opens") / "opens", "opens.c")


def _build(folder: Path, value: int, name: str = "liblow.so", *flags: str) -> Path:
    return compile_library(
        folder / name, [SOURCES / "low.c"], [f"-DVALUE={value}", "-Wl,-soname,liblow.so", *flags]
    )


@pytest.fixture
def library(tmp_path: Path) -> Path:
    low = _build(tmp_path, 1)
    return compile_library(
        tmp_path / "libtop.so", [SOURCES / "top.c"], [str(low), "-Wl,-rpath,$ORIGIN"]
    )


def _answer_for(value: int) -> str:
    total = value + 10 * (value + 1)
    for called, length in ((2, 3), (3, 5), (2, 5)):
        total = total * 10 + value + called + length
    return str(total)


class Opener:
    """A program that opens the library in a new process whenever it is asked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self) -> str:
        """Open it once; return its answer, or what went wrong."""
        to, answers = self._process.stdin, self._process.stdout
        assert to is not None
        assert answers is not None
        to.write("\n")
        to.flush()
        return answers.readline().strip()


@contextmanager
def _opener(opens: Path, library: Path, *arguments: str, **environment: str) -> Iterator[Opener]:
    plain = {k: v for k, v in os.environ.items() if k not in ("ISOLDE_CACHE", "XDG_CACHE_HOME")}
    process = subprocess.Popen(
        [str(opens), str(library), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**plain, **environment},
    )
    with process:
        yield Opener(process)
        assert process.stdin is not None
        process.stdin.close()


def _recipes(folder: Path) -> dict[str, int]:
    """The files that are left, by name, and their inodes, which a new file would change."""
    return {p.name: p.stat().st_ino for p in folder.glob("*.recipe")}


def _fill(opener: Opener, folder: Path, count: int = 2) -> dict[str, int]:
    """Open until as many files are left: what was made a moment ago is not believed yet."""
    end = time.monotonic() + _DEADLINE_S
    while len(_recipes(folder)) < count:
        assert opener.ask() == _answer_for(1)
        assert time.monotonic() < end, sorted(folder.glob("*"))
    return _recipes(folder)


def test_what_one_process_leaves_the_next_one_uses(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recipes"
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        left = _fill(opener, folder)
        assert opener.ask() == _answer_for(1)
        assert _recipes(folder) == left
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o600}


def test_what_was_left_serves_whatever_the_host_has_loaded_unless_the_space_sees_it(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recipes"
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        left = _fill(opener, folder)
    with _opener(opens, library, "beside", ISOLDE_CACHE=str(folder)) as opener:
        assert opener.ask() == _answer_for(1)
    assert left.items() <= _recipes(folder).items()


def test_what_was_left_serves_a_space_that_sees_all_of_the_host(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recipes"
    with _opener(opens, library, "host", ISOLDE_CACHE=str(folder)) as opener:
        left = _fill(opener, folder)
        assert opener.ask() == _answer_for(1)
        assert _recipes(folder) == left


@pytest.mark.parametrize("wish", ["", "0", "recipes", "yes"])
def test_nothing_is_left_where_no_folder_is_named(
    opens: Path, library: Path, tmp_path: Path, wish: str
) -> None:
    with _opener(opens, library, ISOLDE_CACHE=wish, HOME=str(tmp_path / "home")) as opener:
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            assert opener.ask() == _answer_for(1)
    assert not (tmp_path / "home").exists()
    assert not list(tmp_path.rglob("*.recipe"))


@pytest.mark.parametrize(
    ("variable", "folder"), [("XDG_CACHE_HOME", "isolde"), ("HOME", ".cache/isolde")]
)
def test_the_default_folder_is_the_users_cache(
    opens: Path, library: Path, tmp_path: Path, variable: str, folder: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with _opener(opens, library, ISOLDE_CACHE="1", **{variable: str(home)}) as opener:
        _fill(opener, home / folder)


def test_without_a_home_nothing_is_left(opens: Path, library: Path) -> None:
    with _opener(opens, library, ISOLDE_CACHE="1", HOME="") as opener:
        assert opener.ask() == _answer_for(1)


def test_a_replaced_library_is_resolved_anew_and_what_was_left_serves_again_when_it_is_back(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder, low = tmp_path / "recipes", tmp_path / "liblow.so"
    other = _build(tmp_path, 4, "libother.so")
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        _fill(opener, folder)
        low.rename(tmp_path / "old.so")
        other.rename(low)
        assert opener.ask() == _answer_for(4)
        end = time.monotonic() + _DEADLINE_S
        while len(_recipes(folder)) < 4 and time.monotonic() < end:
            assert opener.ask() == _answer_for(4)
        low.rename(other)
        (tmp_path / "old.so").rename(low)
        assert opener.ask() == _answer_for(1)


def test_a_library_that_is_changed_in_place_is_resolved_anew(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder, low = tmp_path / "recipes", tmp_path / "liblow.so"
    other = _build(tmp_path, 6, "libother.so")
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        _fill(opener, folder)
        with low.open("r+b") as file:
            file.write(other.read_bytes())
        assert opener.ask() == _answer_for(6)


@pytest.mark.parametrize("linked", ["-Wl,--build-id", "-Wl,--build-id=none"])
def test_a_file_of_the_same_size_and_times_is_told_by_its_content(
    library: Path, tmp_path: Path, linked: str
) -> None:
    opens = _build_program(tmp_path / "opens", "opens.c", "times.c")
    folder = tmp_path / "recipes"
    low = _build(tmp_path, 1, "liblow.so", linked)
    other = _build(tmp_path, 1, "libother.so", linked, "-DSWAPPED")
    assert low.stat().st_size == other.stat().st_size
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        left = _fill(opener, folder)
        assert opener.ask() == _answer_for(1)
        assert _recipes(folder) == left
        with low.open("r+b") as file:
            file.write(other.read_bytes())
        assert opener.ask() == _answer_for(1)


def _damaged(original: bytes) -> Iterator[bytes]:
    for size in range(0, len(original), 8):
        yield original[:size]
    yield original + bytes(8)
    yield b""
    chance = random.Random(1)
    for at in range(0, len(original), 5):
        damaged = bytearray(original)
        damaged[at] ^= 1 << chance.randrange(8)
        yield bytes(damaged)


def test_a_damaged_file_is_ignored_and_replaced(opens: Path, library: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recipes"
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        names = _fill(opener, folder)
        originals = {name: (folder / name).read_bytes() for name in names}
        for name, original in originals.items():
            for damaged in _damaged(original):
                (folder / name).write_bytes(damaged)
                assert opener.ask() == _answer_for(1)
                assert (folder / name).read_bytes() == original
    assert set(_recipes(folder)) == set(names)


def test_a_file_of_another_recipe_is_ignored(opens: Path, library: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recipes"
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        one, other = sorted(_fill(opener, folder))
        first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
        (folder / one).write_bytes(second)
        (folder / other).write_bytes(first)
        assert opener.ask() == _answer_for(1)
        assert (folder / one).read_bytes() == first


@pytest.mark.parametrize("mode", [0o622, 0o602, 0o620])
def test_a_file_that_others_can_write_to_is_replaced(
    opens: Path, library: Path, tmp_path: Path, mode: int
) -> None:
    folder = tmp_path / "recipes"
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        before = _fill(opener, folder)
        for name in before:
            (folder / name).chmod(mode)
        assert opener.ask() == _answer_for(1)
        after = _recipes(folder)
    assert all(before[name] != after[name] for name in before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_another_users_file_is_replaced_and_another_users_folder_left_alone(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recipes"
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        before = _fill(opener, folder)
        for name in before:
            os.chown(folder / name, 12345, -1)
        assert opener.ask() == _answer_for(1)
        after = _recipes(folder)
        assert all(before[name] != after[name] for name in before)
        for name in after:
            (folder / name).unlink()
        os.chown(folder, 12345, -1)
        assert opener.ask() == _answer_for(1)
    assert _recipes(folder) == {}


def test_a_folder_that_others_can_write_to_is_left_alone(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recipes"
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        for name in _fill(opener, folder):
            (folder / name).unlink()
        folder.chmod(0o777)
        assert opener.ask() == _answer_for(1)
    assert _recipes(folder) == {}


def test_a_symbolic_link_is_not_followed_but_replaced(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recipes"
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        names = _fill(opener, folder)
        for name in names:
            (folder / name).rename(tmp_path / name)
            (folder / name).symlink_to(tmp_path / name)
        assert opener.ask() == _answer_for(1)
    assert not any((folder / name).is_symlink() for name in names)


def test_a_folder_that_cannot_be_made_is_no_failure(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with _opener(opens, library, ISOLDE_CACHE=str(tmp_path / "file" / "recipes")) as opener:
        assert opener.ask() == _answer_for(1)


def test_a_full_disk_is_no_failure_and_leaves_nothing_behind(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recipes"
    folder.mkdir(0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k,mode=0700", "none", str(folder)]
    script = f"{' '.join(mount)} && echo | {opens} {library} && ls -A {folder} | wc -l"
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("only root mounts")
    with _opener(opens, library, ISOLDE_CACHE=str(tmp_path / "first")) as opener:
        _fill(opener, tmp_path / "first")
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ISOLDE_CACHE": str(folder)},
    )
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip(f"nothing can be mounted here: {done.stderr}")
    answer, left = done.stdout.split()
    assert answer == _answer_for(1)
    assert int(left) <= 1, "of two files of less than a page at most one has room"


def test_a_process_that_may_write_no_large_files_survives(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recipes"
    script = f"ulimit -f 0; echo | {opens} {library} | cat"
    with _opener(opens, library, ISOLDE_CACHE=str(tmp_path / "first")) as opener:
        _fill(opener, tmp_path / "first")
    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "ISOLDE_CACHE": str(folder)},
    )
    assert done.stdout.strip() == _answer_for(1)


def test_processes_that_write_at_once_leave_whole_files(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recipes"
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        left = _fill(opener, folder)
        originals = {name: (folder / name).read_bytes() for name in left}
        command = [str(opens), str(library)]
        environment = {**os.environ, "ISOLDE_CACHE": str(folder)}
        for _ in range(5):
            shutil.rmtree(folder)
            crowd = [
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=environment,
                )
                for _ in range(6)
            ]
            answers = [process.communicate("\n" * 5)[0].split() for process in crowd]
            assert answers == [[_answer_for(1)] * 5] * len(crowd)
            assert {p.name: p.read_bytes() for p in folder.iterdir()} == originals
        assert opener.ask() == _answer_for(1)


def test_the_oldest_go_when_the_folder_has_grown_too_large(
    opens: Path, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recipes"
    folder.mkdir(0o700)
    for i in range(70):
        old = folder / f"{i:032x}.recipe"
        with old.open("wb") as file:
            file.truncate(1 << 20)
        os.utime(old, (1_000_000_000 + i, 1_000_000_000 + i))
    (folder / "README").write_text("not ours")
    with _opener(opens, library, ISOLDE_CACHE=str(folder)) as opener:
        end = time.monotonic() + _DEADLINE_S
        while f"{0:032x}.recipe" in _recipes(folder) and time.monotonic() < end:
            assert opener.ask() == _answer_for(1)
    left = sorted(_recipes(folder))
    assert sum((folder / name).stat().st_size for name in left) <= _LIMIT
    assert f"{69:032x}.recipe" in left
    assert f"{5:032x}.recipe" not in left
    assert (folder / "README").exists()
