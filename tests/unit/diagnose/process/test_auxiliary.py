"""Where the kernel has put a program, of 64 bits and of 32."""

from __future__ import annotations

import struct

from isolde.diagnose.process.auxiliary import Auxiliary, parse_auxiliary

_PAIRS = (33, 0x7000, 4, 0, 3, 0x1040, 5, 11, 7, 0x9000, 0, 0)


def _with_header_size(size: int) -> tuple[int, ...]:
    return tuple(size if index == 3 else value for index, value in enumerate(_PAIRS))


def test_the_size_of_a_program_header_tells_the_size_of_an_address() -> None:
    wide = struct.pack("=12Q", *_with_header_size(56))
    narrow = struct.pack("=12I", *_with_header_size(32))
    assert parse_auxiliary(wide) == Auxiliary(8, 0x1040, 11, 0x9000)
    assert parse_auxiliary(narrow) == Auxiliary(4, 0x1040, 11, 0x9000)


def test_a_process_between_two_programs_has_none() -> None:
    assert parse_auxiliary(b"") is None
    assert parse_auxiliary(bytes(320)) is None
    assert parse_auxiliary(b"\xff" * 333) is None
