"""Opens every shared object of a system with glibc and with Isolde, and explains each difference.

Run as ``python -m tests.census.census [FOLDER...]`` (``make census``); without folders it takes
the system's library folders. Exit status 1 if a difference is not explained in explained.toml.
"""

from __future__ import annotations

import argparse
import fnmatch
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from isolde.report import print_json, print_table
from tests.census.outcome import Outcome, read_outcome
from tests.toolchain import compile_object, link_with_libisolde

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
SYSTEM_FOLDERS = ("/lib", "/usr/lib", "/usr/local/lib", "/lib64", "/usr/lib64")
WORKERS = 2
_SHARED_OBJECT = re.compile(r"\.so(\.[0-9][0-9.]*)?$")


@dataclass(frozen=True)
class Explanation:
    """Why some files may fare differently: ``files`` is a glob, the outcomes are globs too."""

    files: str
    why: str
    glibc: str = "*"
    isolde: str = "*"

    def covers(self, finding: Finding) -> bool:
        """Whether this explains that difference."""
        return (
            fnmatch.fnmatchcase(finding.file, self.files)
            and fnmatch.fnmatchcase(finding.glibc.what, self.glibc)
            and fnmatch.fnmatchcase(finding.isolde.what, self.isolde)
        )


@dataclass(frozen=True)
class Finding:
    """One file and how it fared under both loaders."""

    file: str
    glibc: Outcome
    isolde: Outcome

    @property
    def differs(self) -> bool:
        """Whether the two loaders did not do the same."""
        return self.glibc.what != self.isolde.what


def shared_objects(folders: Iterable[str]) -> list[str]:
    """Return the files named like shared objects below the folders, each file once."""
    found = {
        str(path.resolve())
        for folder in folders
        for path in Path(folder).rglob("*.so*")
        if _SHARED_OBJECT.search(path.name) and path.is_file()
    }
    return sorted(found)


def outcomes(opener: Path, files: Sequence[str], arguments: Sequence[str]) -> list[Outcome]:
    """Return how each file fares under one opener, in the order given."""
    parts = [files[start::WORKERS] for start in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(lambda part: _outcomes_of_part(opener, part, arguments), parts))
    return [done[index % WORKERS][index // WORKERS] for index in range(len(files))]


def _outcomes_of_part(
    opener: Path, files: Sequence[str], arguments: Sequence[str]
) -> list[Outcome]:
    done = subprocess.run(
        [str(opener), *arguments],
        cwd=opener.parent,  # some libraries write files where they are loaded
        input="".join(f"{file}\n" for file in files),
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        check=True,
    )
    return [read_outcome(line) for line in done.stdout.splitlines()]


def census(files: Sequence[str], arguments: Sequence[str]) -> list[Finding]:
    """Return how every file fares under both loaders; ``arguments`` are opener.c's."""
    with tempfile.TemporaryDirectory(prefix="census-") as folder:
        source = [HERE / "opener.c"]
        plain = compile_object(Path(folder) / "glibc", source, ["-D_GNU_SOURCE", "-ldl"])
        flags = ["-D_GNU_SOURCE", "-DTHROUGH_ISOLDE", *link_with_libisolde()]
        ours = compile_object(Path(folder) / "isolde", source, flags)
        both = (outcomes(plain, files, arguments), outcomes(ours, files, arguments))
    return [Finding(*each) for each in zip(files, *both, strict=True)]


def explanations() -> list[Explanation]:
    """Return what explained.toml says.

    Raises:
        TypeError: it has a key that Explanation does not know.
    """
    entries = tomllib.loads((HERE / "explained.toml").read_text()).get("difference", ())
    return [Explanation(**entry) for entry in entries]


def explanation_of(finding: Finding, known: Sequence[Explanation]) -> Explanation | None:
    """Return the first explanation that covers a difference, or None."""
    return next((each for each in known if each.covers(finding)), None)


def _summary(findings: Sequence[Finding], known: Sequence[Explanation]) -> Iterator[list[object]]:
    same = Counter(each.glibc.what for each in findings if not each.differs)
    for what, count in same.most_common():
        yield [count, what, "the same"]
    different: Counter[tuple[str, str, str]] = Counter()
    for each in findings:
        if each.differs:
            explained = explanation_of(each, known)
            different[each.glibc.what, each.isolde.what, explained.why if explained else ""] += 1
    for (glibc, isolde, why), count in different.most_common():
        yield [count, glibc, f"{isolde} ({why or 'UNEXPLAINED'})"]


def _print(findings: Sequence[Finding], known: Sequence[Explanation]) -> None:
    unexplained = [each for each in findings if each.differs and not explanation_of(each, known)]
    title = f"{len(findings)} shared objects"
    print_table(["files", "glibc", "Isolde"], list(_summary(findings, known)), title=title)
    for each in unexplained:
        print(f"\n{each.file}\n  glibc:  {each.glibc.what}  {each.glibc.message}")
        print(f"  Isolde: {each.isolde.what}  {each.isolde.message}")


def _as_json(findings: Sequence[Finding], known: Sequence[Explanation]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for each in findings:
        why = explanation_of(each, known) if each.differs else None
        rows.append({**asdict(each), "same": not each.differs, "why": why and why.why})
    return rows


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="census", description=__doc__)
    parser.add_argument("folders", nargs="*", default=list(SYSTEM_FOLDERS), metavar="FOLDER")
    parser.add_argument("--beside", metavar="LIBRARY", help="opened first, RTLD_GLOBAL, every time")
    parser.add_argument("--timeout", type=int, default=20, help="seconds until an open has hung")
    parser.add_argument("--json", action="store_true", help="print every file's outcome as JSON")
    return parser.parse_args()


def main() -> int:
    """Take the census; 0, 1 (an unexplained difference) or 2 (nothing to open)."""
    wanted = _arguments()
    files = shared_objects(wanted.folders)
    if not files:
        print(f"census: no shared objects below {', '.join(wanted.folders)}", file=sys.stderr)
        return 2
    arguments = [str(wanted.timeout), *([wanted.beside] if wanted.beside else [])]
    findings, known = census(files, arguments), explanations()
    if wanted.json:
        print_json(_as_json(findings, known))
    else:
        _print(findings, known)
    return int(any(each.differs and not explanation_of(each, known) for each in findings))


if __name__ == "__main__":
    sys.exit(main())
