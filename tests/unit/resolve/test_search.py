"""From a name to a file: each rule of ld.so(8), agreed with glibc, and the evidence kept."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from isolde.resolve import Found, LoadedObject, System, Tried, closure
from isolde.resolve.search import NO_SUCH_FILE, NOT_ELF, NOT_IN_CACHE
from tests.unit.resolve.made import LOADER, glibc_list, library, program, rpath, runpath

_EM_AARCH64, _ELFCLASS32 = 183, 1


def _asked(path: Path, environment: Mapping[str, str] | None = None) -> list[LoadedObject]:
    """Every object that PATH needs, in order, having asked glibc whether it agrees."""
    made = closure([str(path)], System(environment=environment or {}))
    missing = [f"{item.found.name} => not found" for item in made.missing]
    ours = [item.path for item in made.objects if item not in made.starts]
    theirs = glibc_list(path, environment)
    assert [item for item in theirs if not item.endswith("not found")] == ours
    assert [item for item in theirs if item.endswith("not found")] == missing
    return list(made.objects)


def _needed(path: Path, name: str, environment: Mapping[str, str] | None = None) -> Found:
    """The search for NAME, which PATH or something below it needs."""
    _asked(path, environment)
    made = closure([str(path)], System(environment=environment or {}))
    found = [*(item.found for item in made.objects), *(item.found for item in made.missing)]
    return next(item for item in found if item.name == name)


def _edited(path: Path, offset: int, form: str, value: int) -> Path:
    data = bytearray(path.read_bytes())
    struct.pack_into(form, data, offset, value)
    path.write_bytes(data)
    return path


def test_a_runpath_is_its_own_objects_alone(tmp_path: Path) -> None:
    low = library(tmp_path / "low/liblow.so")
    high = library(tmp_path / "high/libhigh.so", [low])
    start = program(tmp_path / "start", [high], runpath(f"{tmp_path}/high", f"{tmp_path}/low"))
    assert _needed(start, "libhigh.so").rule == "runpath"
    found = _needed(start, "liblow.so")
    assert found.path is None
    assert f"{tmp_path}/low" not in " ".join(item.path for item in found.tried)


def test_an_rpath_is_inherited_by_what_it_loads(tmp_path: Path) -> None:
    low = library(tmp_path / "low/liblow.so")
    high = library(tmp_path / "high/libhigh.so", [low])
    start = program(tmp_path / "start", [high], rpath(f"{tmp_path}/high", f"{tmp_path}/low"))
    found = _needed(start, "liblow.so")
    assert (found.path, found.rule, found.origin) == (str(low), "rpath", str(start))
    assert found.tried == (Tried(f"{tmp_path}/high/liblow.so", "rpath", NO_SUCH_FILE),)


def test_an_object_with_a_runpath_inherits_no_rpath(tmp_path: Path) -> None:
    low = library(tmp_path / "low/liblow.so")
    high = library(tmp_path / "high/libhigh.so", [low], runpath("/nowhere"))
    start = program(tmp_path / "start", [high], rpath(f"{tmp_path}/high", f"{tmp_path}/low"))
    found = _needed(start, "liblow.so")
    assert found.path is None
    assert found.tried[0] == Tried("/nowhere/liblow.so", "runpath", NO_SUCH_FILE)


def test_rpath_comes_before_ld_library_path_and_that_before_runpath(tmp_path: Path) -> None:
    for folder in ("own", "env"):
        library(tmp_path / folder / "libx.so")
    needed, own = [tmp_path / "own/libx.so"], f"{tmp_path}/own"
    environment = {"LD_LIBRARY_PATH": f"{tmp_path}/none:{tmp_path}/env"}
    first = _needed(program(tmp_path / "a", needed, rpath(own)), "libx.so", environment)
    assert (first.path, first.rule) == (f"{own}/libx.so", "rpath")
    second = _needed(program(tmp_path / "b", needed, runpath(own)), "libx.so", environment)
    assert (second.path, second.rule) == (f"{tmp_path}/env/libx.so", "LD_LIBRARY_PATH")
    assert second.tried == (Tried(f"{tmp_path}/none/libx.so", "LD_LIBRARY_PATH", NO_SUCH_FILE),)


def test_elements_of_ld_library_path_may_be_empty_and_end_with_semicolons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = program(tmp_path / "start", [library(tmp_path / "here/libx.so")])
    monkeypatch.chdir(tmp_path / "here")
    found = _needed(start, "libx.so", {"LD_LIBRARY_PATH": "/nowhere;"})
    assert found.path == "libx.so"


def test_the_systems_libraries_are_found_through_the_cache(tmp_path: Path) -> None:
    found = _needed(program(tmp_path / "start"), "libc.so.6")
    assert (found.rule, found.origin, found.tried) == ("cache", None, ())


def test_what_is_nowhere_has_been_looked_for_everywhere(tmp_path: Path) -> None:
    low = library(tmp_path / "low/libgone.so")
    start = program(tmp_path / "start", [low], runpath("/nowhere"))
    low.unlink()
    tried = _needed(start, "libgone.so").tried
    assert tried[0] == Tried("/nowhere/libgone.so", "runpath", NO_SUCH_FILE)
    assert tried[1] == Tried("/etc/ld.so.cache", "cache", NOT_IN_CACHE)
    assert [item.rule for item in tried[2:]] == ["default"] * (len(tried) - 2)
    machine = closure([str(start)]).objects[0].machine
    folders = System().default_folders(machine)
    assert [item.path for item in tried[2:]] == [f"{folder}/libgone.so" for folder in folders]


def test_the_default_folders_are_those_of_the_loader_itself() -> None:
    made = closure(["/usr/bin/env"])
    folders = made.system.default_folders(made.objects[0].machine)
    text = subprocess.run([LOADER, "--help"], capture_output=True, text=True, check=True).stdout
    system = [line.split()[0] for line in text.splitlines() if "(system search path)" in line]
    assert list(folders) == system


@pytest.mark.parametrize(
    ("offset", "value", "objection"),
    [
        (18, _EM_AARCH64, "made for another machine: AArch64"),
        (4, _ELFCLASS32, "wrong ELF class: ELFCLASS32"),
    ],
)
def test_a_file_for_another_machine_is_passed_over(
    tmp_path: Path, offset: int, value: int, objection: str
) -> None:
    for folder in ("first", "second"):
        library(tmp_path / folder / "libx.so")
    folders = runpath(f"{tmp_path}/first", f"{tmp_path}/second")
    start = program(tmp_path / "start", [tmp_path / "first/libx.so"], folders)
    _edited(tmp_path / "first/libx.so", offset, "<B", value)
    found = _needed(start, "libx.so")
    assert found.path == f"{tmp_path}/second/libx.so"
    assert found.tried == (Tried(f"{tmp_path}/first/libx.so", "runpath", objection),)


def test_a_file_that_is_no_elf_file_ends_the_search(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        library(tmp_path / folder / "libx.so")
    folders = runpath(f"{tmp_path}/first", f"{tmp_path}/second")
    start = program(tmp_path / "start", [tmp_path / "first/libx.so"], folders)
    (tmp_path / "first/libx.so").write_text("GROUP ( libx.so.1 )\n")
    (missing,) = closure([str(start)]).missing
    assert missing.found.path is None
    assert missing.found.tried == (Tried(f"{tmp_path}/first/libx.so", "runpath", NOT_ELF),)


def test_glibc_hwcaps_subfolders_come_before_their_folder(tmp_path: Path) -> None:
    plain = library(tmp_path / "libx.so")
    best = library(tmp_path / "glibc-hwcaps/x86-64-v2/libx.so")
    start = program(tmp_path / "start", [plain], runpath(str(tmp_path)))
    levels = System().hwcaps(closure([str(start)]).objects[0].machine)
    found = _needed(start, "libx.so")
    assert found.path == str(best if "x86-64-v2" in levels else plain)
    bare = closure([str(start)], System(environment={}, hwcaps=()))
    assert bare.objects[1].path == str(plain)


def test_nodeflib_forgoes_the_default_folders_and_their_part_of_the_cache(tmp_path: Path) -> None:
    start = library(tmp_path / "libstart.so", [], ["-Wl,-z,nodefaultlib"])
    (missing,) = closure([str(start)], System(environment={})).missing
    assert [item.objection for item in missing.found.tried] == [
        "in a default folder (DF_1_NODEFLIB)"
    ]


def test_a_name_with_a_slash_is_a_path_and_its_tokens_are_expanded(tmp_path: Path) -> None:
    low = library(tmp_path / "low/liblow.so", [], ["-Wl,-soname,$ORIGIN/low/liblow.so"])
    start = program(tmp_path / "start", [low])
    found = _needed(start, f"{tmp_path}/low/liblow.so")
    assert (found.path, found.rule) == (f"{tmp_path}/low/liblow.so", "path")


def test_lib_and_platform_mean_what_they_mean_to_glibc(tmp_path: Path) -> None:
    probe = library(tmp_path / "libprobe.so")
    start = program(tmp_path / "start", [probe], runpath("$ORIGIN/$LIB/${PLATFORM}"))
    machine = closure([str(start)]).objects[0].machine
    place = tmp_path / System().lib(machine) / System().platform(machine)
    probe.unlink()
    library(place / "libprobe.so")
    assert _needed(start, "libprobe.so").path == f"{place}/libprobe.so"


def test_origin_of_a_program_is_where_it_really_is(tmp_path: Path) -> None:
    low = library(tmp_path / "app/lib/liblow.so")
    start = program(tmp_path / "app/start", [low], runpath("$ORIGIN/lib"))
    (tmp_path / "link").symlink_to(start)
    made = closure([str(tmp_path / "link")], System(environment={}))
    assert made.objects[1].path == str(low)


def test_a_cache_that_is_broken_is_told_and_done_without(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/ld.so.cache").write_text("nonsense")
    library(tmp_path / "usr/lib/libx.so")
    start = program(tmp_path / "start", [tmp_path / "usr/lib/libx.so"])
    made = closure(["/start"], System(str(tmp_path)))
    assert made.objects[1].found == Found(
        "libx.so",
        "/usr/lib/libx.so",
        "default",
        None,
        (
            Tried(
                "/etc/ld.so.cache",
                "cache",
                "/etc/ld.so.cache: not an ld.so.cache of glibc's new format (at offset 0x0)",
            ),
            *(
                Tried(f"/{folder}/libx.so", "default", NO_SUCH_FILE)
                for folder in _before_usr_lib(start)
            ),
        ),
    )


def _before_usr_lib(start: Path) -> list[str]:
    folders = System(str(start.parent)).default_folders(closure([str(start)]).objects[0].machine)
    return [folder[1:] for folder in folders[: folders.index("/usr/lib")]]
