"""Both hash tables in which the dynamic linker looks names up.

DT_HASH is in gABI chapter 5, "Hash Table"; of DT_GNU_HASH, binutils' and glibc's sources are the
specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from isolde.elf._bytes import Bytes


def sysv_hash(name: bytes) -> int:
    """The gABI's hash of a symbol's name: 32 bits, of which 28 are used."""
    value = 0
    for byte in name:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ high >> 24) & ~high & 0xFFFFFFFF
    return value


def gnu_hash(name: bytes) -> int:
    """The hash of DT_GNU_HASH: Bernstein's, 32 bits."""
    value = 5381
    for byte in name:
        value = value * 33 + byte & 0xFFFFFFFF
    return value


class HashTable:
    """DT_HASH: `buckets`, and a `chain` with one link for every symbol of the table."""

    def __init__(self, raw: Bytes, offset: int, *, word: str = "u32") -> None:
        # Alpha and s390x keep 64-bit words here.
        size = raw.layouts[word].size
        (buckets,) = raw.read(word, offset, "DT_HASH")
        (links,) = raw.read(word, offset + size, "DT_HASH")
        start = offset + 2 * size
        self.buckets: list[int] = [
            row[0] for row in raw.table(word, start, buckets, size, "DT_HASH")
        ]
        start += buckets * size
        self.chain: list[int] = [row[0] for row in raw.table(word, start, links, size, "DT_HASH")]

    @property
    def bucket_count(self) -> int:
        """How many chains there are."""
        return len(self.buckets)

    @property
    def symbol_count(self) -> int:
        """How many symbols the dynamic symbol table has: nchain says so."""
        return len(self.chain)

    def lookup(self, name: str) -> list[int]:
        """Indexes of symbols that may have that NAME, in the order in which a loader meets them."""
        if not self.buckets:
            return []
        index = self.buckets[sysv_hash(_bytes(name)) % len(self.buckets)]
        found: list[int] = []
        while 0 < index < len(self.chain) and len(found) < len(self.chain):
            found.append(index)
            index = self.chain[index]
        return found

    def chains(self) -> Iterator[list[int]]:
        """The symbols of each bucket; a chain ends where it runs into another, or into itself."""
        met: set[int] = set()
        for first in self.buckets:
            found: list[int] = []
            index = first
            while 0 < index < len(self.chain) and index not in met:
                found.append(index)
                met.add(index)
                index = self.chain[index]
            yield found


class GnuHashTable:
    """DT_GNU_HASH: a Bloom filter, buckets, and hashes whose last bit ends a chain.

    Only symbols from `first_symbol` on are in it.
    """

    def __init__(self, raw: Bytes, offset: int) -> None:
        buckets, self.first_symbol, words, self.bloom_shift = raw.read(
            "gnu_hash", offset, "DT_GNU_HASH"
        )
        word = raw.layouts["word"].size
        start = offset + 16
        self.bloom: list[int] = [
            row[0] for row in raw.table("word", start, words, word, "DT_GNU_HASH")
        ]
        start += words * word
        self.buckets: list[int] = [
            row[0] for row in raw.table("u32", start, buckets, 4, "DT_GNU_HASH")
        ]
        self._raw = raw
        self._word_bits = word * 8
        self.chain_offset = start + buckets * 4
        self._hashes: Sequence[int] | None = None

    @property
    def bucket_count(self) -> int:
        """How many chains there are."""
        return len(self.buckets)

    @property
    def hashes(self) -> Sequence[int]:
        """The hash of each symbol from `first_symbol` on; an odd one ends its chain.

        Raises:
            ElfError: a chain does not end within the file.
        """
        if self._hashes is None:
            self._hashes = self._read_hashes()
        return self._hashes

    @property
    def symbol_count(self) -> int:
        """How many symbols the dynamic symbol table has, as far as this table knows."""
        return self.first_symbol + len(self.hashes)

    def lookup(self, name: str) -> list[int]:
        """Indexes of symbols whose hash is NAME's, in the order in which a loader meets them."""
        value = gnu_hash(_bytes(name))
        if not self.buckets or not self.may_have(value):
            return []
        return [
            self.first_symbol + place
            for place in self._chain(self.buckets[value % len(self.buckets)])
            if self.hashes[place] | 1 == value | 1
        ]

    def chains(self) -> Iterator[list[int]]:
        """The symbols of each bucket; a chain ends where it runs into another."""
        met: set[int] = set()
        for first in self.buckets:
            found = [
                self.first_symbol + place
                for place in takewhile(lambda place: place not in met, self._chain(first))
            ]
            met.update(index - self.first_symbol for index in found)
            yield found

    def may_have(self, value: int) -> bool:
        """Whether the Bloom filter lets a name of hash VALUE pass: without it there is none."""
        if not self.bloom:
            return True
        bits = self._word_bits
        word = self.bloom[value // bits % len(self.bloom)]
        return bool(word >> value % bits & word >> (value >> self.bloom_shift) % bits & 1)

    def _chain(self, first: int) -> Iterator[int]:
        place = first - self.first_symbol
        if first == 0 or place < 0:
            return
        while place < len(self.hashes):
            yield place
            if self.hashes[place] & 1:
                return
            place += 1

    def _read_hashes(self) -> Sequence[int]:
        last = max(self.buckets, default=0)
        if last < self.first_symbol or last == 0:
            return ()
        count = last - self.first_symbol + 1
        form = self._raw.layouts["u32"]
        data = self._raw.slice(self.chain_offset, count * 4, "the chains of DT_GNU_HASH")
        hashes = [row[0] for row in form.iter_unpack(data)]
        place = self.chain_offset + count * 4
        while not hashes[-1] & 1:
            hashes.append(self._raw.read("u32", place, "the last chain of DT_GNU_HASH")[0])
            place += 4
        return hashes


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
