"""A system for another processor, unpacked into a folder: its files, folders, links and cache."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import NamedTuple

import pytest

from isolde.elf import File
from isolde.elf.outline import START, outline_of, read_outline
from isolde.resolve import Closure, System, closure
from tests.unit.resolve.foreign import ARM64, ARMHF, I386, S390X, Kind, write_elf


class Debian(NamedTuple):
    """Where Debian has what, for a kind of machine, and the number of its cache's entries."""

    kind: Kind
    folder: str
    loader: str
    flags: int


SYSTEMS = {
    "arm64": Debian(ARM64, "aarch64-linux-gnu", "/lib/ld-linux-aarch64.so.1", 0x0A03),
    "armhf": Debian(ARMHF, "arm-linux-gnueabihf", "/lib/ld-linux-armhf.so.3", 0x0903),
    "s390x": Debian(S390X, "s390x-linux-gnu", "/lib/ld64.so.1", 0x0403),
    "i386": Debian(I386, "i386-linux-gnu", "/lib/ld-linux.so.2", 0x0003),
}


@pytest.fixture(params=SYSTEMS)
def debian(request: pytest.FixtureRequest) -> Debian:
    name: str = request.param
    return SYSTEMS[name]


@pytest.fixture
def root(debian: Debian, tmp_path: Path) -> Path:
    """A program, two libraries that it needs, and a loader that is a link, as Debian's is."""
    libraries = tmp_path / "usr/lib" / debian.folder
    (tmp_path / "lib").mkdir()
    loader = debian.loader.rpartition("/")[2]
    write_elf(libraries / loader, debian.kind)
    (tmp_path / debian.loader[1:]).symlink_to(f"/usr/lib/{debian.folder}/{loader}")
    write_elf(libraries / "libc.so.6", debian.kind, [loader])
    write_elf(libraries / "libz.so.1", debian.kind, ["libc.so.6"])
    needed = ["libz.so.1", "libc.so.6"]
    write_elf(tmp_path / "usr/bin/pack", debian.kind, needed, None, debian.loader)
    return tmp_path


def paths(made: Closure) -> list[str]:
    return [item.path for item in made.objects]


def test_the_default_folders_are_those_of_the_processor(root: Path, debian: Debian) -> None:
    made = closure(["/usr/bin/pack"], System(str(root)))
    folder = f"/usr/lib/{debian.folder}"
    assert paths(made) == [
        "/usr/bin/pack",
        f"{folder}/libz.so.1",
        f"{folder}/libc.so.6",
        debian.loader,
    ]
    assert made.missing == ()
    assert [item.name for item in made.init_order().objects][::-1][0] == "pack"


def test_a_library_is_found_by_its_name_alone(root: Path, debian: Debian) -> None:
    made = closure(["libz.so.1"], System(str(root)))
    assert paths(made)[0] == f"/usr/lib/{debian.folder}/libz.so.1"


def test_this_machines_libraries_are_passed_over(root: Path, debian: Debian) -> None:
    run_path = write_elf(root / "usr/bin/tool", debian.kind, ["libz.so.1"], "/opt", debian.loader)
    write_elf(root / "opt/libz.so.1", Kind(64, "<", 62))
    made = closure([f"/usr/bin/{run_path.name}"], System(str(root)))
    found = made.objects[1].found
    assert found.path == f"/usr/lib/{debian.folder}/libz.so.1"
    assert found.tried[0].path == "/opt/libz.so.1"
    assert found.tried[0].objection in (
        "made for another machine: x86-64",
        "wrong ELF class: ELFCLASS64",
    )


def test_a_cache_in_the_processors_byte_order_goes_first(root: Path, debian: Debian) -> None:
    write_elf(root / "srv/libz.so.1", debian.kind)
    (root / "etc").mkdir()
    (root / "etc/ld.so.cache").write_bytes(_cache(debian, "libz.so.1", "/srv/libz.so.1"))
    found = closure(["/usr/bin/pack"], System(str(root))).objects[1].found
    assert (found.path, found.rule) == ("/srv/libz.so.1", "cache")


def _cache(debian: Debian, name: str, path: str) -> bytes:
    """A cache with one entry, as ldconfig writes it on that machine."""
    order = debian.kind.order
    strings = name.encode() + b"\0" + path.encode() + b"\0"
    head = struct.pack(
        f"{order}20sIIB3xI12x",
        b"glibc-ld.so.cache1.1",
        1,
        len(strings),
        2 if order == "<" else 3,
        0,
    )
    entry = struct.pack(f"{order}iIIIQ", debian.flags, 72, 73 + len(name), 0, 0)
    return head + entry + strings


def test_the_variables_of_this_process_do_not_count(
    root: Path, debian: Debian, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_elf(root / "srv/libz.so.1", debian.kind)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/srv")
    made = closure(["/usr/bin/pack"], System(str(root)))
    assert made.objects[1].found.rule == "default"


def test_the_quick_reader_and_the_whole_one_agree(root: Path) -> None:
    for path in (root / "usr").rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            start = os.pread(descriptor, START, 0)
            seen = read_outline(descriptor, start, len(path.read_bytes()))
            os.close(descriptor)
            assert seen is not None
            with File(path) as file:
                assert outline_of(file)._replace(has_dlopen_notes=False) == seen
