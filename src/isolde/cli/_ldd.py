"""What `isolde ldd` does, once its words are read; without typer, which takes longer."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from isolde.binutils.ldd import Dependency, Loading, NeededVersion, Undefined, VersionFault
    from isolde.resolve.system import System

    _Fact: TypeAlias = Dependency | NeededVersion | Undefined | VersionFault


class _Asked:
    """The files, one after the other, and what was wrong with them."""

    def __init__(self, system: System, options: dict[str, bool]) -> None:
        self._system, self._options = system, options
        self.errors: list[str] = []
        self.status = 0

    def ask(self, file: str) -> Loading | None:
        """What is to be told about FILE; None where an error tells it all."""
        from isolde.binutils.ldd import loading_of
        from isolde.errors import ElfError

        try:
            path = self._system.inside(file if "/" in file else f"./{file}")
            if os.path.isdir(self._system.real(path)):
                self._tell(f"{file}: not a regular file")
                return None
            loading = loading_of(path, self._system, **self._options)
        except ElfError as error:
            where = "" if error.offset is None else f" (at offset {error.offset:#x})"
            named = file if error.file in (path, self._system.real(path)) else error.file
            self._tell(f"{named}: {error.reason}{where}")
            return None
        except OSError as error:
            self._tell(f"{file}: {error.strerror}")
            return None
        for refused in loading.refused:
            self._tell(refused)
        if loading.unused:
            self.status = 1
        return loading

    def _tell(self, error: str) -> None:
        from isolde.report import print_error

        self.status = 1
        self.errors.append(error)
        print_error(error)


def print_loadings(
    files: Sequence[str],
    *,
    verbose: bool = False,
    data: bool = False,
    functions: bool = False,
    unused: bool = False,
    root: str = "",
    as_json: bool = False,
) -> int:
    """Print what each file has loaded.

    Returns:
        The exit status: 1 if a file is none that is loaded, or (with UNUSED) has unused libraries.
    """
    from isolde.cli._files import system_of
    from isolde.report import print_text

    options = {"data": data, "functions": functions, "versions": verbose, "unused": unused}
    asked = _Asked(system_of(root), options)
    if as_json:
        _print_json(files, asked, root or "/")
        return asked.status
    from isolde.binutils.ldd import lines

    for file in files:
        if len(files) > 1:
            print_text(f"{file}:\n")
        loading = asked.ask(file)
        if loading is not None:
            print_text("".join(f"{line}\n" for line in lines(loading)))
    return asked.status


def _print_json(files: Sequence[str], asked: _Asked, root: str) -> None:
    from isolde.report import print_json

    found = [(file, asked.ask(file)) for file in files]
    facts = [_facts(file, each) for file, each in found if each is not None]
    print_json({"root": root, "files": facts, "errors": asked.errors})


def _facts(file: str, loading: Loading) -> dict[str, object]:
    def plain(rows: Sequence[_Fact] | None) -> list[dict[str, object]] | None:
        return None if rows is None else [row._asdict() for row in rows]

    return {
        "file": file,
        "path": loading.file,
        "dependencies": plain(loading.dependencies),
        "version_faults": plain(loading.version_faults),
        "undefined": plain(loading.undefined),
        "versions": plain(loading.versions),
        "unused": loading.unused,
        "refused": loading.refused,
    }
