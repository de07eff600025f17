"""Who each symbol reference of a library and its dependencies binds to, by glibc and by Isolde.

glibc tells itself (``LD_DEBUG=bindings``); what Isolde did is read back from the slots in memory.
Where the two differ by a rule of a space, ``RULES`` says which.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_BINDING = re.compile(r"binding file (\S+) \[\d+\] to (\S+) \[\d+\]: \w+ symbol `([^']+)'")

EXECUTABLE = "the executable"  # the opening program, of another name on either side

# What a space answers itself, DESIGN "Rules of a space" 3, and what counts on an image's behalf.
_DL_FAMILY = "acts on the caller's space"
_KEY_FUNCTIONS = ("pthread_key_create", "__pthread_key_create", "pthread_key_delete")
_KEYS = "gives the image's keys back when it is unmapped"
_VALUES = "knows the keys of spaces beyond glibc's 1,024"
_HANDLERS = "kept apart from another thread's fork"
_EXCEPTIONS = "counts a thread's exceptions, whichever libstdc++ throws"
RULES = {
    **dict.fromkeys(("dlopen", "dlmopen", "dlsym", "dlvsym", "dlclose", "dlerror"), _DL_FAMILY),
    **dict.fromkeys(("dladdr", "dladdr1", "dlinfo", "dl_iterate_phdr"), _DL_FAMILY),
    **dict.fromkeys(_KEY_FUNCTIONS, _KEYS),
    **dict.fromkeys(("pthread_getspecific", "pthread_setspecific"), _VALUES),
    "_dl_find_object": "finds a space's images too",
    "__tls_get_addr": "knows the modules of a space",
    "__cxa_thread_atexit_impl": "pins the image that registers",
    **dict.fromkeys(("__cxa_atexit", "__cxa_at_quick_exit"), _HANDLERS),
    **dict.fromkeys(("__cxa_finalize", "__register_atfork"), _HANDLERS),
    "pthread_create": "pins the image whose code the thread runs",
    **dict.fromkeys(("__cxa_get_globals", "__cxa_get_globals_fast"), _EXCEPTIONS),
}

# (glibc's provider, Isolde's) by the last parts of their paths.
PROVIDERS = {
    (
        "libc.so.6",
        "linux-vdso.so.1",
    ): "an IFUNC of libc: its resolver gives the kernel's own",
    ("libc.so.6", "libm.so.6"): "both define it: glibc asks the process's scope first, a space the "
    "image's own",
}


@dataclass(frozen=True, order=True)
class Reference:
    """One symbol that one image refers to."""

    image: str
    symbol: str


Bindings = dict[Reference, str]


def bindings_by_glibc(opener: Path, library: str, folder: Path) -> Bindings:
    """Return where glibc binds every reference, in a fresh process; ``folder`` takes its log.

    Raises:
        subprocess.CalledProcessError: it does not open.
    """
    log = folder / "bindings"
    environment = {**os.environ, "LD_DEBUG": "bindings", "LD_DEBUG_OUTPUT": str(log)}
    subprocess.run([str(opener), library], env=environment, check=True, timeout=120)
    lines = "".join(file.read_text() for file in folder.glob("bindings.*"))
    rows = (match.groups() for match in _BINDING.finditer(lines))
    return _bindings(((image, symbol, target) for image, target, symbol in rows), opener)


def bindings_by_isolde(reader: Path, library: str) -> Bindings:
    """Return where Isolde bound every reference of the space's own images.

    Raises:
        subprocess.CalledProcessError: it does not open.
    """
    done = subprocess.run(
        [str(reader), library], stdout=subprocess.PIPE, text=True, check=True, timeout=120
    )
    return _bindings((line.split("\t") for line in done.stdout.splitlines()), reader)


def differences(glibc: Bindings, isolde: Bindings) -> Iterator[str]:
    """Yield a line for each reference of Isolde's images that no rule of a space explains."""
    for reference in sorted(isolde):
        theirs, ours = glibc.get(reference, "nowhere"), isolde[reference]
        if theirs != ours and not _reason(reference.symbol, theirs, ours):
            where = f"{reference.image}: {reference.symbol}"
            yield f"{where}: glibc binds to {theirs}, Isolde to {ours}"


def _bindings(rows: Iterable[Sequence[str]], program: Path) -> Bindings:
    found: Bindings = {}
    for image, symbol, target in rows:
        to = EXECUTABLE if target == str(program) else _real(target)
        found[Reference(_real(image), symbol)] = to
    return found


def _reason(symbol: str, theirs: str, ours: str) -> str | None:
    """Return the rule by which a space binds this symbol elsewhere, or None."""
    if Path(ours).name == "libisolde.so":
        return RULES.get(symbol)
    return PROVIDERS.get((Path(theirs).name, Path(ours).name))


def _real(file: str) -> str:
    return os.path.realpath(file) if file.startswith("/") else file
