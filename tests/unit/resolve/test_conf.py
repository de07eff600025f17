"""/etc/ld.so.conf, read as ldconfig(8) reads it, inside a root."""

from __future__ import annotations

from pathlib import Path

from isolde.resolve.conf import conf_folders
from isolde.resolve.root import Root


def _root(folder: Path, **files: str) -> Root:
    (folder / "etc/ld.so.conf.d").mkdir(parents=True)
    (folder / "etc/ld.so.conf").write_text(files.pop("main"))
    for name, text in files.items():
        (folder / f"etc/ld.so.conf.d/{name}.conf").write_text(text)
    return Root(str(folder))


def test_folders_come_in_the_order_of_the_file_each_once(tmp_path: Path) -> None:
    text = "# libraries\n/opt/a /opt/b:/opt/c,/opt/d/\n\n  /opt/a\n/opt/e=libc5 # old\n"
    root = _root(tmp_path, main=text)
    assert conf_folders(root) == ("/opt/a", "/opt/b", "/opt/c", "/opt/d", "/opt/e")


def test_included_files_stand_where_they_are_included_by_name(tmp_path: Path) -> None:
    root = _root(
        tmp_path,
        main="/first\ninclude /etc/ld.so.conf.d/*.conf\ninclude ld.so.conf.d/z.conf\n/last\n",
        b="/b\n",
        a="/a\n",
        z="/z\n",
    )
    assert conf_folders(root) == ("/first", "/a", "/b", "/z", "/last")


def test_a_pattern_in_a_folders_name_is_expanded_inside_the_root(tmp_path: Path) -> None:
    root = _root(tmp_path, main="include /etc/ld.so.*.d/a.conf\n", a="/a\n")
    assert conf_folders(root) == ("/a",)


def test_hwcap_lines_name_no_folder(tmp_path: Path) -> None:
    assert conf_folders(_root(tmp_path, main="hwcap 1 nosegneg\n/a\n")) == ("/a",)


def test_a_file_that_includes_itself_comes_to_an_end(tmp_path: Path) -> None:
    root = _root(tmp_path, main="/a\ninclude ld.so.conf\n/b\n")
    assert conf_folders(root) == ("/a", "/b")


def test_no_file_is_no_folder(tmp_path: Path) -> None:
    assert conf_folders(Root(str(tmp_path))) == ()
