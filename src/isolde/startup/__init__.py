"""Starting a Python that runs a script as it always does, with Isolde at hand.

Two things have to happen before the script's first line: the process needs static TLS, which only
an environment variable of ld.so's gives; and `isolde` has to become importable, and `isolate` to be
called, inside an interpreter that may never have heard of it.  For the second there are these ways:

*A program around the script*: ``python -m BOOTSTRAP script.py`` or ``python -c BOOTSTRAP ...``
sets ``sys.argv``, ``sys.path[0]`` and ``__main__``, then runs the script by `runpy` or `exec`. Both
were tried: a traceback begins with four frames of runpy's, or one of BOOTSTRAP's, and names the
script as it was typed, where Python names its whole path; ``sys.orig_argv`` is another; a script on
standard input, ``-i`` and an interactive Python have to be imitated.

*A hook that runs before*: ``sitecustomize`` from a folder at the head of PYTHONPATH.  The
interpreter itself then runs the script, so that nothing of it is imitated.  It was tried with every
form of the command line, and chosen.  Its price: Python's options -E, -I and -S turn hooks off.
The hook leaves no trace: it takes its folder out of ``sys.path`` and out of PYTHONPATH, so that
children do not inherit it, and imports the user's own ``sitecustomize``, if there is one, in its
place.

(A .pth file would have to be written into the virtual environment; usercustomize is off in one;
PYTHONSTARTUP is read by interactive interpreters only.)

With ISOLDE_ISOLATE set, PYTHONPATH does stay for children: workers of multiprocessing, and of
whatever else starts ``sys.executable``, import the same packages and need the same isolation.  A
child with another ``sys.prefix`` only takes the folder out of its ``sys.path``.

libisolde-preload.so is left out: it changes what dl functions mean for the whole process and for
its children, and a script that calls dlmopen through ctypes is started by ``isolde run python3``.
"""

# ruff: noqa: PTH100, PTH118, PTH120
# pathlib would take longer than everything else here.
from __future__ import annotations

import os

from isolde.launch import LaunchError, become, first_environment, reserve_static_tls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

ISOLATE = "ISOLDE_ISOLATE"
_HOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hook")
_MISUSE = 2


def start_python(
    program: str,
    arguments: Sequence[str],
    *,
    hookless: str = "",
    isolate: str | None = None,
    static_tls: int | None = None,
) -> NoReturn:
    """Becomes the Python PROGRAM with ARGUMENTS: its own options, then a script and what is its.

    Args:
        program: path of the program.
        arguments: handed to it as they are.
        hookless: the option among them that keeps Python from running hooks ("-I"), or "".
        isolate: what ISOLDE_ISOLATE shall say; "" takes it away, None leaves it.
        static_tls: bytes, as in `isolde.launch.Launch`.

    Raises:
        LaunchError: it cannot be started, or packages cannot be isolated in it.
    """
    environ = first_environment()
    if isolate is not None:
        environ[ISOLATE] = isolate
    wanted = environ.get(ISOLATE)
    if wanted and hookless:
        raise LaunchError(
            f"cannot isolate {wanted} with {hookless}: Python runs nothing before the script then",
            _MISUSE,
        )
    become(program, arguments, start_environment(environ, static_tls, hook=not hookless))


def start_environment(
    environ: Mapping[str, str], static_tls: int | None = None, *, hook: bool = True
) -> dict[str, str]:
    """ENVIRON with static TLS in reserve and, if HOOK, the hook before all else in PYTHONPATH.

    Raises:
        LaunchError: PYTHONPATH cannot name the hook.
    """
    changed = dict(environ)
    changed["GLIBC_TUNABLES"] = reserve_static_tls(environ.get("GLIBC_TUNABLES", ""), static_tls)
    changed.pop("ISOLDE_ISOLATE_IN", None)
    if not changed.get(ISOLATE):
        changed.pop(ISOLATE, None)
    if hook:
        changed["PYTHONPATH"] = _with_hook(environ.get("PYTHONPATH", ""))
    return changed


def _with_hook(given: str) -> str:
    """PYTHONPATH with the hook; nothing behind it where it is empty, which would be this folder."""
    if os.pathsep in _HOOK:
        raise LaunchError(
            f"PYTHONPATH cannot name '{_HOOK}', which holds a colon: "
            "install isolde in a folder without"
        )
    own = given == _HOOK or given.startswith(f"{_HOOK}:")  # of an `isolde python` around this one
    rest = given[len(_HOOK) + 1 :] if own else given
    return f"{_HOOK}:{rest}" if rest else _HOOK
