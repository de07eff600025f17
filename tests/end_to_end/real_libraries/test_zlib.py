from __future__ import annotations

import ctypes

import isolde
from tests.end_to_end.real_libraries.system import needs

pytestmark = needs("libz.so.1")


def compressed(z: isolde.Library, data: bytes, level: int) -> bytes:
    z.compressBound.restype = ctypes.c_ulong
    size = ctypes.c_ulong(z.compressBound(ctypes.c_ulong(len(data))))
    output = ctypes.create_string_buffer(size.value)
    assert z.compress2(output, ctypes.byref(size), data, ctypes.c_ulong(len(data)), level) == 0
    return output.raw[: size.value]


def uncompressed(z: isolde.Library, data: bytes, length: int) -> bytes:
    size = ctypes.c_ulong(length)
    output = ctypes.create_string_buffer(length)
    assert z.uncompress(output, ctypes.byref(size), data, ctypes.c_ulong(len(data))) == 0
    return output.raw[: size.value]


def test_what_one_space_compresses_another_uncompresses(twenty_spaces: list[isolde.Space]) -> None:
    libraries = [space.load("libz.so.1") for space in twenty_spaces]
    data = bytes(range(256)) * 400
    for number, library in enumerate(libraries):
        packed = compressed(library, data, level=1 + number % 9)
        assert len(packed) < len(data) // 10
        assert uncompressed(libraries[-1 - number], packed, len(data)) == data


def test_every_copy_is_at_its_own_address(twenty_spaces: list[isolde.Space]) -> None:
    addresses = {space.load("libz.so.1").base for space in twenty_spaces}
    assert len(addresses) == len(twenty_spaces)
