"""What is different between two answers: of two files, two systems, or now and then.

Answers are compared as documents, so that one may be a report that was saved.  Objects are the
same if their files have the same name, wherever they are; so are the two files that were asked
about, whatever they are called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from isolde.diagnose.why.facts import NOT_DEFINED

Document = Mapping[str, Any]
_Key = tuple[str, str]
_DATA = ("OBJECT", "COMMON", "TLS")


class Change(NamedTuple):
    """One thing that is different.

    what: "asked" (only one of them asks), "bound" (to another object, version, or nothing),
        "path" (the same library from another file), "scope" (who else has the symbol, or its
        order), "defined" (only one of them defines it, or otherwise).
    object: the object that asks, or defines, by its file's name.
    symbol: the symbol as it stands in the file.
    before: in the first answer; None: not there.
    after: in the second.
    """

    what: str
    object: str
    symbol: str
    before: str | None
    after: str | None


class Comparison(NamedTuple):
    """Two answers about a symbol.

    symbol: as it was asked for.
    before: what the first is about.
    after: what the second is.
    is_known: whether either has the symbol.
    near: names that are like it, where neither has it.
    changes: what is different.
    """

    symbol: str
    before: str
    after: str
    is_known: bool
    near: tuple[str, ...]
    changes: tuple[Change, ...]


def is_document(value: object) -> bool:
    """Whether VALUE is what `isolde why --json` prints."""
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), list) for name in ("asked", "defined", "near"))
        and all(isinstance(value.get(name), str) for name in ("symbol", "file"))
        and all(_is_asked(each) for each in value["asked"])
        and all(_is_definer(each) for each in value["defined"])
        and all(isinstance(each, str) for each in value["near"])
    )


def _is_asked(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("scope"), list):
        return False
    texts = all(isinstance(value.get(name), str) for name in ("asker", "symbol", "kind"))
    bound = value.get("bound")
    return texts and (bound is None or _is_definer(bound)) and all(map(_is_step, value["scope"]))


def _is_definer(value: object) -> bool:
    texts = ("path", "symbol", "type", "binding", "visibility")
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), str) for name in texts)
        and isinstance(value.get("version"), str | None)
    )


def _is_step(value: object) -> bool:
    texts = ("path", "verdict")
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in texts)


def compare(before: tuple[str, Document], after: tuple[str, Document]) -> Comparison:
    """Compare two answers about the same symbol, each with what it is to be called."""
    (first_name, first), (second_name, second) = before, after
    is_known = any(each["asked"] or each["defined"] for each in (first, second))
    near = () if is_known else tuple(dict.fromkeys((*first["near"], *second["near"])))
    found = tuple(_all_changes(first, second))
    return Comparison(first["symbol"], first_name, second_name, is_known, near, found)


def _all_changes(before: Document, after: Document) -> Iterator[Change]:
    first, second = _Answer(before), _Answer(after)
    second.call_as(first)
    asked = _by_key(first.asked(), second.asked())
    for olds, news in asked.values():
        for old, new in _paired(olds, news, "kind"):
            yield from _reference_changes(first, second, old, new)
    defined = _by_key(first.defined(), second.defined())
    for olds, news in defined.values():
        for old, new in _paired(olds, news, "version"):
            yield from _definition_changes(old, new)


def _by_key(
    before: Iterator[tuple[_Key, Document]], after: Iterator[tuple[_Key, Document]]
) -> dict[_Key, tuple[list[Document], list[Document]]]:
    """What both say of the same object and symbol."""
    found: dict[_Key, tuple[list[Document], list[Document]]] = {}
    for number, rows in enumerate((before, after)):
        for key, each in rows:
            found.setdefault(key, ([], []))[number].append(each)
    return found


def _paired(
    before: Sequence[Document], after: Sequence[Document], field: str
) -> Iterator[tuple[Document | None, Document | None]]:
    """Those that have the same FIELD; one that is left over on each side has a new one."""
    first = {each.get(field): each for each in reversed(before)}
    second = {each.get(field): each for each in reversed(after)}
    gone = [first[value] for value in first if value not in second]
    new = [second[value] for value in second if value not in first]
    yield from ((first[value], second[value]) for value in first if value in second)
    if len(gone) == len(new) == 1:
        yield gone[0], new[0]
        return
    yield from ((each, None) for each in gone)
    yield from ((None, each) for each in new)


class _Answer:
    """One of the two, and what its objects are called."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._file = _base(document["file"])
        self._called: dict[str, str] = {}

    def call_as(self, other: _Answer) -> None:
        """Call the file that this is about as OTHER's, where neither knows the other's name."""
        if self._file not in other.objects and other._file not in self.objects:
            self._called[self._file] = other._file

    @property
    def objects(self) -> set[str]:
        """The names of all objects that the answer mentions."""
        asked, defined = self._document["asked"], self._document["defined"]
        paths = [step["path"] for each in asked for step in each["scope"]]
        named = [each["asker"] for each in asked] + [each["path"] for each in defined]
        return {_base(path) for path in (*paths, *named)}

    def name(self, path: str) -> str:
        base = _base(path)
        return self._called.get(base, base)

    def is_subject(self, path: str) -> bool:
        """Whether that is the file that the answer is about."""
        return _base(path) == self._file

    def asked(self) -> Iterator[tuple[_Key, Document]]:
        """The references, and who asks for what."""
        for each in self._document["asked"]:
            yield (self.name(each["asker"]), each["symbol"]), each

    def defined(self) -> Iterator[tuple[_Key, Document]]:
        """The definitions, and who defines what."""
        for each in self._document["defined"]:
            yield (self.name(each["path"]), each["symbol"]), each

    def bound(self, asked: Document) -> str | None:
        """The name of what ASKED is bound to, and its version."""
        bound = asked["bound"]
        if bound is None:
            return None
        name, version = self.name(bound["path"]), bound.get("version")
        return f"{name} ({version})" if version else name

    def others(self, asked: Document) -> list[tuple[str, str]]:
        """Who has the symbol, in order."""
        steps = (step for step in asked["scope"] if step["verdict"] != NOT_DEFINED)
        return [(self.name(step["path"]), step["verdict"]) for step in steps]


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _reference_changes(
    first: _Answer, second: _Answer, before: Document | None, after: Document | None
) -> Iterator[Change]:
    if before is None or after is None:
        only = before or after or {}
        texts = (None if each is None else each["kind"] for each in (before, after))
        yield Change("asked", _base(only["asker"]), only["symbol"], *texts)
        return
    subject = (_base(before["asker"]), before["symbol"])
    was, now = first.bound(before), second.bound(after)
    if was != now:
        yield Change("bound", *subject, was, now)
    elif was is not None:
        paths = (before["bound"]["path"], after["bound"]["path"])
        if paths[0] != paths[1] and not all(map(_Answer.is_subject, (first, second), paths)):
            yield Change("path", *subject, *paths)
    others, others_now = first.others(before), second.others(after)
    if others != others_now:
        yield Change("scope", *subject, _told(others), _told(others_now))


def _told(others: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {verdict}" for name, verdict in others) or "nobody"


def _definition_changes(before: Document | None, after: Document | None) -> Iterator[Change]:
    only = before or after or {}
    was, now = (None if each is None else _described(each) for each in (before, after))
    if was != now:
        yield Change("defined", _base(only["path"]), only["symbol"], was, now)


def _described(found: Document) -> str:
    """What others rely on: the size of data is, that of code is not."""
    words = [found["type"], found["binding"]]
    if found["visibility"] != "DEFAULT":
        words.append(found["visibility"])
    parts = [" ".join(words)]
    if found["type"] in _DATA:
        parts.append(f"{found.get('size')} bytes")
    if found.get("version"):
        default = " (default)" if found.get("is_default") else ""
        parts.append(f"version {found['version']}{default}")
    return ", ".join(parts)
