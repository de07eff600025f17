"""-I: how long the chains of the hash tables are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from isolde.binutils.readelf.subject import Subject, plural
from isolde.elf import GnuHashTable, HashTable


class Histogram(NamedTuple):
    """How many buckets of a table have chains of each length; table: "sysv" or "gnu"."""

    table: str
    buckets: int
    lengths: dict[int, int]


def histograms_of(subject: Subject) -> list[Histogram]:
    """The histogram of each hash table that the file has."""
    file = subject.file
    tables: tuple[tuple[str, HashTable | GnuHashTable | None], ...] = (
        ("sysv", subject.attempt(lambda: file.hash_table, None)),
        ("gnu", subject.attempt(lambda: file.gnu_hash_table, None)),
    )
    return [
        Histogram(name, table.bucket_count, _lengths(subject, table))
        for name, table in tables
        if table is not None and not _is_empty(table)
    ]


def histogram_text(subject: Subject) -> Iterator[str]:
    """The lines of the display."""
    for found in histograms_of(subject):
        which = " for `.gnu.hash'" if found.table == "gnu" else " for"
        total = plural(found.buckets, "1 bucket", f"{found.buckets} buckets")
        yield f"\nHistogram{which} bucket list length (total of {total}):"
        yield " Length  Number     % of total  Coverage"
        yield from _rows(found)


def histogram_facts(subject: Subject) -> list[dict[str, object]]:
    """Each histogram: how many buckets have chains of which length."""
    return [
        {
            "table": found.table,
            "buckets": found.buckets,
            "lengths": [
                {"length": length, "buckets": count}
                for length, count in sorted(found.lengths.items())
            ],
        }
        for found in histograms_of(subject)
    ]


def _lengths(subject: Subject, table: HashTable | GnuHashTable) -> dict[int, int]:
    return subject.attempt(lambda: dict(Counter(len(chain) for chain in table.chains())), {})


def _is_empty(table: HashTable | GnuHashTable) -> bool:
    """Whether it is a DT_GNU_HASH without a symbol, which linkers write for want of none."""
    return isinstance(table, GnuHashTable) and not any(table.buckets)


def _rows(found: Histogram) -> Iterator[str]:
    if not found.buckets:
        return
    counts = found.lengths
    symbols = sum(length * count for length, count in counts.items())
    empty = counts.get(0, 0)
    yield f"      0  {empty:<10} ({empty * 100 / found.buckets:5.1f}%)"
    covered = 0
    for length in range(1, max(counts, default=0) + 1):
        count = counts.get(length, 0)
        covered += count * length
        yield (
            f"{length:7}  {count:<10} ({count * 100 / found.buckets:5.1f}%)"
            f"    {covered * 100 / symbols:5.1f}%"
        )
