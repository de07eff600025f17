"""Comparing many files, in several processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from multiprocessing import get_context

from tests.agreement.comparison import Comparison, compare
from tests.agreement.files import Sample
from tests.agreement.rows import Row

WORKERS = 2


def compare_all(
    files: Sequence[Sample], rows: Sequence[Row], workers: int = WORKERS
) -> Iterator[list[Comparison]]:
    """The comparisons of each file, as they come."""
    jobs = [(each, [row for row in rows if row.wants(each.kind, each.size)]) for each in files]
    if workers == 1:
        yield from map(_compare_file, jobs)
        return
    with get_context("spawn").Pool(workers, maxtasksperchild=200) as pool:
        yield from pool.imap_unordered(_compare_file, jobs)


def _compare_file(job: tuple[Sample, list[Row]]) -> list[Comparison]:
    file, rows = job
    return [compare(row, file.path) for row in rows]
