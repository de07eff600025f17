"""What is different between two answers: of two files, two systems, or now and then.

Answers are compared as documents, so that one may be a report that was saved.  Objects are the
same if their files have the same name, wherever they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from isolde.diagnose.why.facts import NOT_DEFINED

Document = Mapping[str, Any]
_Key = tuple[str, str, str]


class Change(NamedTuple):
    """One thing that is different.

    what: "asked" (only one of them asks), "bound" (to another object, version, or nothing),
        "path" (the same library from another file), "scope" (who else has the symbol, or its
        order).
    asker: the object that asks, by its file's name.
    symbol: the symbol.
    before: in the first answer; None: not there.
    after: in the second.
    """

    what: str
    asker: str
    symbol: str
    before: str | None
    after: str | None


def is_document(value: object) -> bool:
    """Whether VALUE is what `isolde why --json` prints."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("asked"), list)
        and isinstance(value.get("symbol"), str)
        and all(_is_asked(each) for each in value["asked"])
    )


def _is_asked(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("scope"), list):
        return False
    texts = all(isinstance(value.get(name), str) for name in ("asker", "symbol", "kind"))
    bound = value.get("bound")
    return texts and (bound is None or (isinstance(bound, dict) and "path" in bound))


def changes(before: Document, after: Document) -> list[Change]:
    """What is different in AFTER."""
    first, second = _by_key(before), _by_key(after)
    return [
        change
        for key in dict.fromkeys((*first, *second))
        for change in _changes(key, first.get(key), second.get(key))
    ]


def _by_key(document: Document) -> dict[_Key, Document]:
    """The references, told apart by who asks, for what, and what for."""
    found: dict[_Key, Document] = {}
    for each in document["asked"]:
        found.setdefault((_base(each["asker"]), each["symbol"], each["kind"]), each)
    return found


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _changes(key: _Key, first: Document | None, second: Document | None) -> Iterator[Change]:
    asker, symbol, kind = key
    if first is None or second is None:
        before, after = (None if each is None else kind for each in (first, second))
        yield Change("asked", asker, symbol, before, after)
        return
    bound, now = first["bound"], second["bound"]
    if _name_of(bound) != _name_of(now):
        yield Change("bound", asker, symbol, _name_of(bound), _name_of(now))
    elif bound is not None and bound["path"] != now["path"]:
        yield Change("path", asker, symbol, bound["path"], now["path"])
    if _others(first["scope"]) != _others(second["scope"]):
        texts = (_told(first["scope"]), _told(second["scope"]))
        yield Change("scope", asker, symbol, *texts)


def _name_of(bound: Document | None) -> str | None:
    if bound is None:
        return None
    version = bound.get("version")
    return f"{_base(bound['path'])} ({version})" if version else _base(bound["path"])


def _others(scope: Sequence[Document]) -> list[tuple[str, str]]:
    """Who has the symbol, in order."""
    return [(_base(s["path"]), s["verdict"]) for s in scope if s["verdict"] != NOT_DEFINED]


def _told(scope: Sequence[Document]) -> str:
    others = _others(scope)
    return ", ".join(f"{name} {verdict}" for name, verdict in others) or "nobody"


def text_of_changes(found: Sequence[Change], before: str, after: str) -> str:
    """The lines about what is different between the answers called BEFORE and AFTER."""
    if not found:
        return f"{before} and {after}: the same\n"
    return "".join(f"{line}\n" for change in found for line in _lines(change, before, after))


def _lines(change: Change, before: str, after: str) -> Iterator[str]:
    subject = f"{change.symbol}, asked for by {change.asker}"
    if change.what == "asked":
        only = before if change.before is not None else after
        yield f"{subject}: only in {only}"
        return
    titles = {
        "bound": "is bound to another",
        "path": "is bound to another file",
        "scope": "is looked up past others",
    }
    yield f"{subject}, {titles[change.what]}"
    yield f"  {before}: {change.before or 'nobody'}"
    yield f"  {after}: {change.after or 'nobody'}"
