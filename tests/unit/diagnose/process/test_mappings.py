"""The lines of /proc/PID/maps, odd ones too."""

from __future__ import annotations

import os

from isolde.diagnose.process.mappings import parse_mappings

_TEXT = rb"""\
00400000-00401000 r--p 00000000 fe:01 1234   /usr/bin/a b
00401000-00402000 r-xp 00001000 fe:01 1234   /usr/bin/a b
7f0000000000-7f0000001000 rw-p 00000000 00:00 0{blank}
7f0000002000-7f0000003000 r--s 00000000 00:05 7   /memfd:x (deleted)
7f0000003000-7f0000004000 r--p 00000000 fe:01 9   /tmp/two\012lines (deleted)
7ffc00000000-7ffc00001000 r-xp 00000000 00:00 0   [vdso]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0   [vsyscall]
""".replace(b"{blank}", b" ").lstrip(b"\\\n")


def test_every_line_is_a_mapping() -> None:
    mappings = parse_mappings(_TEXT).all
    assert [each.name for each in mappings] == [
        "/usr/bin/a b",
        "/usr/bin/a b",
        "",
        "/memfd:x (deleted)",
        "/tmp/two\nlines (deleted)",
        "[vdso]",
        "[vsyscall]",
    ]
    second = mappings[1]
    assert (second.start, second.end, second.offset) == (0x401000, 0x402000, 0x1000)
    assert (second.device, second.inode) == (os.makedev(0xFE, 1), 1234)
    assert (second.is_executable, second.is_file) == (True, True)


def test_the_kernels_remark_is_no_part_of_a_path() -> None:
    mappings = parse_mappings(_TEXT).all
    assert [mappings[index].path for index in (0, 3, 4)] == [
        "/usr/bin/a b",
        "/memfd:x",
        "/tmp/two\nlines",
    ]


def test_an_address_is_in_one_mapping_or_in_none() -> None:
    mappings = parse_mappings(_TEXT)
    assert mappings.position(0x400000) == 0
    assert mappings.position(0x401FFF) == 1
    assert mappings.position(0x402000) is None
    assert mappings.position(0) is None
    found = mappings.at(0x7FFC00000001)
    assert found is not None
    assert found.name == "[vdso]"


def test_our_own_mappings_can_all_be_read() -> None:
    with open("/proc/self/maps", "rb") as file:  # noqa: PTH123 (one read, as the kernel makes it)
        text = file.read()
    assert len(parse_mappings(text).all) == len(text.splitlines())
