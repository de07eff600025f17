"""Compares the explaining resolver with glibc and with the core, over every file of the machine.

Run as ``python -m tests.contract.contract [FILE-OR-FOLDER...]`` (``make contract``); without any it
takes the system's programs and libraries.  Each file is asked about in three ways: as the first
object of a process, opened by dlopen, and opened in a space, whose slots are read back.  Exit
status 1 if a difference is not explained in explained.toml.
"""

from __future__ import annotations

import argparse
import fnmatch
import multiprocessing
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from isolde.elf import ElfError, File
from isolde.elf.constants import EM_X86_64, ET_DYN, ET_EXEC, PT_DYNAMIC, SHT_NOBITS
from isolde.report import print_json, print_table
from tests.contract.bindings import (
    Difference,
    GlibcRefusesError,
    Reference,
    differences,
    known_references,
    opened_by_glibc,
    opened_by_resolver,
    traced_by_glibc,
    traced_by_resolver,
)
from tests.contract.spaces import bound_by_core, bound_by_resolver, in_core
from tests.toolchain import compile_object, link_with_libisolde

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
ORACLE = HERE.parent / "oracle"
SYSTEM_FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec", "/usr/local")
WAYS = ("process", "dlopen", "space")
WORKERS = 2


@dataclass(frozen=True)
class Explanation:
    """Why references may be bound differently; every field but ``why`` is a glob."""

    why: str
    way: str = "*"
    file: str = "*"
    image: str = "*"
    symbol: str | Sequence[str] = "*"
    loader: str = "*"
    resolver: str = "*"

    def covers(self, file: str, found: Found) -> bool:
        """Whether this explains that difference."""
        pairs = (
            (found.way, self.way),
            (file, self.file),
            (found.image, self.image),
            (found.loader, self.loader),
            (found.resolver, self.resolver),
        )
        symbols = [self.symbol] if isinstance(self.symbol, str) else self.symbol
        return any(fnmatch.fnmatchcase(found.symbol, glob) for glob in symbols) and all(
            fnmatch.fnmatchcase(text, glob) for text, glob in pairs
        )


class Found(NamedTuple):
    """A reference that a loader and the resolver bind differently."""

    way: str
    image: str
    symbol: str
    loader: str
    resolver: str


class Outcome(NamedTuple):
    """What one way of asking about one file gave.

    refusal: why there was nothing to compare; None for a comparison.
    references: how many were compared.
    """

    file: str
    way: str
    references: int
    found: tuple[Found, ...]
    refusal: str | None = None


class Tools(NamedTuple):
    """The programs that open a library: by dlopen, and in a space."""

    opener: Path
    reader: Path

    @classmethod
    def made_in(cls, folder: Path) -> Tools:
        opener = compile_object(folder / "opener", [ORACLE / "opener.c"], ["-ldl"])
        flags = ["-D_GNU_SOURCE", *link_with_libisolde()]
        return cls(opener, compile_object(folder / "reader", [ORACLE / "bindings.c"], flags))


def files_below(places: Iterable[str]) -> list[str]:
    """The ELF files below folders, and files, that ld.so of this machine could load, each once."""
    paths = (
        path
        for place in map(Path, places)
        for path in (place.rglob("*") if place.is_dir() else [place])
    )
    real = {path.resolve() for path in paths if path.is_file()}
    return sorted(str(path) for path in real if _is_dynamic(path))


def _is_dynamic(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            if stream.read(4) != b"\x7fELF":
                return False
        with File(path) as file:
            header = file.header
            return (
                header.machine == EM_X86_64
                and header.elf_class == 64
                and header.type in (ET_DYN, ET_EXEC)
                and any(segment.type == PT_DYNAMIC for segment in file.segments)
                and not _is_debug_information(file)
            )
    except (OSError, ElfError):
        return False


def _is_debug_information(file: File) -> bool:
    """Whether FILE was split off another, and has its headers without their contents."""
    section = file.section(".dynamic")
    return section is not None and section.type == SHT_NOBITS


def is_library(file: str) -> bool:
    """Whether FILE is one that a program opens."""
    with File(file) as opened:
        return opened.is_shared_object


def compare(file: str, ways: Sequence[str], tools: Tools) -> list[Outcome]:
    """Ask about FILE in each of WAYS; a program cannot be opened."""
    comparisons = {
        "process": partial(_in_a_process, file),
        "dlopen": partial(_by_dlopen, file, tools.opener),
        "space": partial(_in_a_space, file, tools.reader),
    }
    wanted = ways if is_library(file) else [way for way in ways if way == "process"]
    return [_outcome(file, way, comparisons[way]) for way in wanted]


def _outcome(
    file: str, way: str, ask: Callable[[], tuple[int, Iterator[Difference], _Why]]
) -> Outcome:
    try:
        count, different, why = ask()
        return Outcome(file, way, count, tuple(_found(way, each, why) for each in different))
    except GlibcRefusesError as error:
        lines = str(error).splitlines()
        return Outcome(file, way, 0, (), lines[-1] if lines else "it ended without a word")
    except subprocess.TimeoutExpired:
        return Outcome(file, way, 0, (), "it does not come to an end")


_Why = Callable[[Reference], str]


def _in_a_process(file: str) -> tuple[int, Iterator[Difference], _Why]:
    theirs, ours = traced_by_glibc(file), traced_by_resolver(file)
    return len(ours), differences(theirs, ours), _nothing


def _by_dlopen(file: str, opener: Path) -> tuple[int, Iterator[Difference], _Why]:
    theirs, ours = opened_by_glibc(opener, file), opened_by_resolver(opener, file)
    return len(ours), differences(theirs, ours), _Unasked(opener, file)


def _in_a_space(file: str, reader: Path) -> tuple[int, Iterator[Difference], _Why]:
    theirs, ours = bound_by_core(reader, file), bound_by_resolver(reader, file)
    return len(theirs), in_core(theirs, ours), _nothing


def _nothing(reference: Reference) -> str:
    return "nothing"


class _Unasked:
    """Why the resolver binds nothing: no relocation asks, or it does not know of the object."""

    def __init__(self, opener: Path, file: str) -> None:
        self._files = opener, file
        self._known: dict[str, set[str]] | None = None

    def __call__(self, reference: Reference) -> str:
        if self._known is None:
            self._known = known_references(*self._files)
        if reference.image not in self._known:
            return "not loaded"
        asked = reference.symbol in self._known[reference.image]
        return "nothing" if asked else "no reference"


def _found(way: str, each: Difference, why: _Why) -> Found:
    reference = each.reference
    symbol = f"{reference.symbol}@{reference.version}" if reference.version else reference.symbol
    loader = ", ".join(sorted(each.loader)) or "nothing"
    resolver = ", ".join(sorted(each.resolver)) or why(reference)
    return Found(way, reference.image, symbol, loader, resolver)


def explanations() -> list[Explanation]:
    """What explained.toml says.

    Raises:
        TypeError: it has a key that Explanation does not know.
    """
    entries = tomllib.loads((HERE / "explained.toml").read_text()).get("difference", ())
    return [Explanation(**entry) for entry in entries]


def explanation_of(file: str, found: Found, known: Sequence[Explanation]) -> str | None:
    """Why a reference is bound differently; None: nobody knows."""
    return next((each.why for each in known if each.covers(file, found)), None)


def outcomes(files: Sequence[str], ways: Sequence[str]) -> Iterator[Outcome]:
    """Ask about every file, two at a time, and say now and then how far it is."""
    with tempfile.TemporaryDirectory(prefix="contract-") as folder:
        ask = partial(compare, ways=ways, tools=Tools.made_in(Path(folder)))
        with multiprocessing.Pool(WORKERS, maxtasksperchild=20) as pool:
            for done, some in enumerate(pool.imap_unordered(ask, files), 1):
                yield from some
                if done % 100 == 0:
                    print(f"{done:,} of {len(files):,} files", file=sys.stderr, flush=True)


class Tally:
    """The table of the contract: a row for each way, then one for each explanation."""

    def __init__(self, known: Sequence[Explanation]) -> None:
        self._known = known
        self.files: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.references: Counter[str] = Counter()
        self.explained: Counter[tuple[str, str]] = Counter()
        self.unexplained: list[tuple[str, Found]] = []

    def add(self, outcome: Outcome) -> None:
        if outcome.refusal is not None:
            self.refused[outcome.way] += 1
            return
        self.files[outcome.way] += 1
        self.references[outcome.way] += outcome.references
        for found in outcome.found:
            why = explanation_of(outcome.file, found, self._known)
            if why is None:
                self.unexplained.append((outcome.file, found))
            else:
                self.explained[outcome.way, why] += 1

    def rows(self) -> Iterator[list[object]]:
        bad = Counter(found.way for _, found in self.unexplained)
        for way in WAYS:
            different = sum(n for (each, _), n in self.explained.items() if each == way)
            yield [
                way,
                f"{self.files[way]:,}",
                f"{self.refused[way]:,}",
                f"{self.references[way]:,}",
                f"{different:,}",
                f"{bad[way]:,}",
            ]

    def show(self) -> None:
        columns = ["way", "files", "refused", "references", "explained", "unexplained"]
        print_table(columns, list(self.rows()))
        for (way, why), count in self.explained.most_common():
            print(f"{count:9,}  {way}: {why}")
        for file, found in self.unexplained:
            print(f"\n{file} ({found.way})\n  {found.image}: {found.symbol}")
            print(f"  loader: {found.loader}\n  resolver: {found.resolver}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="contract", description=__doc__)
    parser.add_argument("places", nargs="*", default=list(SYSTEM_FOLDERS), metavar="FILE-OR-FOLDER")
    parser.add_argument("--way", action="append", choices=WAYS, help="only this way; repeatable")
    parser.add_argument("--json", action="store_true", help="print every file's outcome as JSON")
    return parser.parse_args()


def main() -> int:
    """Compare; 0, 1 (an unexplained difference) or 2 (nothing to compare)."""
    wanted = _arguments()
    files = files_below(wanted.places)
    if not files:
        print(f"contract: no ELF files below {', '.join(wanted.places)}", file=sys.stderr)
        return 2
    tally, all_outcomes = Tally(explanations()), []
    for outcome in outcomes(files, wanted.way or WAYS):
        tally.add(outcome)
        all_outcomes.append(outcome)
    if wanted.json:
        print_json(
            [
                {**each._asdict(), "found": [f._asdict() for f in each.found]}
                for each in all_outcomes
            ]
        )
    else:
        tally.show()
    return int(bool(tally.unexplained))


if __name__ == "__main__":
    sys.exit(main())
