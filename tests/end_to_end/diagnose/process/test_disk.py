"""What is deleted or replaced on disk under a running process is found, and nothing else is."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from isolde.diagnose.process import LoadedObject, LoadedProcess, read_process
from tests.end_to_end.diagnose.process.conftest import build_part
from tests.end_to_end.diagnose.process.held import Held, may_mount

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="chroot is root's")
needs_mounts = pytest.mark.skipif(not may_mount(), reason="nothing can be mounted here")


@pytest.fixture
def opened(programs: Path, library: Path) -> Iterator[Held]:
    with Held([programs / "waits", "open", library]) as held:
        yield held


def _part(process: LoadedProcess) -> LoadedObject:
    (found,) = [each for each in process.objects if each.soname == "libpart.so.1"]
    others = [each for each in process.objects if each is not found]
    assert [each.path for each in others if each.is_stale] == []
    return found


def _build_id(file: Path) -> str:
    from isolde.elf import File

    with File(file) as opened:
        assert opened.build_id
        return opened.build_id


def test_a_file_that_is_there_is_ok(opened: Held) -> None:
    assert _part(read_process(opened.pid)).on_disk.state == "ok"


def test_a_removed_file_is_deleted(opened: Held, library: Path) -> None:
    library.unlink()
    found = _part(read_process(opened.pid))
    assert (found.path, found.on_disk.state) == (str(library), "deleted")


def test_a_file_renamed_over_it_replaces_it(opened: Held, library: Path, tmp_path: Path) -> None:
    before = _build_id(library)
    build_part(tmp_path / "new", 2).rename(library)
    found = _part(read_process(opened.pid))
    assert (found.path, found.on_disk.state) == (str(library), "replaced")
    assert (found.build_id, found.on_disk.build_id) == (before, _build_id(library))
    assert found.build_id != found.on_disk.build_id


def test_the_same_build_again_has_the_same_build_id(
    opened: Held, library: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    shutil.copy(library, again)
    again.rename(library)
    found = _part(read_process(opened.pid))
    assert found.on_disk.state == "replaced"
    assert found.build_id == found.on_disk.build_id


def test_a_file_moved_away_and_replaced_is_replaced(
    opened: Held, library: Path, tmp_path: Path
) -> None:
    library.rename(tmp_path / "libpart.so.1.old")
    build_part(library, 2)
    assert _part(read_process(opened.pid)).on_disk.state == "replaced"


def test_a_link_that_leads_to_another_file_now_replaces_it(
    programs: Path, library: Path, tmp_path: Path
) -> None:
    """An upgrade that leaves the old file where it was, as a second version installed beside it."""
    link = tmp_path / "libpart.so"
    link.symlink_to(library)
    with Held([programs / "waits", "open", link]) as held:
        assert _part(read_process(held.pid)).on_disk.state == "ok"
        newer = build_part(tmp_path / "libpart.so.2", 2)
        (tmp_path / "turned").symlink_to(newer)
        (tmp_path / "turned").rename(link)
        found = _part(read_process(held.pid))
    assert (found.on_disk.state, found.on_disk.build_id) == ("replaced", _build_id(newer))


def test_a_name_that_ends_in_deleted_is_not_deleted(programs: Path, tmp_path: Path) -> None:
    odd = build_part(tmp_path / "libpart.so (deleted)", 1)
    with Held([programs / "waits", "open", odd]) as held:
        assert _part(read_process(held.pid)).on_disk.state == "ok"
        odd.unlink()
        assert _part(read_process(held.pid)).on_disk.state == "deleted"


def test_the_program_itself_may_be_replaced(programs: Path, tmp_path: Path) -> None:
    program = tmp_path / "program"
    shutil.copy(programs / "waits", program)
    with Held([program]) as held:
        shutil.copy(programs / "churn", tmp_path / "new")
        (tmp_path / "new").rename(program)
        main = read_process(held.pid).namespaces[0].objects[0]
    assert (main.path, main.name, main.on_disk.state) == (str(program), "", "replaced")


# ---- other roots ---------------------------------------------------------------------------------


def _make_root(root: Path, programs: Path, library: Path) -> None:
    """A root with the program, its library behind an absolute link, and what both need."""
    listed = subprocess.run(
        ["ldd", programs / "waits"], capture_output=True, text=True, check=True
    ).stdout.split()
    files = {word for word in listed if word.startswith("/")}
    for file in files:
        (root / file[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, root / file[1:])
    shutil.copy(programs / "waits", root / "waits")
    shutil.copy(library, root / "libpart.so.1")
    (root / "links").mkdir()
    (root / "links" / "part").symlink_to("/libpart.so.1")


@needs_root
def test_files_of_a_process_in_a_chroot_are_looked_at_through_its_root(
    programs: Path, library: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    _make_root(root, programs, library)
    with Held(["/waits", "open", "/links/part"], before=lambda: os.chroot(root)) as held:
        found = _part(read_process(held.pid))
        assert (found.path, found.name, found.on_disk.state) == (
            "/libpart.so.1",
            "/links/part",
            "ok",
        )
        build_part(tmp_path / "new", 2).rename(root / "libpart.so.1")
        found = _part(read_process(held.pid))
        assert (found.path, found.on_disk.state) == ("/libpart.so.1", "replaced")
        assert found.on_disk.build_id == _build_id(root / "libpart.so.1")
        (root / "libpart.so.1").unlink()
        assert _part(read_process(held.pid)).on_disk.state == "deleted"


@needs_mounts
def test_a_process_in_another_mount_namespace_is_seen_through_its_mounts(
    programs: Path, library: Path, tmp_path: Path
) -> None:
    """A folder that is mounted only there, as a container's are."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    inside = folder / "libpart.so.1"
    script = (
        f"mount -t tmpfs none {folder} && cp {library} {inside} && "
        f"exec {programs}/waits open {inside}"
    )
    with Held(["unshare", "--mount", "sh", "-ec", script]) as held:
        assert not inside.exists()
        assert _part(read_process(held.pid)).on_disk.state == "ok"
        newer = build_part(tmp_path / "new", 2)
        subprocess.run(
            ["nsenter", "-t", str(held.pid), "-m", "sh", "-ec",
             f"cp {newer} {inside}.new; mv {inside}.new {inside}"],
            check=True,
        )  # fmt: skip
        found = _part(read_process(held.pid))
    assert (found.on_disk.state, found.on_disk.build_id) == ("replaced", _build_id(newer))


@needs_root
def test_a_daemon_that_went_into_a_chroot_still_has_its_libraries(
    programs: Path, library: Path, tmp_path: Path
) -> None:
    """Its names are from outside; the files of these names inside were never loaded."""
    root = tmp_path / "root"
    _make_root(root, programs, library)
    with Held([programs / "waits", "chroot", root]) as held:
        process = read_process(held.pid)
    assert {each.on_disk.state for each in process.objects} == {"ok", "memory"}


@needs_mounts
def test_files_on_a_stacked_file_system_are_not_taken_for_replaced(
    programs: Path, library: Path, tmp_path: Path
) -> None:
    for name in ("lower", "upper", "work", "merged"):
        (tmp_path / name).mkdir()
    shutil.copy(library, tmp_path / "lower")
    options = ",".join(f"{key}dir={tmp_path / key}" for key in ("lower", "upper", "work"))
    merged = tmp_path / "merged"
    mount = f"mount -t overlay -o {options} none {merged}"
    if not may_mount(mount):
        pytest.skip("no file system can be stacked here")
    script = f"{mount} && exec {programs}/waits open {merged}/libpart.so.1"
    with Held(["unshare", "--mount", "sh", "-ec", script]) as held:
        assert _part(read_process(held.pid)).on_disk.state == "ok"
