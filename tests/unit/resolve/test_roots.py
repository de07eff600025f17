"""A folder taken for the root of a file system keeps every path and link inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolde.resolve.root import Root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "usr/lib").mkdir(parents=True)
    (tmp_path / "usr/lib/libx.so.1").write_text("x")
    (tmp_path / "lib").symlink_to("usr/lib")
    (tmp_path / "lib64").symlink_to("/usr/lib")
    return tmp_path


@pytest.mark.parametrize(
    "path",
    ["/usr/lib/libx.so.1", "/lib/libx.so.1", "/lib64/libx.so.1", "/../../lib64/../lib/libx.so.1"],
)
def test_links_and_dots_stay_inside_the_root(folder: Path, path: str) -> None:
    root = Root(str(folder))
    assert root.resolved(path) == "/usr/lib/libx.so.1"
    assert Path(root.real(path)).read_text() == "x"


def test_a_link_out_of_the_root_leads_into_it(folder: Path) -> None:
    (folder / "usr/lib/passwd").symlink_to("../../../../../../../../etc/passwd")
    assert Root(str(folder)).real("/lib/passwd") == f"{folder}/etc/passwd"


def test_links_in_a_circle_are_an_error(folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    with pytest.raises(OSError, match="Too many levels of symbolic links: '/a'"):
        Root(str(folder)).real("/a")


def test_what_leads_into_the_root_is_a_path_inside_it(folder: Path) -> None:
    root = Root(str(folder))
    assert root.inside(f"{folder}/usr/lib/libx.so.1") == "/usr/lib/libx.so.1"
    assert root.inside("/usr/lib/libx.so.1") == "/usr/lib/libx.so.1"
    assert root.inside("usr/lib/libx.so.1") == "/usr/lib/libx.so.1"


def test_the_machines_own_root_changes_no_path() -> None:
    assert Root("/").real("../x") == "../x"
    assert Root("/").is_native
