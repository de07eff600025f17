"""An installed package as a party: by the name it is imported by, or was installed by."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib.machinery import EXTENSION_SUFFIXES

from isolde.diagnose.collide.environment import Environment
from isolde.diagnose.collide.imports import Imports
from isolde.diagnose.collide.native import native_files, opened
from isolde.diagnose.collide.party import Party
from isolde.packages import _distributions


def package_party(name: str, environment: Environment) -> Party | None:
    """The package NAME of that ENVIRONMENT; None if none is installed."""
    found = _imported(name, environment) or _installed(name, environment)
    if found is None:
        return None
    folder, roots, version = found
    paths = [path for root in sorted(roots) for path in _files(folder, root)]
    own = opened(paths, environment.tag)
    imports = _imports(name, folder, own, environment)
    others = {path: module.partition(".")[0] for path, module in imports.items() if path not in own}
    in_order = tuple(dict.fromkeys((*imports, *own)))
    return Party(name, "package", version, name, in_order, others)


def _imports(
    name: str, folder: str, own: tuple[str, ...], environment: Environment
) -> Mapping[str, str]:
    """The extension modules that are opened, with their names, in the imports' order."""
    imports = Imports((folder, *environment.folders))
    imports.add(name)
    for path in own:
        module = os.path.relpath(path, folder).split(".", 1)[0]
        imports.add(module.replace(os.sep, "."))
    return imports.opened


_Found = tuple[str, frozenset[str], str | None]


def _imported(name: str, environment: Environment) -> _Found | None:
    """By the name it is imported by, with what its distribution brings beside it."""
    for folder in environment.folders:
        if not any(True for _ in _places(folder, name)):
            continue
        distribution = _distributions.bringing(name, folder)
        if distribution is None:
            return folder, frozenset({name}), None
        return folder, distribution.roots() | {name}, distribution.version
    return None


def _installed(name: str, environment: Environment) -> _Found | None:
    """By the name of its distribution."""
    wanted = _distributions.normalised(name)
    for folder in environment.folders:
        for each in _distributions.in_folder(folder):
            if each.name == wanted:
                return folder, each.roots(), each.version
    return None


def _places(folder: str, root: str) -> Iterator[str]:
    """What ROOT may be in FOLDER: a folder, or the file of a module."""
    place = os.path.join(folder, *root.split("."))
    if os.path.isdir(place):
        yield place
    for suffix in (*EXTENSION_SUFFIXES, ".py"):
        if os.path.isfile(place + suffix):
            yield place + suffix


def _files(folder: str, root: str) -> Iterator[str]:
    for place in _places(folder, root):
        if os.path.isdir(place):
            yield from native_files(place)
        elif not place.endswith(".py"):
            yield place
