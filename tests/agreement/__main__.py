"""Compares the tools on the files of the machine; see the package for how."""

from __future__ import annotations

import argparse
import fnmatch
import sys

from isolde.report import print_table
from tests.agreement.explained import read_rules
from tests.agreement.files import FOLDERS, object_files, spread
from tests.agreement.rows import read_rows
from tests.agreement.table import COLUMNS, Tally, write_page
from tests.agreement.workers import WORKERS, compare_all

_SHOWN = 30  # unexplained differences that are printed, and lines of each


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="agreement", description=__doc__)
    parser.add_argument("folders", nargs="*", default=list(FOLDERS), metavar="FOLDER")
    parser.add_argument("--sample", type=int, metavar="N", help="N files, spread over all")
    parser.add_argument("--only", default="*", metavar="GLOB", help="rows, such as 'nm -D*'")
    parser.add_argument("--workers", type=int, default=WORKERS, metavar="N")
    parser.add_argument("--write", action="store_true", help="write docs/reference/agreement.md")
    return parser.parse_args()


def _show(tally: Tally) -> None:
    for each in tally.unexplained[:_SHOWN]:
        print(f"\n{each.row} {each.file}")
        for sign, lines in (("-", each.theirs), ("+", each.ours)):
            for line in lines[:_SHOWN]:
                print(f"  {sign} {line[:200]}")
    left = len(tally.unexplained) - _SHOWN
    if left > 0:
        print(f"\nand {left} more")


def main() -> int:
    """0, 1 (a difference is not explained) or 2 (nothing to compare)."""
    wanted = _arguments()
    rows = [row for row in read_rows() if fnmatch.fnmatchcase(row.name, f"{wanted.only}*")]
    there = object_files(wanted.folders)
    files = spread(there, wanted.sample) if wanted.sample else there
    if not files or not rows:
        print("agreement: no such files, or no such row", file=sys.stderr)
        return 2
    tally = Tally(read_rules())
    for number, found in enumerate(compare_all(files, rows, wanted.workers), start=1):
        for each in found:
            tally.add(each)
        if sys.stderr.isatty() or number % 200 == 0:
            left = f"{number} of {len(files)} files, {len(tally.unexplained)} unexplained"
            print(f"\r{left}", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
    print_table(COLUMNS, tally.rows(rows), title=f"{len(files)} files")
    _show(tally)
    if wanted.write:
        write_page(tally, rows, len(files), len(there))
    return int(bool(tally.unexplained))


if __name__ == "__main__":
    sys.exit(main())
