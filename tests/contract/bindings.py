"""Who each symbol reference of a file and its dependencies binds to: by glibc, and by the resolver.

glibc tells itself (``LD_DEBUG=bindings``), in two ways: with the file as the main object of a
process that ld.so only traces, as ldd does, so that programs are not run; and opened by
``dlopen``.  The resolver is ``isolde.resolve``.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from isolde.resolve import Binding, Closure, bind_all, closure, namespace_of
from isolde.resolve.references import references

_BINDING = re.compile(
    r"binding file (.+) \[\d+\] to (.+) \[\d+\]: \w+ symbol `([^']+)'(?: \[([^]]+)\])?"
)
_PROGRAM = "the program"
_ALLOCATOR = ("malloc", "calloc", "realloc", "free")


class Reference(NamedTuple):
    """One symbol that one object refers to; an object is the real path of its file."""

    image: str
    symbol: str
    version: str


Bindings = dict[Reference, frozenset[str]]
"""The objects that a reference is bound to: more than one where the relocation decides, too."""


class GlibcRefusesError(Exception):
    """glibc does not load the file; the text is its reason."""


def traced_by_glibc(file: str) -> Bindings:
    """Return what ld.so binds when FILE is the first object of a process; nothing is run.

    Raises:
        GlibcRefusesError: it does not load the file.
    """
    trace = {"LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "1"}
    return _by_glibc([str(_loader(file)), file], trace, file)


def opened_by_glibc(opener: Path, file: str) -> Bindings:
    """Return what dlopen of FILE binds in the program OPENER (tests/oracle/opener.c).

    Raises:
        GlibcRefusesError: it does not open the file.
    """
    return _by_glibc([str(opener), file], {}, str(opener))


def _loader(file: str) -> Path:
    return Path(os.environ.get("ISOLDE_LD_SO", "/lib64/ld-linux-x86-64.so.2"))


def _by_glibc(command: list[str], environment: dict[str, str], program: str) -> Bindings:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        wanted = {"LD_DEBUG": "bindings", "LD_DEBUG_OUTPUT": str(log), "LD_BIND_NOW": "1"}
        clean = {key: value for key, value in os.environ.items() if not key.startswith("LD_")}
        done = subprocess.run(
            command,
            env={**clean, **wanted, **environment},
            capture_output=True,
            cwd=folder,
            timeout=300,
            check=False,
        )
        if done.returncode != 0:
            raise GlibcRefusesError(done.stderr.decode(errors="replace").strip())
        texts = [path.read_text(errors="surrogateescape") for path in Path(folder).glob("log.*")]
    return gathered(_rows("".join(texts)), program)


def _rows(text: str) -> Iterator[tuple[str, str, str, str]]:
    for match in _BINDING.finditer(text):
        image, target, symbol, version = match.groups()
        yield image, symbol, version or "", target


def traced_by_resolver(file: str) -> Bindings:
    """Return what the resolver binds when FILE is the first object of a process.

    ld.so, which has relocated itself long before, traces only the others.
    """
    made = closure([file])
    namespace = namespace_of(made)
    order = [item for item in namespace.relocation_order if item.path not in _loaders(made)]
    return gathered(_named(bind_all(namespace, order)), file)


def opened_by_resolver(opener: Path, file: str) -> Bindings:
    """Return what the resolver binds when FILE is opened in the program OPENER."""
    namespace = namespace_of(closure([str(opener), file]))
    return gathered(_named(bind_all(namespace)), str(opener))


def known_references(opener: Path, file: str) -> dict[str, set[str]]:
    """Return the names that each object refers to, where FILE is opened in the program OPENER."""
    real = _Real(str(opener))
    return {
        real(item.path): {each.name for each in references(item.file)}
        for item in closure([str(opener), file]).objects
    }


def _loaders(made: Closure) -> set[str]:
    return {item.path for item in made.objects if item.is_loader}


def _named(bindings: Iterable[Binding]) -> Iterator[tuple[str, str, str, str]]:
    for binding in bindings:
        reference, found = binding.reference, binding.definition
        if found is not None and not reference.is_local:
            yield binding.asker.path, reference.name, reference.version or "", found.object.path


def gathered(rows: Iterable[tuple[str, str, str, str]], program: str) -> Bindings:
    """Return rows of (image, symbol, version, target) as bindings of real paths."""
    real: Callable[[str], str] = _Real(program)
    found: dict[Reference, set[str]] = {}
    for image, symbol, version, target in rows:
        found.setdefault(Reference(real(image), symbol, version), set()).add(real(target))
    return {key: frozenset(value) for key, value in found.items()}


class _Real:
    """Real paths, each asked for once."""

    def __init__(self, program: str) -> None:
        self._known = {program: _PROGRAM}

    def __call__(self, path: str) -> str:
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = os.path.realpath(path) if "/" in path else path
        return known


def _is_of_ld_so(reference: Reference) -> bool:
    """Whether ld.so itself looks the symbol up: the kernel's functions, and libc's allocator."""
    if reference.image == _PROGRAM and reference.symbol in _ALLOCATOR:
        return True
    return Path(reference.image).name.startswith(("ld-linux", "linux-vdso"))


class Difference(NamedTuple):
    """A reference that a loader and the resolver bind differently; no objects: not at all."""

    reference: Reference
    loader: frozenset[str]
    resolver: frozenset[str]


def differences(glibc: Bindings, resolver: Bindings) -> Iterator[Difference]:
    """Yield the references on which the two do not agree; those that ld.so makes itself apart."""
    nothing: frozenset[str] = frozenset()
    for reference in {**glibc, **resolver}:
        if _is_of_ld_so(reference) and reference not in resolver:
            continue
        theirs, ours = glibc.get(reference, nothing), resolver.get(reference, nothing)
        if theirs != ours:
            yield Difference(reference, theirs, ours)
