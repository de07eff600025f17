"""The facts as people read them: what to do, then why, then the details."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from isolde.demangle import readable
from isolde.diagnose.collide.advice import HARMLESS, ISOLATE
from isolde.diagnose.collide.party import REQUIRED
from isolde.diagnose.collide.process import GLOBAL
from isolde.diagnose.process.printable import printable
from isolde.report import print_table, print_text

if TYPE_CHECKING:
    from isolde.diagnose.collide.collision import Collision
    from isolde.diagnose.collide.crossing import Crossing
    from isolde.diagnose.collide.scenario import Scenario

_WIDTH = 90


def print_collision(collision: Collision, few: int | None) -> None:
    """Prints the COLLISION; of each scenario's crossings the first FEW (None: all) symbols."""
    print_text("\n".join(_summary(collision)) + "\n\n")
    _print_scenarios(collision.scenarios)
    for scenario in collision.scenarios:
        if scenario.crossings:
            _print_crossings(scenario, few)
    _print_duplicates(collision)
    _print_habits(collision)
    print_text("".join(_rest(collision)))


def _summary(collision: Collision) -> Iterator[str]:
    yield _verdict(collision)
    if collision.advice.lines:
        yield ""
        yield from (f"    {line}" for line in collision.advice.lines)
    yield ""
    yield from map(printable, collision.advice.reasons)
    for each in collision.missing:
        yield printable(f"Not found, and not counted: {each.name}, which {each.party} needs.")


def _verdict(collision: Collision) -> str:
    action, names = collision.advice.action, _listed(_titles(collision))
    if action == HARMLESS:
        return f"{names} get on with each other."
    if action == ISOLATE:
        return f"{names} clash: isolate them."
    return f"{names} share libraries, which works."


def _titles(collision: Collision) -> list[str]:
    concerned = collision.advice.parties or tuple(party.name for party in collision.parties)
    return [
        f"{_last(party.name)} {party.version}" if party.version else _last(party.name)
        for party in collision.parties
        if party.name in concerned and party.kind != REQUIRED
    ]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _last(path: str) -> str:
    return printable(path.rstrip("/").rpartition("/")[2])


def _print_scenarios(scenarios: Sequence[Scenario]) -> None:
    rows = [
        (
            scenario.mode,
            ", ".join(map(_last, scenario.order)),
            f"{len(scenario.crossings):,}",
            *(f"{count:,}" for count in scenario.counts().values()),
            f"{len(scenario.crossings) - len(scenario.serious):,}",
            len(scenario.shares),
        )
        for scenario in scenarios
    ]
    columns = ("MODE", "ORDER", "CROSS", "DATA", "RTTI", "FUNCTIONS", "STANDARD", "SHARES")
    print_table(columns, rows)


def _print_crossings(scenario: Scenario, few: int | None) -> None:
    """One row for each symbol."""
    ordered = sorted(scenario.crossings, key=lambda each: each.standard)
    by_symbol = groupby(ordered, lambda each: (each.symbol, each.definer))
    groups = [list(group) for _, group in by_symbol]
    shown = groups[:few]
    names = readable(group[0].symbol for group in shown)
    rows = [_row(group, name) for group, name in zip(shown, names, strict=True)]
    order = ", ".join(map(_last, scenario.order))
    print_text("\n")
    print_table(
        ("RANK", "SYMBOL", "OF", "IS BOUND TO", "WHY"), rows, title=f"{scenario.mode}, {order}:"
    )
    if few is not None and len(groups) > few:
        print_text(f"... and {len(groups) - few:,} symbols more (--all)\n")


def _row(group: Sequence[Crossing], name: str) -> tuple[str, str, str, str, str]:
    one = group[0]
    askers = _last(one.asker) if len(group) == 1 else f"{len(group)} files of {_last(one.party)}"
    return one.rank, _short(name), askers, _last(one.definer), one.why


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."


def _print_duplicates(collision: Collision) -> None:
    rows = [
        (
            " and ".join(map(_last, pair.parties)),
            f"{pair.count:,}",
            *(f"{count:,}" for count in pair.counts.values()),
            f"{pair.strong:,}",
            f"{pair.unique:,}",
        )
        for pair in collision.duplicates
    ]
    print_text("\n")
    print_table(("BOTH DEFINE", "NAMES", "DATA", "RTTI", "FUNCTIONS", "STRONG", "UNIQUE"), rows)


def _print_habits(collision: Collision) -> None:
    rows = [
        (
            habit.name,
            _last(party),
            ", ".join(sorted({name for by in files.values() for name in by})),
        )
        for habit in collision.habits
        if habit.is_common
        for party, files in habit.users.items()
    ]
    if rows:
        print_text("\n")
        print_table(("BOTH CONCERN THE PROCESS", "WHO", "BY"), rows)


def _rest(collision: Collision) -> Iterator[str]:
    tls = collision.static_tls
    if tls.users:
        yield f"\nInitial-exec TLS: {tls.size:,} bytes of {tls.surplus:,}.\n"
    if any(party.kind == "package" for party in collision.parties):
        yield "\nModules are opened as the sources import them, those nobody imports by name.\n"
    if collision.host and any(each.mode == GLOBAL for each in collision.scenarios):
        yield "What the host opens itself is not counted: of Python, modules such as _ssl.\n"
