"""/etc/ld.so.cache: what ldconfig wrote is what is read, and what is broken is said."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from isolde.errors import ElfError
from isolde.resolve.cache import Cache
from tests.toolchain import require_tool
from tests.unit.resolve.made import library

_X86_64 = 0x0303
_LEVELS = ("x86-64-v4", "x86-64-v3", "x86-64-v2")


def _ldconfig() -> str:
    return require_tool("/sbin/ldconfig")


def _cache_of(folder: Path, form: str = "new") -> bytes:
    """What ldconfig writes for the libraries in FOLDER."""
    conf, cache = folder / "conf", folder / "cache"
    conf.write_text(f"{folder}\n")
    command = [_ldconfig(), "-c", form, "-X", "-f", str(conf), "-C", str(cache)]
    subprocess.run(command, check=True, capture_output=True)
    return cache.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Libraries of which one comes in three builds."""
    made = tmp_path_factory.mktemp("libraries")
    for name in ("libone.so.1", "libone.so.2", "libone.so.10", "libtwo.so"):
        library(made / name)
    for level in ("x86-64-v2", "x86-64-v3"):
        library(made / f"glibc-hwcaps/{level}/libtwo.so")
    return made


@pytest.mark.parametrize("form", ["new", "compat"])
def test_a_name_leads_to_its_path_in_either_form_of_the_file(folder: Path, form: str) -> None:
    cache = Cache(_cache_of(folder, form))
    for name in ("libone.so.1", "libone.so.2", "libone.so.10"):
        assert cache.lookup(name, _X86_64) == f"{folder}/{name}"
    assert cache.lookup("libone.so.3", _X86_64) is None
    assert cache.lookup("libone.so.1", 0x0A03) is None


@pytest.mark.parametrize(
    ("usable", "path"),
    [
        ((), "libtwo.so"),
        (("x86-64-v2",), "glibc-hwcaps/x86-64-v2/libtwo.so"),
        (("x86-64-v4", "x86-64-v3", "x86-64-v2"), "glibc-hwcaps/x86-64-v3/libtwo.so"),
    ],
)
def test_the_best_subfolder_that_the_processor_can_run_wins(
    folder: Path, usable: tuple[str, ...], path: str
) -> None:
    cache = Cache(_cache_of(folder))
    assert set(cache.subfolders) == {"x86-64-v2", "x86-64-v3"}
    assert cache.lookup("libtwo.so", _X86_64, usable) == f"{folder}/{path}"


def test_every_entry_of_this_machines_cache_is_what_ldconfig_prints() -> None:
    done = subprocess.run([_ldconfig(), "-p"], capture_output=True, text=True, check=True)
    lines = [line.strip() for line in done.stdout.splitlines() if " => " in line]
    printed = [(line.partition(" (")[0], line.partition(" => ")[2]) for line in lines]
    cache = Cache(Path("/etc/ld.so.cache").read_bytes())
    assert [(entry.name, entry.path) for entry in cache.entries()] == printed
    assert len(cache) == len(printed) > 10
    for name, path in printed:
        assert path in [entry.path for entry in cache.named(name)]


def test_a_cache_of_a_big_endian_machine_is_read_in_its_order(folder: Path) -> None:
    assert Cache(_swapped(_cache_of(folder))).lookup("libtwo.so", _X86_64) == f"{folder}/libtwo.so"


def _swapped(data: bytes) -> bytes:
    """The same cache as a big-endian machine would write it, without the extension section."""
    magic, count, size, _flags = struct.unpack_from("<20sIIB", data)
    head = struct.pack(">20sIIB3xI12x", magic, count, size, 3, 0)
    rows = struct.iter_unpack("<iIIIQ", data[48 : 48 + 24 * count])
    plain = [(row[0], row[1], row[2], row[3], row[4] and 1) for row in rows]
    return head + b"".join(struct.pack(">iIIIQ", *row) for row in plain) + data[48 + 24 * count :]


def _message(data: bytes) -> str:
    with pytest.raises(ElfError) as caught:
        Cache(data, "CACHE").lookup("libtwo.so", _X86_64, _LEVELS)
    return str(caught.value)


def test_what_is_no_cache_is_refused() -> None:
    reason = "CACHE: not an ld.so.cache of glibc's new format (at offset 0x0)"
    assert _message(b"") == reason
    assert _message(b"\x7fELF" * 20) == reason
    assert _message(b"ld.so-1.7.0\0\xff\xff\xff\xff") == reason


def test_a_header_cut_short_is_refused(folder: Path) -> None:
    data = _cache_of(folder)
    assert _message(data[:40]) == "CACHE: the header is cut short (at offset 0x0)"


def test_more_entries_than_fit_are_refused(folder: Path) -> None:
    data = bytearray(_cache_of(folder))
    data[20:24] = b"\xff\xff\xff\x7f"
    assert _message(bytes(data)) == "CACHE: 2147483647 entries do not fit the file (at offset 0x14)"


def test_a_string_outside_the_file_is_refused(folder: Path) -> None:
    data = bytearray(_cache_of(folder))
    for index in range(struct.unpack_from("<I", data, 20)[0]):
        struct.pack_into("<I", data, 48 + 24 * index + 4, 0x7FFFFFFF)
    assert _message(bytes(data)) == (
        "CACHE: a string does not end inside the file (at offset 0x7fffffff)"
    )


def test_a_malformed_extension_is_refused(folder: Path) -> None:
    data = bytearray(_cache_of(folder))
    at = struct.unpack_from("<I", data, 32)[0]
    data[at] ^= 0xFF
    assert _message(bytes(data)) == f"CACHE: the extensions are malformed (at offset {at:#x})"


def test_an_extension_outside_the_file_is_refused(folder: Path) -> None:
    data = bytearray(_cache_of(folder))
    struct.pack_into("<I", data, 32, len(data))
    assert _message(bytes(data)) == (
        f"CACHE: the extensions lie outside the file (at offset {len(data):#x})"
    )
