"""`isolde ar` leaves the same archives as GNU `ar`, prints the same lines, and ld takes them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import require_tool
from tests.unit.docs.json_reference import documented_fields, fields_of

ISOLDE = [sys.executable, "-m", "isolde.cli", "ar"]

_SOURCES = {
    "a.c": "int a_data = 3; int common; __attribute__((weak)) int weak(void) { return 1; }\n"
    "static int own(void) { return 2; } int a(void) { return own(); }\n",
    "b.c": "extern int a(void); int b_with_a_name(void) { return a(); }\n",
    "empty.c": "",
}


def _run(tool: list[str], *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*tool, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=60,
        check=False,
        env={**os.environ, "TZ": "UTC"},
    )


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of objects and other files that archives are made of."""
    folder = tmp_path_factory.mktemp("ar")
    gcc = require_tool("gcc")
    for name, source in _SOURCES.items():
        (folder / name).write_text(source)
        done = _run([gcc], "-c", "-g", "-fcommon", name, folder=folder)
        assert done.returncode == 0, done.stderr
        (folder / name).unlink()
    _run([gcc], "-c", "-m32", "-x", "c", "-o", "a32.o", "/dev/null", folder=folder)
    for name in ("fifteen_chars.o", "sixteen_chars__.o", "a_much_longer_name.o", "a b.o"):
        shutil.copy(folder / "b.o", folder / name)
    (folder / "odd.txt").write_bytes(b"odd")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "cut.o").write_bytes((folder / "a.o").read_bytes()[:100])
    (folder / "deeper").mkdir()
    shutil.copy(folder / "b.o", folder / "deeper" / "c.o")
    for number, path in enumerate(sorted(folder.rglob("*"))):
        if path.is_file():
            os.utime(path, (1_600_000_000 + number, 1_600_000_000 + number))
    return folder


# One archive's life a row: each step is one command line.
LIVES = {
    "made": ["rcs l.a a.o b.o"],
    "made of long names": ["rc l.a fifteen_chars.o sixteen_chars__.o a_much_longer_name.o b.o"],
    "names of even and odd length": ["rc l.a a_much_longer_name.o", "r l.a sixteen_chars__.o"],
    "odd and empty members": ["rc l.a odd.txt empty.txt a.o"],
    "without an object no index": ["rcs l.a odd.txt empty.txt"],
    "an object that defines nothing": ["rcs l.a empty.o"],
    "without an index": ["rcS l.a a.o b.o"],
    "an index is kept away": ["rcS l.a a.o", "rS l.a b.o"],
    "an index is added": ["rcS l.a a.o", "s l.a"],
    "an index is taken away": ["rc l.a a.o", "rS l.a b.o"],
    "of nothing": ["rc l.a"],
    "with a dash": ["-rcs l.a a.o"],
    "with many dashes": ["-r -c -s l.a a.o"],
    "a blank in a name": ["rc l.a deeper/c.o", "tv l.a"],
    "told while made": ["rcv l.a a.o b.o", "rv l.a b.o odd.txt"],
    "one file twice": ["rc l.a a.o b.o a.o", "rv l.a a.o a.o a.o"],
    "appended": ["qcv l.a a.o", "qv l.a a.o b.o"],
    "before": ["rc l.a a.o b.o odd.txt", "rbv b.o l.a empty.txt empty.o", "t l.a"],
    "inserted": ["rc l.a a.o b.o odd.txt", "riv odd.txt l.a a.o", "t l.a"],
    "after": ["rc l.a a.o b.o odd.txt", "rav a.o l.a empty.txt empty.o", "t l.a"],
    "after one that is not there": ["rc l.a a.o b.o", "rav none.o l.a odd.txt", "t l.a"],
    "deleted": ["rc l.a a.o b.o odd.txt", "dv l.a b.o", "dv l.a a.o odd.txt"],
    "deleted in vain": ["rc l.a a.o", "dv l.a none.o", "d l.a none.o"],
    "deleted by number": ["qc l.a a.o b.o a.o odd.txt a.o", "dvN 2 l.a a.o", "t l.a"],
    "deleted by the path": ["rc l.a a.o b.o", "dv l.a deeper/b.o", "t l.a"],
    "moved": ["rc l.a a.o b.o odd.txt", "mv l.a a.o", "t l.a", "m l.a b.o odd.txt"],
    "moved before": ["rc l.a a.o b.o odd.txt", "mbv a.o l.a odd.txt", "t l.a"],
    "moved after": ["rc l.a a.o b.o odd.txt", "mav b.o l.a a.o", "t l.a"],
    "times and owners": ["rcUS l.a a.o odd.txt", "tv l.a"],
    "only newer": ["rcUS l.a b.o odd.txt", "ruUSv l.a odd.txt b.o", "tv l.a"],
    "listed": ["rc l.a a.o b.o odd.txt", "t l.a", "tv l.a", "tO l.a", "tvO l.a"],
    "listed in part": ["rc l.a a.o b.o odd.txt", "t l.a odd.txt a.o", "tv l.a b.o"],
    "one of two of a name": ["qc l.a a.o b.o a.o", "tO l.a a.o", "tO l.a a.o a.o"],
    "printed": ["rc l.a odd.txt empty.txt", "p l.a", "p l.a odd.txt", "pv l.a"],
    "extracted": ["rc l.a odd.txt a.o", "xv l.a", "xv l.a a.o"],
    "extracted by number": ["qc l.a odd.txt a.o odd.txt", "xvN 2 l.a odd.txt"],
    "extracted with times": ["rcU l.a odd.txt", "xo l.a"],
    "thin": ["rcT l.a a.o deeper/c.o odd.txt", "t l.a", "tv l.a", "tO l.a", "p l.a odd.txt"],
    "thin, changed": ["rcT l.a a.o deeper/c.o odd.txt", "d l.a a.o", "rT l.a b.o", "t l.a"],
    "thin, of an archive": ["rc in.a a.o deeper/c.o", "rcT l.a b.o in.a", "tv l.a", "tO l.a"],
    "thin, of an archive, changed": ["rc in.a a.o b.o", "rcT l.a in.a", "rT l.a odd.txt", "t l.a"],
    "thin, in another folder": ["rcT deeper/l.a a.o deeper/c.o", "t deeper/l.a"],
    "thin from the start": ["rc --thin l.a a.o", "t l.a"],
}


@pytest.mark.parametrize("life", LIVES)
def test_archives_are_gnus_byte_for_byte(life: str, files: Path, tmp_path: Path) -> None:
    folders = {"gnu": tmp_path / "gnu", "isolde": tmp_path / "isolde"}
    tools = {"gnu": [require_tool("ar")], "isolde": ISOLDE}
    for folder in folders.values():
        shutil.copytree(files, folder)
    for step in LIVES[life]:
        done = {
            name: _run(tools[name], *step.split(), folder=folder)
            for name, folder in folders.items()
        }
        assert done["isolde"].stdout == done["gnu"].stdout, step
        assert done["isolde"].returncode == done["gnu"].returncode, done["isolde"].stderr
        assert _contents(folders["isolde"]) == _contents(folders["gnu"]), step


def test_an_object_that_is_cut_short_is_kept_and_not_indexed(files: Path, tmp_path: Path) -> None:
    names = [str(files / name) for name in ("cut.o", "a.o")]
    _run([require_tool("ar")], "rc", "gnu.a", *names, folder=tmp_path)
    done = _run(ISOLDE, "rc", "isolde.a", *names, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "isolde.a").read_bytes() == (tmp_path / "gnu.a").read_bytes()


def test_ld_takes_members_by_the_index(files: Path, tmp_path: Path) -> None:
    _run(ISOLDE, "rc", "libab.a", *(str(files / name) for name in ("a.o", "b.o")), folder=tmp_path)
    (tmp_path / "main.c").write_text(
        "int b_with_a_name(void); int main(void) { return b_with_a_name(); }"
    )
    gcc = [require_tool("gcc")]
    linked = _run(gcc, "main.c", "libab.a", "-o", "main", folder=tmp_path)
    assert linked.returncode == 0, linked.stderr
    assert _run(["./main"], folder=tmp_path).returncode == 2


def test_an_update_that_fails_leaves_the_archive_as_it_was(files: Path, tmp_path: Path) -> None:
    _run(ISOLDE, "rc", "l.a", str(files / "a.o"), folder=tmp_path)
    before = (tmp_path / "l.a").read_bytes()
    done = _run(ISOLDE, "r", "l.a", str(files / "b.o"), "none.o", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "isolde: none.o: No such file or directory\n")
    assert (tmp_path / "l.a").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["l.a"]


def test_what_cannot_be_written_leaves_nothing_behind(files: Path, tmp_path: Path) -> None:
    _run(ISOLDE, "rc", "l.a", str(files / "a.o"), folder=tmp_path)
    (tmp_path / "l.a").rename(tmp_path / "kept.a")
    (tmp_path / "l.a").mkdir()
    done = _run(ISOLDE, "rc", "l.a", str(files / "b.o"), folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "isolde: l.a: is a directory, no archive\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.a", "l.a"]


def test_mode_and_symbolic_link_survive_an_update(files: Path, tmp_path: Path) -> None:
    _run(ISOLDE, "rc", "real.a", str(files / "a.o"), folder=tmp_path)
    (tmp_path / "real.a").chmod(0o604)
    (tmp_path / "link.a").symlink_to("real.a")
    _run(ISOLDE, "r", "link.a", str(files / "b.o"), folder=tmp_path)
    assert (tmp_path / "link.a").is_symlink()
    assert (tmp_path / "real.a").stat().st_mode & 0o777 == 0o604
    assert _run(ISOLDE, "t", "real.a", folder=tmp_path).stdout == "a.o\nb.o\n"


def _contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_json_has_the_documented_fields(files: Path, tmp_path: Path) -> None:
    done = _run(ISOLDE, "rc", "--json", "l.a", str(files / "a.o"), folder=tmp_path)
    told = json.loads(done.stdout)
    assert fields_of(told) == documented_fields("isolde ar")
    assert [member["name"] for member in told["members"]] == ["a.o"]
    assert told["changes"] == [{"action": "added", "name": str(files / "a.o")}]
    assert {symbol["name"] for symbol in told["symbols"]} == {"a_data", "common", "weak", "a"}


REFUSED = {
    "k l.a": (2, "ar knows no letter 'k' (in 'k'); `isolde ar --help` lists them"),
    "rt l.a": (2, "'rt' asks for two things at once: r and t"),
    "vD l.a": (2, "'vD' does not say what to do: one of r, q, d, m, t, p, x, s"),
    "t": (2, "the command line does not say which archive; see `isolde ar --help`"),
    "ra": (
        2,
        "the command line does not say after or before which member; see `isolde ar --help`",
    ),
    "xN 0 l.a a.o": (2, "N takes a number from 1 on, not '0'"),
    "tN 1 l.a": (2, "N has a meaning with d and x only, not with t"),
    "da b.o l.a": (2, "a, b and i have a meaning with r and m only, not with d"),
    "rDU l.a": (2, "D and U contradict each other: without times and owners, or with them"),
    "rf l.a": (2, "isolde's ar has neither f (names cut short) nor l (dependencies)"),
    "ru l.a": (2, "u compares times, which only an archive made with U has: say ruU"),
    "p --json l.a": (2, "p prints the members themselves; --json goes with t"),
    "x thin.a": (
        1,
        "thin.a is a thin archive: its members are files already, `isolde ar t` lists them",
    ),
    "t l.a none.o b.o": (1, "l.a has no member none.o, b.o"),
    "m l.a none.o": (1, "l.a: has no member 'none.o' to move; nothing was changed"),
    "d none.a a.o": (1, "none.a: No such file or directory"),
    "rT l.a a.o": (1, "l.a: is no thin archive and cannot be made one; write a new one instead"),
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_refused_is_told_in_words(line: str, files: Path, tmp_path: Path) -> None:
    shutil.copy(files / "a.o", tmp_path)
    _run(ISOLDE, "rc", "l.a", "a.o", folder=tmp_path)
    _run(ISOLDE, "rcT", "thin.a", "a.o", folder=tmp_path)
    done = _run(ISOLDE, *line.split(), folder=tmp_path)
    status, message = REFUSED[line]
    assert (done.returncode, done.stderr) == (status, f"isolde: {message}\n")


def test_a_member_is_never_extracted_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    name = b"../outside/\n"
    header = "{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n"
    (tmp_path / "l.a").write_bytes(
        b"!<arch>\n"
        + header.format("//", "", "", "", "", len(name)).encode()
        + name
        + header.format("/0", 0, 0, 0, 644, 2).encode()
        + b"hi"
    )
    done = _run(ISOLDE, "x", "../l.a", folder=tmp_path / "inside")
    assert done.returncode == 0
    assert not (tmp_path / "outside").exists()
    assert (tmp_path / "inside" / "outside").read_text() == "hi"


def test_an_extracted_member_takes_the_place_of_a_link(files: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "odd.txt").symlink_to("kept")
    _run(ISOLDE, "rc", "l.a", str(files / "odd.txt"), folder=tmp_path)
    _run(ISOLDE, "x", "l.a", folder=tmp_path)
    assert (tmp_path / "kept").read_text() == "kept"
    assert (tmp_path / "odd.txt").read_text() == "odd"
