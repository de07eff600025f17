"""Every link map of a process is found, and nothing else: itself and gdb are the judges."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from isolde.diagnose.process import LoadedProcess, read_process
from tests.end_to_end.diagnose.process.held import Held
from tests.toolchain import require_tool

_SPACES = """
import isolde, sys
spaces = [isolde.Space(name) for name in ("alpha", "beta", "alpha", "nothing in it")]
for space, name in zip(spaces, ("libz.so.1", "libcrypto.so.3", "libz.so.1")):
    space.load(name)
print("ready", flush=True)
sys.stdin.read()
"""


def _python(source: str, **environment: str) -> Held:
    return Held([sys.executable, "-c", source], {**os.environ, **environment})


def _labels(process: LoadedProcess) -> list[tuple[str, int, list[str | None]]]:
    return [
        (each.label, each.number, [one.soname for one in each.objects])
        for each in process.namespaces
        if each.kind != "main"
    ]


def _as_the_program_says(process: LoadedProcess) -> list[str]:
    return [
        f"{namespace.number} {each.base:#x} {each.name}".strip()
        for namespace in process.namespaces
        for each in namespace.objects
    ]


def test_namespaces_of_dlmopen_are_as_the_program_sees_them(programs: Path, library: Path) -> None:
    with Held([programs / "namespaces", "libz.so.1", library, f"{library}!"]) as held:
        process = read_process(held.pid)
    assert [each.label for each in process.namespaces] == ["main", "namespace 1", "namespace 2"]
    assert sorted(_as_the_program_says(process)) == sorted(held.said)
    assert not process.changing
    assert process.unlisted == ()


def test_a_namespace_keeps_its_number_when_another_is_closed(programs: Path, library: Path) -> None:
    with Held([programs / "namespaces", f"{library}-", "libz.so.1"]) as held:
        process = read_process(held.pid)
    assert [each.label for each in process.namespaces] == ["main", "namespace 2"]
    assert sorted(_as_the_program_says(process)) == sorted(held.said)


def test_a_list_of_another_loaders_is_nobodys_namespace(programs: Path) -> None:
    with Held([programs / "waits", "add-list", "-"]) as held:
        process = read_process(held.pid)
    assert [each.label for each in process.namespaces] == ["main", "other 1"]
    (found,) = process.namespaces[1].objects
    assert (found.name, found.path) == ("a name", str(programs / "waits"))


@pytest.mark.parametrize("debugger", ["gdb", "jit", "none"])
def test_spaces_have_their_names_however_debuggers_are_told(debugger: str) -> None:
    with _python(_SPACES, ISOLDE_DEBUGGER=debugger) as held:
        process = read_process(held.pid)
    assert _labels(process) == [
        ("space alpha", 1, ["libz.so.1"]),
        ("space beta", 2, ["libcrypto.so.3"]),
        ("space alpha", 3, ["libz.so.1"]),
        ("space nothing in it", 4, []),
    ]
    # For jit, Isolde has read its files by mapping them.
    assert [each.path for each in process.unlisted if each.executable] == []
    assert debugger == "jit" or process.unlisted == ()


def test_two_spaces_have_the_same_file_at_two_places() -> None:
    with _python(_SPACES) as held:
        first, _, second, _ = read_process(held.pid).spaces
    (one,), (other,) = first.objects, second.objects
    assert (one.path, one.build_id, one.size) == (other.path, other.build_id, other.size)
    assert one.start != other.start


def test_an_unmodified_program_under_isolde_run_has_spaces(programs: Path) -> None:
    program = str(programs / "namespaces")
    command = [sys.executable, "-m", "isolde.cli", "run", program, "libz.so.1"]
    with Held(command) as held:
        process = read_process(held.pid)
    assert [(each.kind, [one.soname for one in each.objects]) for each in process.spaces] == [
        ("space", ["libz.so.1"])
    ]


def test_gdb_sees_the_same_objects_at_the_same_places(programs: Path) -> None:
    require_tool("gdb")
    source = f"import ctypes, os\nctypes.CDLL(None).dlmopen(-1, b'libz.so.1', 2)\n{_SPACES}"
    with _python(source) as held:
        process = read_process(held.pid)
        done = subprocess.run(
            ["gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-p", str(held.pid),
             "-ex", "info sharedlibrary"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    lines = re.findall(r"^(0x\w+) +(0x\w+) .*?(/\S+)$", done.stdout, re.MULTILINE)
    seen = {(int(start, 16), int(end, 16), os.path.realpath(path)) for start, end, path in lines}
    # The program and the vDSO are no shared libraries to gdb; ld.so is once in each namespace.
    expected = {
        (each.start, each.end, os.path.realpath(each.path))
        for namespace in process.namespaces
        for each in namespace.objects
        if each.name and each.on_disk.state != "memory"
    }
    matched = {
        (start, end, path)
        for start, end, path in expected
        if any(start <= low and high <= end and path == name for low, high, name in seen)
    }
    assert len(seen) >= 10
    assert matched == expected
    assert len(seen) == len(expected)


def test_an_object_has_the_size_soname_and_build_id_of_its_file(
    programs: Path, library: Path
) -> None:
    with Held([programs / "waits", "open", library]) as held:
        process = read_process(held.pid)
    (loaded,) = [each for each in process.objects if each.path == str(library)]
    headers = subprocess.run(
        [require_tool("readelf"), "-lnW", library], capture_output=True, text=True, check=True
    ).stdout
    segments = [
        (int(found[1], 16), int(found[2], 16))
        for found in re.finditer(r"LOAD +0x\w+ (0x\w+) 0x\w+ 0x\w+ (0x\w+)", headers)
    ]
    end = max(start + size for start, size in segments)
    assert loaded.soname == "libpart.so.1"
    assert f"Build ID: {loaded.build_id}" in headers
    assert loaded.size == (end + 0xFFF) // 0x1000 * 0x1000
    assert loaded.executable
    assert loaded.on_disk.state == "ok"


def test_what_is_mapped_and_in_no_link_map_is_shown_as_such(programs: Path, library: Path) -> None:
    with Held([programs / "waits", "map-code", library]) as held:
        code = read_process(held.pid)
    with Held([programs / "waits", "map-data", library]) as held:
        data = read_process(held.pid)
    for process, executable in ((code, True), (data, False)):
        (found,) = process.unlisted
        assert (found.path, found.name, found.executable) == (str(library), None, executable)


def test_a_file_in_memory_never_was_on_disk(programs: Path, library: Path) -> None:
    with Held([programs / "waits", "open-memory", library]) as held:
        process = read_process(held.pid)
    (found,) = [each for each in process.objects if each.soname == "libpart.so.1"]
    assert (found.path, found.on_disk.state) == ("/memfd:copy", "memory")
    assert not found.is_stale
