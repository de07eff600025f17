"""The answer as JSON: docs/reference/json.md describes every field."""

from __future__ import annotations

from isolde.diagnose.why.facts import Asked, Why


def document_of(answer: Why) -> dict[str, object]:
    """What --json prints, and what --diff reads."""
    setting = answer.setting
    return {
        "symbol": answer.symbol,
        "version": answer.version,
        "readable": answer.readable,
        "file": answer.file,
        "root": answer.root,
        "host": setting.host,
        "preload": list(setting.preload),
        "global": setting.everywhere,
        "deepbind": setting.deepbind,
        "asked": [_asked(each) for each in answer.asked],
        "defined": [each._asdict() for each in answer.defined],
        "near": list(answer.near),
        "ignored": [each._asdict() for each in answer.ignored],
        "missing": [each._asdict() for each in answer.missing],
    }


def _asked(asked: Asked) -> dict[str, object]:
    return {
        "asker": asked.asker,
        "symbol": asked.symbol,
        "version": asked.version,
        "kind": asked.kind,
        "weak": asked.weak,
        "bound": asked.bound._asdict() if asked.bound else None,
        "scope": [step._asdict() for step in asked.scope],
        "space": asked.space._asdict() if asked.space else None,
    }
