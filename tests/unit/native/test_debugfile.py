"""Whatever the sections of a library say, showing it to debuggers does no harm."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.toolchain import compile_library
from tests.unit.native.opener import Opener

_SAMPLE = Path(__file__).with_name("dwarf") / "sample.c"
_SETTINGS = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_SECTION_HEADERS = 40  # offset of e_shoff in Elf64_Ehdr
_FIELDS_ABOUT_SECTIONS = [*range(40, 48), *range(58, 64)]
_VALUES = st.one_of(
    st.integers(0, 255).map(lambda value: bytes([value])),
    st.sampled_from([b"\xff" * 8, b"\0" * 8, b"\0\x10\0\0\0\0\0\0", b"\xff\xff\xff\x7f"]),
    st.binary(min_size=1, max_size=8),
)


@pytest.fixture(scope="module")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    opener = Opener(tmp_path_factory.mktemp("opener"), "jit")
    yield opener
    opener.close()


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("libraries")
    ways = [("-gdwarf-5", "-O2"), ("-gdwarf-4",), ("-gz=zlib",), ("-s", "-Wl,--build-id")]
    outputs = [folder / f"lib{number}.so" for number in range(len(ways))]
    for output, flags in zip(outputs, ways, strict=True):
        compile_library(output, [_SAMPLE], flags)
    return [output.read_bytes() for output in outputs]


@given(data=st.data())
@_SETTINGS
def test_changed_section_headers(
    opener: Opener, libraries: list[bytes], data: st.DataObject
) -> None:
    content = bytearray(libraries[data.draw(st.integers(0, len(libraries) - 1))])
    (start,) = struct.unpack_from("<Q", content, _SECTION_HEADERS)
    changes = st.tuples(st.integers(start, len(content) - 8), _VALUES)
    for at, value in data.draw(st.lists(changes, min_size=1, max_size=6)):
        content[at : at + len(value)] = value
    assert opener.open(bytes(content)) == "loaded"


@given(at=st.sampled_from(_FIELDS_ABOUT_SECTIONS), value=st.integers(0, 255))
@_SETTINGS
def test_changed_places_of_section_headers(
    opener: Opener, libraries: list[bytes], at: int, value: int
) -> None:
    content = bytearray(libraries[0])
    content[at] = value
    assert opener.open(bytes(content)) == "loaded"


def test_a_library_without_section_headers_is_loaded_all_the_same(
    opener: Opener, libraries: list[bytes]
) -> None:
    content = bytearray(libraries[0])
    struct.pack_into("<Q", content, _SECTION_HEADERS, 0)
    struct.pack_into("<HHH", content, 58, 0, 0, 0)
    assert opener.open(bytes(content)) == "loaded"
