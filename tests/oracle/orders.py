"""In which order glibc loads and initialises what a file needs, and whether the resolver says so.

    python -m tests.oracle.orders [FOLDER...]

asks about every ELF file below the folders (without any: /usr/bin, /usr/sbin, /usr/lib).  Nothing
is run: ld.so traces, as ldd has it do, and tells in which order it relocates objects, which is the
order in which it would initialise them.  `opened_by_glibc`, for tests, really opens a library, and
the constructors themselves are told.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from isolde.errors import ElfError
from isolde.resolve import Closure, System, closure

LOADER = "/lib64/ld-linux-x86-64.so.2"
_FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/lib")
_RELOCATED = re.compile(r"relocation processing: (\S+)")
_INITIALISED = re.compile(r"calling init: (\S+)")
_KERNELS = ("linux-vdso.so.1", "linux-gate.so.1")


class Orders(NamedTuple):
    """What one file has a process do; objects are real paths.

    loads: the objects in the order of loading, the file itself left out.
    missing: names that were not found.
    inits: the objects in the order of constructors, ld.so left out.
    """

    loads: tuple[str, ...]
    missing: tuple[str, ...]
    inits: tuple[str, ...]


class GlibcRefusesError(Exception):
    """glibc does not load the file; the text is its reason."""


def traced_by_glibc(path: str) -> Orders:
    """Return what ld.so does with the file at PATH as the first of a process.

    Raises:
        GlibcRefusesError: it cannot be loaded.
    """
    done, told = _told([LOADER, path], "reloc", {"LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "1"})
    rows = [line.strip() for line in done.stdout.splitlines() if line.startswith("\t")]
    found = [row for row in rows if row.split()[0] not in _KERNELS]
    if not found:
        raise GlibcRefusesError(done.stderr.strip() or "nothing is loaded for it")
    loads = [_path(row) for row in found if not row.endswith("not found")]
    missing = [row.partition(" => ")[0] for row in found if row.endswith("not found")]
    inits = _RELOCATED.findall(told)
    return Orders(_real(loads), tuple(missing), _real(inits))


def opened_by_glibc(opener: Path, library: str) -> tuple[str, ...]:
    """Return the objects whose constructors run, in order, when OPENER opens LIBRARY.

    Raises:
        GlibcRefusesError: it cannot be opened.
    """
    done, told = _told([str(opener), library], "files", {})
    if done.returncode != 0:
        raise GlibcRefusesError(done.stderr.strip())
    return _real(_INITIALISED.findall(told))


def by_resolver(made: Closure) -> Orders:
    """Return what MADE, a closure, says."""
    loads = [item.path for item in made.objects if item is not made.starts[0]]
    inits = [item.path for item in made.init_order().objects if not item.is_loader]
    missing = [each.found.name for each in made.missing]
    return Orders(_real(loads), tuple(missing), _real(inits))


def differences(path: str, system: System) -> Iterator[str]:
    """Yield in which orders the resolver differs from glibc for the file at PATH."""
    glibc, ours = traced_by_glibc(path), by_resolver(closure([path], system))
    for name, one, other in zip(Orders._fields, glibc, ours, strict=True):
        # ld.so relocates nothing where something is missing.
        if one != other and not (name == "inits" and glibc.missing):
            yield f"{path}: {name}: glibc {_first_apart(one, other)}"


def _first_apart(one: Sequence[str], other: Sequence[str]) -> str:
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return f"has {a} at {at}, Isolde {b}"
    return f"has {len(one)}, Isolde {len(other)}"


def _told(
    command: list[str], what: str, environment: dict[str, str]
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run COMMAND; also what LD_DEBUG tells of it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LD_")}
    with tempfile.TemporaryDirectory() as folder:
        debug = {"LD_DEBUG": what, "LD_DEBUG_OUTPUT": f"{folder}/told"}
        done = subprocess.run(
            command,
            env={**clean, **debug, **environment},
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=120,
            check=False,
        )
        texts = [path.read_text(errors="surrogateescape") for path in Path(folder).iterdir()]
    return done, "".join(texts)


def _path(row: str) -> str:
    return row.partition(" => ")[2].rpartition(" (")[0] or row.rpartition(" (")[0]


def _real(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(os.path.realpath(path) for path in paths)


def elf_files(folders: Iterable[str]) -> Iterator[str]:
    """Yield every program and library below FOLDERS that has dependencies, links left out."""
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            try:
                outline = System().outline(str(path))
            except (OSError, ElfError):
                continue
            if outline.entries and outline.machine == 62 and outline.elf_class == 64:
                yield str(path)


def main(folders: Sequence[str]) -> int:
    """Compare every file below FOLDERS; print what differs and how many were asked about."""
    asked = refused = 0
    different: list[str] = []
    system = System()
    for path in elf_files(folders or _FOLDERS):
        try:
            different += differences(path, system)
            asked += 1
        except GlibcRefusesError as error:
            refused += 1
            print(f"{path}: glibc refuses it: {str(error).splitlines()[-1]}")
    for line in different:
        print(line)
    print(f"{asked} files, {len(different)} differences, {refused} that glibc refuses")
    return bool(different)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
