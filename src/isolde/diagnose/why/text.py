"""The answer as text: the outcome first, then the walk that led to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isolde.diagnose.why.facts import NOT_DEFINED, Asked, InSpace, Step, Why
from isolde.diagnose.why.names import MANGLED
from isolde.resolve.binding import WON
from isolde.resolve.definitions import NOTHING

_WORDS = {NOTHING: "its symbol has no value"}
"""Verdicts that say too little without their table."""

_NAMED = 3  # askers that a line names


def text_of(answer: Why, *, verbose: bool = False) -> str:
    """The lines of an answer.

    Args:
        answer: the facts.
        verbose: whether to show every object that does not define the symbol, too.
    """
    return "".join(f"{line}\n" for line in _lines(answer, verbose))


def _lines(answer: Why, verbose: bool) -> Iterator[str]:
    if not answer.asked:
        yield from _unasked(answer)
        return
    for number, group in enumerate(_groups(answer.asked)):
        if number:
            yield ""
        yield from _group(group, verbose)


def _groups(asked: Sequence[Asked]) -> list[list[Asked]]:
    """References of several objects that were looked up alike."""
    groups: dict[object, list[Asked]] = {}
    for each in asked:
        space = None if each.space is None or each.space.is_same else each.space.bound or ""
        walk = tuple(step for step in each.scope if step.verdict != NOT_DEFINED)
        key = (each.symbol, each.version, each.bound, each.weak, walk, space)
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def _group(group: Sequence[Asked], verbose: bool) -> Iterator[str]:
    first = group[0]
    askers = list(dict.fromkeys(each.asker for each in group))
    name = labelled(first.symbol, first.version)
    yield f"{name}, asked for by {_listed(askers)}, {_outcome(first)}"
    yield from _walk(first.scope, verbose)
    space = next((each.space for each in group if each.space is not None), None)
    if space is not None:
        yield f"  in a space: {_in_space(space)}"


def labelled(symbol: str, version: str | None = None) -> str:
    """SYMBOL with its VERSION, and behind it what its mangled name means."""
    label = f"{symbol}@{version}" if version else symbol
    if not symbol.startswith(MANGLED):
        return label
    from isolde.demangle import demangle

    readable = demangle(symbol)
    return f"{label} ({readable})" if readable else label


def _listed(paths: Sequence[str]) -> str:
    if len(paths) == 1:
        return paths[0]
    if len(paths) <= _NAMED:
        return f"{', '.join(paths[:-1])} and {paths[-1]}"
    return f"{', '.join(paths[:_NAMED])} and {len(paths) - _NAMED} more"


def _outcome(asked: Asked) -> str:
    if asked.bound is not None:
        version = f" ({asked.bound.version})" if asked.bound.version else ""
        return f"is bound to {asked.bound.path}{version}"
    if asked.kind == "unused":
        return "is defined by nobody, and no relocation needs it"
    return "is defined by nobody: it is weak, and so 0" if asked.weak else "is defined by nobody"


def _walk(scope: Sequence[Step], verbose: bool) -> Iterator[str]:
    won = next((n for n, step in enumerate(scope) if step.verdict == WON), len(scope))
    before, behind = _Lines(scope[:won], 1), _Lines(scope[won:], won + 1)
    before.width = behind.width = max((len(step.part) for step in scope), default=0)
    if verbose:
        yield from (*before.all(), *behind.all())
        return
    yield from before.folded()
    yield from behind.defining()
    passed = sum(step.verdict == NOT_DEFINED for step in scope[won:])
    if passed:
        verb = "does" if passed == 1 else "do"
        yield f"       {passed} more behind it {verb} not define it"


class _Lines:
    """The lines about a part of a scope."""

    width = 0

    def __init__(self, steps: Sequence[Step], first: int) -> None:
        self._rows = list(enumerate(steps, first))

    def all(self) -> Iterator[str]:
        return (self._line(*row) for row in self._rows)

    def defining(self) -> Iterator[str]:
        """Only those that have the symbol."""
        return (self._line(*row) for row in self._rows if row[1].verdict != NOT_DEFINED)

    def folded(self) -> Iterator[str]:
        """Those that do not define it in one line, where several follow each other."""
        from itertools import groupby

        for is_passed, run in groupby(self._rows, lambda row: row[1].verdict == NOT_DEFINED):
            rows = list(run)
            if is_passed and len(rows) > 1:
                yield f"       {len(rows)} objects that do not define it"
            else:
                yield from (self._line(*row) for row in rows)

    def _line(self, number: int, step: Step) -> str:
        part = step.part or "-"
        version = f" (version {step.version})" if step.version else ""
        verdict = _WORDS.get(step.verdict, step.verdict)
        return f"  {number:3}  {part:{self.width}}  {step.path}: {verdict}{version}"


def _in_space(space: InSpace) -> str:
    if space.is_same:
        return "the same"
    if space.bound is None:
        return f"nobody defines it: {space.reason}"
    return f"bound to {space.bound}: {space.reason}"


def _versions(answer: Why) -> str:
    """The versions that are defined, where there are any, the default first."""
    found = sorted(answer.defined, key=lambda each: not each.is_default)
    words = [
        f"{each.version} (default)" if each.is_default else each.version
        for each in found
        if each.version
    ]
    return f": {', '.join(dict.fromkeys(words))}" if words else ""


def _unasked(answer: Why) -> Iterator[str]:
    label = f"{answer.symbol}@{answer.version}" if answer.version else answer.symbol
    if answer.defined:
        owners = list(dict.fromkeys(each.path for each in answer.defined))
        verb = "defines" if len(owners) == 1 else "define"
        yield f"{label}: nobody asks for it; {_listed(owners)} {verb} it{_versions(answer)}"
        return
    yield f"{label}: neither {answer.file} nor what it needs has such a symbol"
    if answer.near:
        yield f"  near: {', '.join(answer.near)}"
