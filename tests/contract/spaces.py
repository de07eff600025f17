"""Who each symbol reference in a space is bound to: by the core, and by the resolver.

What the core did is read back from the slots in memory, by tests/oracle/bindings.c.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from isolde.resolve import Space, bind_all, closure
from tests.contract.bindings import Bindings, Difference, GlibcRefusesError, gathered

_TIMEOUT_S = 120


def bound_by_core(reader: Path, file: str) -> Bindings:
    """Return what the slots of a space hold in which READER has opened FILE.

    Raises:
        GlibcRefusesError: the space does not open it.
    """
    clean = {key: value for key, value in os.environ.items() if not key.startswith("LD_")}
    done = subprocess.run(
        [str(reader), file],
        env=clean,
        capture_output=True,
        cwd=reader.parent,  # some libraries write files where they are loaded
        timeout=_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise GlibcRefusesError(done.stderr.decode(errors="replace").strip())
    lines = done.stdout.decode(errors="surrogateescape").splitlines()
    rows = (line.split("\t") for line in lines if line.count("\t") == 2)
    return gathered(((image, symbol, "", target) for image, symbol, target in rows), str(reader))


def bound_by_resolver(reader: Path, file: str) -> Bindings:
    """Return what the resolver binds in a space of READER in which FILE is opened."""
    made = closure([str(reader), file])
    program, library = made.starts
    space = Space(host=made.scope(program))
    space.open(made.scope(library))
    rows = (
        (each.asker.path, each.reference.name, "", each.definition.object.path)
        for each in bind_all(space)
        if each.definition is not None and not each.reference.is_local
    )
    return gathered(rows, str(reader))


def in_core(core: Bindings, resolver: Bindings) -> Iterator[Difference]:
    """Yield the references that the core has bound, and the resolver binds differently.

    The core's slots tell no versions, and not every slot can be read back.
    """
    for reference, theirs in core.items():
        ours = resolver.get(reference, frozenset())
        if not theirs <= ours:
            yield Difference(reference, theirs, ours)
