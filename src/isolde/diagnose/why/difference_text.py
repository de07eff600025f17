"""A comparison as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.diagnose.why.difference import Change, Comparison
from isolde.diagnose.why.text import labelled

_TITLES = {
    "bound": "is bound to another",
    "path": "is bound to another file",
    "scope": "is looked up past others",
    "defined": "is defined otherwise",
}


def document_of_comparison(found: Comparison) -> dict[str, object]:
    """What --diff prints with --json."""
    return {
        "symbol": found.symbol,
        "before": found.before,
        "after": found.after,
        "is_known": found.is_known,
        "near": list(found.near),
        "changes": [each._asdict() for each in found.changes],
    }


def text_of_comparison(found: Comparison) -> str:
    """The lines about what is different."""
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: Comparison) -> Iterator[str]:
    before, after = found.before, found.after
    if not found.is_known:
        yield f"{found.symbol}: neither {before} nor {after}, nor what they need, has such a symbol"
        if found.near:
            yield f"  near: {', '.join(found.near)}"
    elif not found.changes:
        yield f"{before} and {after}: the same"
    for change in found.changes:
        yield from _change(change, before, after)


def _change(change: Change, before: str, after: str) -> Iterator[str]:
    verb = "defined" if change.what == "defined" else "asked for"
    subject = f"{labelled(change.symbol)}, {verb} by {change.object}"
    is_alone = change.before is None or change.after is None
    if change.what in ("asked", "defined") and is_alone:
        only = before if change.before is not None else after
        facts = f" ({change.before or change.after})" if change.what == "defined" else ""
        yield f"{subject}: only in {only}{facts}"
        return
    yield f"{subject}, {_TITLES[change.what]}"
    yield f"  {before}: {change.before or 'nobody'}"
    yield f"  {after}: {change.after or 'nobody'}"
