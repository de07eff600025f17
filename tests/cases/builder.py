"""Builds a case into a folder and runs its host program in one of the ways."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from isolde.launch import Launch
from tests.cases import elf_edits
from tests.cases.case import FOLDER, ISOLDE, RUN, SPACE, Case, SharedObject
from tests.toolchain import compile_library, compile_object, link_with_libisolde

_TIMEOUT_S = 60
_THROUGH_SPACE = FOLDER / "through_space.py"
_WARNINGS = ("-Wall", "-Wextra", "-Werror")


def build_objects(case: Case, build: Path) -> None:
    """Build every shared object and link of ``case`` into ``build``.

    Raises:
        toolchain.CompileError: a source does not compile.
    """
    for library in case.libraries:
        _build_library(case, library, build)
    for name, target in case.symlinks.items():
        _room_for(build / name).symlink_to(os.path.relpath(build / target, (build / name).parent))
    for name, target in case.hard_links.items():
        _room_for(build / name).hardlink_to(build / target)


def run_host(case: Case, way: str, build: Path) -> subprocess.CompletedProcess[str]:
    """Compile the host for ``way`` and run it in ``build``.

    ``$ISOLDE_CASES_UNDER`` is a command to run it under, such as ``valgrind --error-exitcode=9``.

    Returns:
        The finished process, ``build`` in its output replaced by the word BUILD.

    Raises:
        subprocess.TimeoutExpired: it ran longer than a minute.
    """
    program = _build_host(case, way, build)
    starter = [sys.executable, str(_THROUGH_SPACE)] if way == SPACE else []
    under = shlex.split(os.environ.get("ISOLDE_CASES_UNDER", ""))
    done = subprocess.run(
        [*under, *starter, str(program), way],
        cwd=build,
        env=_environment(case, way, build),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    done.stdout = done.stdout.replace(str(build), "BUILD")
    return done


def _environment(case: Case, way: str, build: Path) -> dict[str, str]:
    own = {key: value.replace("$BUILD", str(build)) for key, value in case.host.environment.items()}
    environment = {**os.environ, **own}
    return Launch().environment(environment) if way == RUN else environment


def _build_library(case: Case, library: SharedObject, build: Path) -> None:
    output = build / library.file
    output.unlink(missing_ok=True)
    sources = [case.folder / source for source in library.sources]
    own = [flag.replace("$CASE", str(case.folder)) for flag in library.flags]
    flags = (*_WARNINGS, *own, *library.link_flags(build))
    compile_it = compile_object if library.program else compile_library
    compile_it(output, sources, flags, library.compiler)
    for edit in library.edits:
        elf_edits.apply(edit, output)


def _build_host(case: Case, way: str, build: Path) -> Path:
    flags = ["-D_GNU_SOURCE", *_WARNINGS, *case.host.flags, f"-I{FOLDER}", "-ldl", "-pthread"]
    flags += _through(way)
    flags += [str(build / file) for file in case.host.needed]
    output = build / (f"host-{way}.so" if way == SPACE else f"host-{way}")
    return compile_object(output, [case.host_source()], flags)


def _through(way: str) -> list[str]:
    """The macro of loader.h, and what it takes to link."""
    if way == ISOLDE:
        return ["-DTHROUGH_ISOLDE", *link_with_libisolde()]
    if way == SPACE:
        return ["-DTHROUGH_PYTHON", "-shared", "-fPIC", *link_with_libisolde()]
    return ["-DTHROUGH_DLMOPEN"] if way == RUN else []


def _room_for(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return path
