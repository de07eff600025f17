"""Who lives with whom: groups of packages, each in one space.

A group is asked for by name, or, after ``isolate("*")``, made for each distribution that is met.
A module belongs to the group of the longest part of its name that has one, so a package inside of
another's can live apart from it.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from importlib.machinery import EXTENSION_SUFFIXES

from isolde.packages import _host, _names
from isolde.space import Space

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

    def discard(self) -> None:
        """Give the space back, which nobody has used."""
        Space.close(self.space)


groups: list[Group] = []
_group_of_root: dict[str, Group] = {}
_expected: list[Names] = []
_requesting: set[int] = set()  # threads that look up what is expected
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
    wanted = [(names, _roots(names)) for names in asked if names != (_names.EVERY,)]
    _check_disjoint(wanted)
    fresh = [(names, roots) for names, roots in wanted if not _known(names, roots)]
    for names, roots in fresh:
        _refuse_imported(names, _within_any(roots))
    if len(wanted) < len(asked):
        _request_every({root for _, roots in wanted for root in roots})
    for names, roots in fresh:
        _add(Group(names, roots), min(roots))


def _request_every(asked: set[str]) -> None:
    """All packages, beside the roots ASKED for by name."""
    global _every
    if not _every:
        known = _within_any(asked | set(_group_of_root))
        _refuse_imported((_names.EVERY,), lambda module: not known(module))
    _every = True


def expect(packages: Iterable[Names]) -> None:
    """Put each of PACKAGES into a space of its own once the first module is looked up."""
    _expected.extend(names for names in packages if names not in _expected)


def _request_expected() -> None:
    """No other thread may pass by before it is done, nor a finder of this one's come back."""
    thread = get_ident()
    if thread in _requesting:
        return
    _requesting.add(thread)
    try:
        for names in list(_expected):
            _request_or_tell(names)
        _expected.clear()
    finally:
        _requesting.discard(thread)


def _request_or_tell(names: Names) -> None:
    try:
        request([names])
    except (ImportError, RuntimeError, ValueError) as error:
        print(f"isolde: ISOLDE_ISOLATE is ignored in part: {error}", file=sys.stderr)


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


def _within_any(roots: Iterable[str]) -> Callable[[str], bool]:
    """Whether a module is one of ROOTS or inside of one."""
    starts = tuple(f"{root}." for root in roots)
    return lambda module: f"{module}.".startswith(starts)


def _extension_file(module: object) -> str | None:
    file = getattr(module, "__file__", None)
    return file if isinstance(file, str) and file.endswith(_SUFFIXES) else None


def _refuse_imported(names: tuple[str, ...], concerned: Callable[[str], bool]) -> None:
    imported = sorted(
        name
        for name, module in list(sys.modules.items())
        if (file := _extension_file(module)) and not _names.stays(name, file) and concerned(name)
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


def _add(group: Group, root: str) -> Group:
    """GROUP for all its roots, ROOT above all; or the one that another thread added meanwhile."""
    first = _group_of_root.setdefault(root, group)
    if first is not group:
        group.discard()
        return first
    for other in group.roots:
        _group_of_root.setdefault(other, group)
    groups.append(group)
    return group


# -- looked up -------------------------------------------------------------------------------------


def of_module(module: str, file: str | None) -> Group | None:
    """The group that MODULE, from FILE, belongs to; None: the host's."""
    if _names.stays(module, file):
        return None
    if _expected:
        _request_expected()
    name = module
    while name:
        group = _group_of_root.get(name)
        if group is not None:
            return group
        name = name.rpartition(".")[0]
    return _met(module, file) if _every else None


def _met(module: str, file: str | None) -> Group:
    """The new group of a package that nobody has named."""
    title, roots = _names.surroundings(module, file)
    return _add(Group((title,), roots), max(root for root in roots if _within_any([root])(module)))


def holding(name: str, is_symbol: bool) -> Group | None:
    """The first group whose space has a symbol, or a library of this soname."""
    for group in groups:
        if group.space.symbol(name) if is_symbol else _has_library(group, name):
            return group
    return None


def _has_library(group: Group, soname: str) -> bool:
    return any(image.soname == soname for image in group.space.images if not image.shared)
