"""The names of numbers are those that GNU's readelf prints."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from isolde.elf import constants as c
from isolde.elf import names
from tests.toolchain import require_tool

_MACHINES = (
    *(c.EM_X86_64, c.EM_386, c.EM_AARCH64, c.EM_ARM, c.EM_S390, c.EM_RISCV, c.EM_PPC, c.EM_PPC64),
    *(c.EM_MIPS, c.EM_SPARC, c.EM_SPARCV9, c.EM_ALPHA, c.EM_SH, c.EM_PARISC, c.EM_IA_64, c.EM_68K),
    *(c.EM_LOONGARCH, c.EM_BPF),
)


def _header(machine: int, **fields: int) -> bytes:
    """An ELF64 header with section headers behind it, and whatever follows them."""
    count = fields.get("sections", 0)
    identity = b"\x7fELF\x02\x01\x01" + bytes([fields.get("os_abi", 0)]) + bytes(8)
    kind, flags = fields.get("type", 2), fields.get("flags", 0)
    offset = 64 if count else 0
    return identity + struct.pack(
        "<HHIQQQIHHHHHH", kind, machine, 1, 0, 0, offset, flags, 64, 56, 0, 64, count, 0
    )


def _readelf(folder: Path, data: bytes, *options: str) -> str:
    path = folder / "crafted"
    path.write_bytes(data)
    done = subprocess.run(
        [require_tool("readelf"), "-W", *options, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    return done.stdout


def _field(text: str, label: str) -> str:
    found = re.search(rf"^  {re.escape(label)}: *(.*)$", text, re.MULTILINE)
    assert found, text
    return found.group(1)


@pytest.mark.parametrize("machine", range(0, 260, 13))
def test_machines(tmp_path: Path, machine: int) -> None:
    for number in (*range(machine, machine + 13), machine + 0x9000):
        told = _field(_readelf(tmp_path, _header(number), "-h"), "Machine")
        assert names.machine_name(number) == told


def test_operating_systems(tmp_path: Path) -> None:
    for machine in (c.EM_X86_64, c.EM_ARM, c.EM_AMDGPU):
        for number in (*range(20), 64, 65, 66, 97, 255):
            data = _header(machine, os_abi=number)
            assert names.os_abi_name(machine, number) == _field(
                _readelf(tmp_path, data, "-h"), "OS/ABI"
            )


@pytest.mark.parametrize("machine", [0, 1, 2, 3, 4, 5, 0xFE00, 0xFEFF, 0xFF00, 0xFFFF])
def test_types_of_files(tmp_path: Path, machine: int) -> None:
    told = _field(_readelf(tmp_path, _header(c.EM_386, type=machine), "-h"), "Type")
    assert names.file_type_name(machine) == told


@pytest.mark.parametrize("machine", [each for each in _MACHINES if each != c.EM_68K])
def test_flags_of_headers(tmp_path: Path, machine: int) -> None:
    single = [1 << bit for bit in range(32)]
    several = [0x05000400, 0x70001007, 0x50808A21, 0xA0A47765, 0x00000005, 0x03, 0x43, 0x20210]
    for flags in (0, *single, *several):
        told = _field(_readelf(tmp_path, _header(machine, flags=flags), "-h"), "Flags")
        ours = ", ".join([f"0x{flags:x}", *names.header_flag_names(machine, flags)])
        assert ours == told, hex(flags)


def _table(machine: int, rows: Iterable[Sequence[int]], os_abi: int = 0) -> bytes:
    """A file whose sections have the ROWS' types and flags."""
    headers = [bytes(64)]
    headers += [
        struct.pack("<IIQQQQIIQQ", 0, kind, flags, 0, 64, 0, 0, 0, 1, 0) for kind, flags in rows
    ]
    return _header(machine, sections=len(headers), os_abi=os_abi) + b"".join(headers)


@pytest.mark.parametrize("machine", _MACHINES)
def test_types_of_sections(tmp_path: Path, machine: int) -> None:
    kinds = [
        *(*range(1, 22), *range(0x60000000, 0x60000003), *range(0x6FFFFFF0, 0x6FFFFFFF)),
        *(*range(0x70000000, 0x70000030), 0x7FFFFFFD, 0x7FFFFFFF, 0x80000000, 0x90000001, 0x23),
    ]
    if machine == c.EM_IA_64:  # readelf knows what OpenVMS has there, too
        kinds = [kind for kind in kinds if not 0x60000000 <= kind <= 0x6FFFFFF5]
    text = _readelf(tmp_path, _table(machine, [(kind, 0) for kind in kinds]), "-S")
    told = re.findall(r"^  \[ *\d+\] <no-strings> +(\S.*?) +0{16} ", text, re.MULTILINE)[1:]
    assert [names.section_type_name(machine, kind) for kind in kinds] == told


@pytest.mark.parametrize("os_abi", [0, 3, 6])
@pytest.mark.parametrize("machine", [c.EM_X86_64, c.EM_ARM, c.EM_PPC, c.EM_S390])
def test_flags_of_sections(tmp_path: Path, machine: int, os_abi: int) -> None:
    flags = [*(1 << bit for bit in range(34)), 0x37, 0xF0000007, 0x0FF00001, 0x81200000]
    text = _readelf(tmp_path, _table(machine, [(1, flag) for flag in flags], os_abi), "-S")
    told = re.findall(r" 00 ([ a-zA-Z]{3,}) +0 +0 +1$", text, re.MULTILINE)
    ours = [names.section_flag_letters(machine, os_abi, flag) for flag in flags]
    assert ours == [word.strip() for word in told]


@pytest.mark.parametrize("machine", _MACHINES)
def test_relocations(tmp_path: Path, machine: int) -> None:
    """Every type up to 300 of a table made for the purpose, and the last ones."""
    numbers = [*range(300), 1024, 1025, 1032]
    rows = b"".join(struct.pack("<QQ", number, _info(machine, number)) for number in numbers)
    section = struct.pack("<IIQQQQIIQQ", 0, c.SHT_REL, 0, 0, 192, len(rows), 0, 0, 8, 16)
    data = _header(machine, sections=2) + bytes(64) + section + rows
    text = _readelf(tmp_path, data, "-r")
    told = dict(re.findall(r"^(\w{16})  \w{16} (\S+)", text, re.MULTILINE))
    narrow = machine in (c.EM_MIPS, c.EM_SPARCV9)
    for number in numbers:
        name = names.relocation_name(machine, number & 0xFF if narrow else number)
        assert (name or "unrecognized:") == told[f"{number:016x}"]


def _info(machine: int, number: int) -> int:
    # MIPS keeps its types in the upper half of a little-endian word, the first one last.
    return (number & 0xFF) << 56 if machine == c.EM_MIPS else number
