"""Lists in memory that may be torn, cyclic or garbage: read here from this process's own."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from typing import ClassVar

import pytest

from isolde.diagnose.process.image import Image
from isolde.diagnose.process.linkmaps import read_chain, read_objects, read_spaces
from isolde.diagnose.process.memory import Memory, UnreadableError


@pytest.fixture
def memory() -> Iterator[Memory]:
    descriptor = os.open("/proc/self/mem", os.O_RDONLY)
    yield Memory(descriptor, 8)
    os.close(descriptor)


class Words:
    """An array of words in this process, whose address is known, and stays good."""

    kept: ClassVar[list[object]] = []

    def __init__(self, *words: int) -> None:
        self._array = (ctypes.c_uint64 * len(words))(*words)
        self.kept.append(self._array)
        self.address = ctypes.addressof(self._array)

    def __setitem__(self, index: int, word: int) -> None:
        self._array[index] = word


_NAME = ctypes.create_string_buffer(b"/lib/one")


def _link_map(following: int, name: int | None = None) -> Words:
    return Words(0x1000, ctypes.addressof(_NAME) if name is None else name, 0x2000, following, 0)


def test_a_list_is_read_to_its_end(memory: Memory) -> None:
    last = _link_map(0, name=0)
    first = _link_map(last.address)
    found = read_objects(memory, first.address, {0})
    assert [(each.bias, each.name, each.dynamic) for each in found] == [
        (0x1000, "/lib/one", 0x2000),
        (0x1000, "", 0x2000),
    ]


def test_a_list_that_goes_round_is_read_once(memory: Memory) -> None:
    first = _link_map(0)
    first[3] = first.address
    assert len(read_objects(memory, first.address, {0})) == 1


@pytest.mark.parametrize("address", [1, 0xDEAD0000, (1 << 63) + 8, (1 << 64) - 8])
def test_a_list_that_leads_nowhere_is_unreadable(memory: Memory, address: int) -> None:
    first = _link_map(address)
    with pytest.raises(UnreadableError):
        read_objects(memory, first.address, {0})
    with pytest.raises(UnreadableError):
        read_objects(memory, _link_map(0, name=address).address, {0})


def test_the_chain_is_followed_from_version_2_on(memory: Memory) -> None:
    object_ = _link_map(0)
    second = Words(2, 0, 0, 1, 0, 0)
    first = Words(2, object_.address, 0, 0, 0, second.address)
    chain = read_chain(memory, first.address)
    assert [(len(each.objects), each.state) for each in chain] == [(1, 0), (0, 1)]
    first[0] = 1  # what follows is another variable of an older dynamic linker's
    assert len(read_chain(memory, first.address)) == 1


def test_a_chain_that_goes_round_is_read_once(memory: Memory) -> None:
    head = Words(2, 0, 0, 0, 0, 0)
    head[5] = head.address
    assert len(read_chain(memory, head.address)) == 1


def test_lists_that_share_their_elements_are_read_once_together(memory: Memory) -> None:
    object_ = _link_map(0)
    second = Words(2, object_.address, 0, 0, 0, 0)
    first = Words(2, object_.address, 0, 0, 0, second.address)
    assert [len(each.objects) for each in read_chain(memory, first.address)] == [1, 0]


def _space(following: int) -> Words:
    return Words(following, ctypes.addressof(_NAME), 7, 0)


def _layout(newest: Words, size: int = 40) -> Words:
    numbers = struct.pack("=8I", size, 0, 8, 16, 24, 0, 0, 0)
    return Words(*struct.unpack("=4Q", numbers), newest.address)


def test_spaces_are_found_by_the_table_of_the_library(memory: Memory) -> None:
    space = _space(0)
    newest = Words(space.address)
    (found,) = read_spaces(memory, _layout(newest).address)
    assert (found.address, found.name, found.number) == (space.address, "/lib/one", 7)
    space[0] = space.address
    assert len(read_spaces(memory, _layout(newest).address)) == 1


def test_a_table_of_another_shape_is_unreadable(memory: Memory) -> None:
    with pytest.raises(UnreadableError):
        read_spaces(memory, _layout(Words(0), size=32).address)


def test_no_image_is_made_of_what_is_no_elf_file(memory: Memory) -> None:
    with pytest.raises(UnreadableError):
        Image.at(memory, Words(*range(16)).address)


def _elf_header(headers: int) -> Words:
    """A header whose three program headers are at that offset, and garbage behind it."""
    head = b"\x7fELF\x02\x01\x01".ljust(32, b"\0") + struct.pack("=Q", headers)
    data = (head.ljust(56, b"\xff") + b"\x03\0").ljust(256, b"\xff")
    return Words(*struct.unpack("=32Q", data))


@pytest.mark.parametrize("offset", [1 << 40, 1 << 62, (1 << 64) - 64])
def test_a_header_that_leads_nowhere_gives_no_image(memory: Memory, offset: int) -> None:
    with pytest.raises(UnreadableError):
        Image.at(memory, _elf_header(offset).address)


def test_a_header_without_segments_gives_no_image(memory: Memory) -> None:
    with pytest.raises(UnreadableError):
        Image.at(memory, _elf_header(64).address)


def test_a_string_without_end_ends(memory: Memory) -> None:
    long = ctypes.create_string_buffer(b"x" * 100_000)
    assert memory.text(ctypes.addressof(long)) == "x" * 4096
