"""Who lives with whom: groups of packages, each in one space.

A group is asked for by name, or, after ``isolate("*")``, made for each distribution that is met.
A module belongs to the group of the longest part of its name that has one, so a package inside of
another's can live apart from it.
"""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES

from isolde.packages import _host, _names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Names = str | tuple[str, ...]

_SUFFIXES = tuple(EXTENSION_SUFFIXES)


class Group:
    """Packages that live in one space."""

    def __init__(self, names: tuple[str, ...], roots: frozenset[str]) -> None:
        """NAMES: as given.  ROOTS: the names of the packages that they mean."""
        self.names = names
        self.roots = roots
        self.modules: list[str] = []
        self.space = _host.new_space("+".join(names))
        self.pointer = self.space._pointer


groups: list[Group] = []
_group_of_root: dict[str, Group] = {}
_every = False


# -- asked for -------------------------------------------------------------------------------------


def parse(text: str) -> list[Names]:
    """What "rasterio,torch+torchvision" means: the arguments of `isolate`."""
    return [_parse_group(each) for each in text.split(",") if each.strip()]


def _parse_group(text: str) -> Names:
    names = tuple(name.strip() for name in text.split("+"))
    return names if len(names) > 1 else names[0]


def request(packages: Iterable[Names]) -> None:
    """Put each of PACKAGES into a space of its own.  All of them are checked first."""
    asked = [names if isinstance(names, tuple) else (names,) for names in packages]
    every = (_names.EVERY,) in asked
    wanted = [(names, _roots(names)) for names in asked if names != (_names.EVERY,)]
    _check_disjoint(wanted)
    fresh = [(names, roots) for names, roots in wanted if not _known(names, roots)]
    for names, roots in fresh:
        _refuse_imported(names, lambda module, roots=roots: _within(module, roots))
    if every and not _every:
        known = {root for _, roots in wanted for root in roots} | set(_group_of_root)
        _refuse_imported(("*",), lambda module: not _within(module, known))
    for names, roots in fresh:
        _add(Group(names, roots))
    _set_every(every or _every)


def _set_every(every: bool) -> None:
    global _every
    _every = every


def _roots(names: tuple[str, ...]) -> frozenset[str]:
    if not names:
        raise ValueError("isolate was given an empty group of packages")
    if _names.EVERY in names:
        raise ValueError("'*' stands for every package on its own, so it cannot be in a group")
    return frozenset().union(*(_names.roots_of(name) for name in names))


def _check_disjoint(wanted: list[tuple[tuple[str, ...], frozenset[str]]]) -> None:
    seen: dict[str, tuple[str, ...]] = {}
    for names, roots in wanted:
        for root in sorted(roots):
            other = seen.setdefault(root, names)
            if _roots(other) != roots:
                _refuse_regrouping(root, other, names)


def _known(names: tuple[str, ...], roots: frozenset[str]) -> bool:
    """Whether these are a group already; ValueError: one of them is in another."""
    for root in sorted(roots):
        other = _group_of_root.get(root)
        if other is not None and other.roots != roots:
            _refuse_regrouping(root, other.names, names)
    return any(group.roots == roots for group in groups)


def _refuse_regrouping(root: str, before: tuple[str, ...], now: tuple[str, ...]) -> None:
    raise ValueError(
        f"{root} is asked for twice: in {_shown(before)} and in {_shown(now)}; "
        "a package lives in one space, so name each group once"
    )


def _shown(names: tuple[str, ...]) -> str:
    return repr("+".join(names))


def _within(module: str, roots: Iterable[str]) -> bool:
    return any(f"{module}.".startswith(f"{root}.") for root in roots)


def _extension_file(module: object) -> str | None:
    file = getattr(module, "__file__", None)
    return file if isinstance(file, str) and file.endswith(_SUFFIXES) else None


def _refuse_imported(names: tuple[str, ...], concerned: Callable[[str], bool]) -> None:
    imported = sorted(
        name
        for name, module in list(sys.modules.items())
        if _extension_file(module) and not _names.stays(name) and concerned(name)
    )
    if imported:
        raise RuntimeError(
            f"isolate({_shown(names)}) comes too late: {_some(imported)} "
            f"{'is' if len(imported) == 1 else 'are'} imported already; "
            "call isolate before the first import, or set ISOLDE_ISOLATE"
        )


def _some(names: list[str]) -> str:
    rest = len(names) - 3
    return ", ".join(names[:3]) + (f" and {rest} more" if rest > 0 else "")


def _add(group: Group) -> Group:
    groups.append(group)
    for root in group.roots:
        _group_of_root.setdefault(root, group)
    return group


# -- looked up -------------------------------------------------------------------------------------


def of_module(module: str, file: str | None) -> Group | None:
    """The group that MODULE, from FILE, belongs to; None: the host's."""
    name = module
    while name:
        group = _group_of_root.get(name)
        if group is not None:
            return group
        name = name.rpartition(".")[0]
    if not _every or _names.stays(module):
        return None
    roots = _names.roots_around(module, file)
    return _add(Group((_title(module, roots),), roots))


def _title(module: str, roots: frozenset[str]) -> str:
    """Which of the ROOTS that MODULE came with a person would name: the one it is in."""
    return max(root for root in roots if _within(module, (root,)))
