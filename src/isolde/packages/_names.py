"""What a name given to `isolate` stands for: packages by the names they are imported by."""

# Pathlib would cost more than what is asked here:
# ruff: noqa: PTH119, PTH120

from __future__ import annotations

import os
import re
import sys

from isolde.packages import _distributions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from typing import TypeAlias

    Path: TypeAlias = "list[str] | None"

EVERY = "*"

# They open libraries for other packages, as the interpreter does, and stay where it is.
_OPENERS = frozenset({"_cffi_backend", "cffi"})
_NEVER = _OPENERS | {"__main__", "__mp_main__", "isolde"}


# The folder of the standard library, and the folders inside of it that hold packages.
_STDLIB = os.path.dirname(os.__file__) + os.sep
_PACKAGES = tuple(f"{_STDLIB}{folder}{os.sep}" for folder in ("site-packages", "dist-packages"))


def stays(module: str, file: str | None = None) -> bool:
    """Whether MODULE is the host's: of the standard library, or one that opens for others.

    FILE, where it comes from, tells of the modules that Python brings for its own tests.
    """
    top = module.partition(".")[0]
    if top in _NEVER or top in sys.stdlib_module_names:
        return True
    return file is not None and file.startswith(_STDLIB) and not file.startswith(_PACKAGES)


def _ask_finders(module: str, path: Path) -> ModuleSpec | None:
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        spec: ModuleSpec | None = find(module, path, None) if find else None
        if spec is not None:
            return spec
    return None


def _find(module: str) -> ModuleSpec | None:
    """As `importlib.util.find_spec`, which would import the packages around MODULE."""
    spec, path, whole = None, None, ""
    for part in module.split("."):
        whole = f"{whole}.{part}" if whole else part
        spec = _ask_finders(whole, path)
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or [])
    return spec


def _home(spec: ModuleSpec) -> str | None:
    """The folder of sys.path that the module comes from."""
    places = list(spec.submodule_search_locations or [])
    place = places[0] if places else spec.origin
    for _ in spec.name.split("."):
        place = os.path.dirname(place) if place else None
    return place


def _with_its_distribution(module: str, home: str | None) -> frozenset[str]:
    """MODULE and what its distribution brings beside it."""
    found = _distributions.bringing(module, home) if home else None
    roots = found.roots() if found else frozenset[str]()
    return roots if module in roots else frozenset({module})


def _check(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"isolate takes names of packages (str), or tuples of names, not {name!r}")
    if not name or not all(_may_be_part(part) for part in name.split(".")):
        raise ValueError(f"{name!r} is no name of a package or distribution{_several(name)}")
    return name


def _may_be_part(text: str) -> bool:
    return bool(text) and f"_{text.replace('-', '_')}".isidentifier()


def _several(text: str) -> str:
    """A hint for who wrote several names into one, as other tools have it."""
    names = [each for each in re.split(r"[\s,;+]+", text) if each]
    if len(names) < 2 or not all(each.replace("-", "_").isidentifier() for each in names):
        return ""
    calls = ", ".join(map(repr, names))
    return f": several are written isolate({calls}), or {','.join(names)} in ISOLDE_ISOLATE"


def _refuse_hosts_own(name: str) -> None:
    top = name.partition(".")[0]
    if top in _OPENERS:
        raise ValueError(
            f"{name!r} opens libraries for other packages and stays with the host; "
            "isolate the packages that use it"
        )
    if stays(name):
        raise ValueError(
            f"{name!r} belongs to the interpreter, whose own modules stay with the host; "
            "isolate the packages that clash with it"
        )


def roots_of(name: object) -> frozenset[str]:
    """The names of packages that NAME, of a package or a distribution, stands for.

    TypeError, ValueError, ModuleNotFoundError.
    """
    name = _check(name)
    _refuse_hosts_own(name)
    spec = _find(name) if "-" not in name else None
    if spec is not None:
        return _with_its_distribution(name, _home(spec))
    found = _distributions.named(name)
    if found is not None:
        return _named_by(found, name)
    raise ModuleNotFoundError(
        f"no package or distribution named {name!r} is installed for {sys.executable}; "
        "isolate takes what is imported ('cv2') or what was installed ('opencv-python-headless')",
        name=name,
    )


def _named_by(distribution: _distributions.Distribution, name: str) -> frozenset[str]:
    """What the DISTRIBUTION asked for by NAME brings."""
    roots = distribution.roots()
    if not roots:
        raise ModuleNotFoundError(
            f"the distribution {name!r} does not tell which packages it brings: it brings none, or "
            "is installed to be edited; name what is imported",
            name=name,
        )
    return roots


def _home_of_file(module: str, file: str) -> str:
    steps = module.count(".") + 1 + os.path.basename(file).startswith("__init__.")
    for _ in range(steps):
        file = os.path.dirname(file)
    return file


def surroundings(module: str, file: str | None) -> tuple[str, frozenset[str]]:
    """What belongs together with MODULE, which comes from FILE, and a name for it.

    That is its distribution, where one is known, or else its top-level package.
    """
    found = _distributions.bringing(module, _home_of_file(module, file)) if file else None
    roots = found.roots() if found else frozenset({module.partition(".")[0]})
    return next(iter(roots)) if len(roots) == 1 or not found else found.name, roots
