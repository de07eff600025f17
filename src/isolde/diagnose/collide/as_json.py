"""The facts as JSON has them: docs/reference/json.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from isolde.demangle import readable

if TYPE_CHECKING:
    from isolde.diagnose.collide.advice import Advice
    from isolde.diagnose.collide.collision import Collision
    from isolde.diagnose.collide.crossing import Crossing
    from isolde.diagnose.collide.duplicate import Duplicates
    from isolde.diagnose.collide.habit import Habit
    from isolde.diagnose.collide.scenario import Scenario

Facts = dict[str, object]


def as_json(collision: Collision, few: int | None) -> Facts:
    """The COLLISION; of symbols and of crossings the first FEW (None: all) of each list."""
    return {
        "advice": _advice(collision.advice),
        "host": collision.host,
        "parties": [
            {
                "name": party.name,
                "kind": party.kind,
                "version": party.version,
                "files": [collision.place(path) for path in party.paths],
            }
            for party in collision.parties
        ],
        "scenarios": [_scenario(each, collision, few) for each in collision.scenarios],
        "duplicates": [_duplicates(each, collision, few) for each in collision.duplicates],
        "static_tls": _static_tls(collision),
        "habits": [_habit(each, collision) for each in collision.habits],
        "missing": [
            {
                "name": each.name,
                "needed_by": each.needed_by and collision.place(each.needed_by),
                "party": each.party,
            }
            for each in collision.missing
        ],
    }


def _advice(advice: Advice) -> Facts:
    return {
        "action": advice.action,
        "parties": list(advice.parties),
        "lines": list(advice.lines),
        "reasons": list(advice.reasons),
    }


def _static_tls(collision: Collision) -> Facts:
    tls = collision.static_tls
    return {
        "size": tls.size,
        "surplus": tls.surplus,
        "users": [
            {"path": collision.place(user.path), "size": user.size, "parties": list(user.parties)}
            for user in tls.users
        ],
    }


def _scenario(scenario: Scenario, collision: Collision, few: int | None) -> Facts:
    return {
        "mode": scenario.mode,
        "order": list(scenario.order),
        "count": len(scenario.crossings),
        "standard": len(scenario.crossings) - len(scenario.serious),
        **scenario.counts(),
        "crossings": _crossings(first(scenario, few), collision),
        "shares": [
            {
                "name": share.name,
                "party": share.party,
                "owner": share.owner,
                "wanted": collision.place(share.wanted),
                "got": collision.place(share.got),
                "same_build": share.same_build,
                "lost_versions": list(share.lost_versions),
                "lost_symbols": list(share.lost_symbols),
            }
            for share in scenario.shares
        ],
    }


def first(scenario: Scenario, few: int | None) -> Iterable[Crossing]:
    """The first FEW (None: all) crossings of the SCENARIO, the standard library's last."""
    return islice(sorted(scenario.crossings, key=lambda each: each.standard), few)


def _crossings(crossings: Iterable[Crossing], collision: Collision) -> list[Facts]:
    rows = list(crossings)
    names = _readable([row.symbol for row in rows])
    return [
        {
            "symbol": each.symbol,
            "demangled": names[each.symbol],
            "version": each.version,
            "rank": each.rank,
            "asker": collision.place(each.asker),
            "definer": collision.place(each.definer),
            "party": each.party,
            "owner": each.owner,
            "why": each.why,
            "standard": each.standard,
        }
        for each in rows
    ]


def _readable(names: Sequence[str]) -> dict[str, str | None]:
    """What each of the NAMES stands for; None for what is no mangled name."""
    texts = zip(names, readable(names), strict=True)
    return {name: text if text != name else None for name, text in texts}


def _duplicates(pair: Duplicates, collision: Collision, few: int | None) -> Facts:
    rows = list(islice(pair.symbols, few))
    names = _readable([row.name for row in rows])
    return {
        "parties": list(pair.parties),
        "count": pair.count,
        **pair.counts,
        "strong": pair.strong,
        "unique": pair.unique,
        "symbols": [
            {
                "name": each.name,
                "demangled": names[each.name],
                "rank": each.rank,
                "files": [collision.place(path) for path in each.files],
                "bindings": list(each.bindings),
            }
            for each in rows
        ],
    }


def _habit(habit: Habit, collision: Collision) -> Facts:
    return {
        "name": habit.name,
        "common": habit.is_common,
        "users": [
            {"party": party, "path": collision.place(path), "functions": list(functions)}
            for party, files in habit.users.items()
            for path, functions in files.items()
        ],
    }
