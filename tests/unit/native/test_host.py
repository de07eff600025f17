"""What a host object opens can be sent into a space, and what it exports lent to one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.toolchain import compile_library, compile_object, link_with_libisolde

SOURCES = Path(__file__).parent / "host"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A host, its opener, and a plugin where only the opener finds it."""
    folder = tmp_path_factory.mktemp("host")
    plugin = folder / "plugins" / "libplugin.so"
    compile_library(plugin, [SOURCES / "plugin.c"])
    found_there = ["-Wl,--enable-new-dtags,-rpath,$ORIGIN/plugins"]
    opener = compile_library(folder / "libopener.so", [SOURCES / "opener.c"], found_there)
    flags = (str(opener), f"-Wl,-rpath,{folder}", "-rdynamic", *link_with_libisolde())
    compile_object(folder / "host", [SOURCES / "host.c"], flags)
    return folder


def printed(folder: Path, *arguments: object) -> list[str]:
    command = [folder / "host", folder / "libopener.so", *arguments]
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=True
    )
    adopted, *lines = done.stdout.splitlines()
    assert adopted == "adopted 5"  # handles and opens: it calls no ffi_call
    return lines


def test_a_lent_symbol_comes_before_the_images_own(folder: Path) -> None:
    assert printed(folder, "", folder / "plugins" / "libplugin.so", "api_") == ["1 2 8"]


def test_only_names_that_begin_so_are_lent(folder: Path) -> None:
    lines = printed(folder, "", folder / "plugins" / "libplugin.so", "api_value")
    assert lines == ["1 7 8"]
    assert printed(folder, "", folder / "plugins" / "libplugin.so") == ["-1 -1 -1"]


def test_an_object_that_the_host_lacks_lends_nothing(folder: Path) -> None:
    lines = printed(folder, "/nowhere.so", folder / "plugins" / "libplugin.so", "api_")
    assert lines == ["/nowhere.so: the host has not loaded it"]


def test_the_next_open_of_an_adopted_object_goes_where_it_was_told(folder: Path) -> None:
    """Found by the opener's own DT_RUNPATH either way; its dlerror tells the failure."""
    compile_library(folder / "plugins" / "alone.so", [SOURCES / "opener.c"], ["-Dopener=other"])
    ours, missing, taken_back, glibcs, closed = printed(folder, "alone.so")
    assert ours == "ours, then glibc's; before: nothing"
    assert missing.startswith("nowhere.so: not found")
    assert "plugins" in missing
    assert taken_back == "taken back: yes"
    assert glibcs == ": cannot open shared object file: No such file or directory"
    assert closed == "alone.so: the space that isolde_host_route named is closed"
