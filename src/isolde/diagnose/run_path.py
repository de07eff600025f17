"""Run paths as they should be: of a file one command, which takes all that is wrong into account.

Advice that mends one thing must not undo another: what a library is found through stays, and what
lies near and is missing comes in with the same command that takes out what should not be there.
"""

from __future__ import annotations

import os
import shlex
import stat

from isolde.resolve.search import expanded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from isolde.resolve.closure import Closure, LoadedObject

RELATIVE = "which means the folder that the process happens to be in"
OPEN = "which everybody may put libraries into"
_ABSENT, _NO_FOLDER = "which does not exist", "which is no folder"


class RunPaths:
    """The run paths of what is loaded, as they should be.

    Args:
        closure: what is loaded.
        targets: the objects that are asked about; of others only what is unsafe is told.
        added: folders in which something lies that an object needs, by the object's path.
        misleading: paths of libraries that stand before better ones.
    """

    def __init__(
        self,
        closure: Closure,
        targets: Collection[LoadedObject],
        added: Mapping[str, Collection[str]],
        misleading: Collection[str] = (),
    ) -> None:
        self._closure, self._targets = closure, targets
        self._added, self._misleading = added, misleading

    def problems(self, item: LoadedObject) -> dict[str, str | None]:
        """What is wrong with each folder of ITEM's run path; None: nothing."""
        return {each: self._problem(item, each) for each in _folders(item)}

    def fix(self, item: LoadedObject, folder: str) -> str:
        """The command that mends a FOLDER of ITEM's run path with which something is wrong."""
        if self._problem(item, folder) == OPEN and self._is_used(item, folder):
            real = item.system.real(expanded(item.system, item, folder))
            return f"chmod o-w {shlex.quote(real)}"
        return self.command(item)

    def command(self, item: LoadedObject) -> str:
        """The command that makes ITEM's run path what it should be."""
        system = item.system
        file = item.path if system.root == "/" else system.real(item.path)
        rest, path = ":".join(dict.fromkeys(self._wanted(item))), shlex.quote(file)
        if not rest:
            return f"patchelf --remove-rpath {path}"
        # patchelf makes a DT_RUNPATH of what it sets, which what is needed does not inherit.
        inherits = any(each is not None and each.found.rule == "rpath" for each in item.needs)
        force = "--force-rpath " if item.rpath is not None or inherits else ""
        return f"patchelf {force}--set-rpath '{rest}' {path}"

    def leads_only_to(self, item: LoadedObject, library: str) -> bool:
        """Whether ITEM's run path would miss nothing else without the folder of a LIBRARY."""
        leading = [each for each in _folders(item) if _is_in(library, _absolute(item, each))]
        return bool(leading) and not any(self._is_used(item, each) for each in leading)

    def _wanted(self, item: LoadedObject) -> Iterator[str]:
        for folder in _folders(item):
            problem = self._problem(item, folder)
            is_used = self._is_used(item, folder)
            if problem == RELATIVE and is_used:
                yield from_origin(item, _absolute(item, folder))
            elif is_used or (problem is None and not self._misleads(item, folder)):
                yield folder
        for folder in self._added.get(item.path, ()):
            yield from_origin(item, folder)

    def _misleads(self, item: LoadedObject, folder: str) -> bool:
        where = _absolute(item, folder)
        return any(_is_in(path, where) for path in self._misleading)

    def _is_used(self, item: LoadedObject, folder: str) -> bool:
        """Whether a library is found through a FOLDER, other than one that misleads."""
        where = _absolute(item, folder)
        found = {
            os.path.abspath(each.path)
            for each in self._closure.objects
            if each.found.origin == item.path and _is_in(each.path, where)
        }
        found |= {
            f"{where}/{name}"
            for name in item.file.needed
            if "/" not in name and item.system.suits(f"{where}/{name}", item.machine)
        }
        return not found <= set(self._misleading)

    def _problem(self, item: LoadedObject, folder: str) -> str | None:
        where, is_target = expanded(item.system, item, folder), item in self._targets
        if not where.startswith("/"):
            return RELATIVE
        try:
            status = os.stat(item.system.real(where))
        except (OSError, ValueError):
            return _ABSENT if is_target else None
        if not stat.S_ISDIR(status.st_mode):
            return _NO_FOLDER if is_target else None
        return OPEN if status.st_mode & stat.S_IWOTH else None


def from_origin(item: LoadedObject, folder: str) -> str:
    """A FOLDER as ITEM's run path says it: from the file itself where it is near."""
    if folder == item.origin:
        return "$ORIGIN"
    if folder.startswith(f"{item.origin}/"):
        return f"$ORIGIN{folder[len(item.origin) :]}"
    if os.path.dirname(folder) == os.path.dirname(item.origin):
        return f"$ORIGIN/../{os.path.basename(folder)}"
    return folder


def _folders(item: LoadedObject) -> tuple[str, ...]:
    text = item.runpath if item.runpath is not None else item.rpath
    return () if text is None else tuple(dict.fromkeys(text.split(":")))


def _absolute(item: LoadedObject, folder: str) -> str:
    return os.path.abspath(expanded(item.system, item, folder))


def _is_in(path: str, folder: str) -> bool:
    parent = os.path.dirname(os.path.abspath(path))
    return parent == folder or parent.startswith(f"{folder}/glibc-hwcaps/")
