"""What to do about it, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isolde.diagnose.collide.party import PROGRAM
from isolde.diagnose.collide.process import LOCAL

if TYPE_CHECKING:
    from isolde.diagnose.collide.party import Party
    from isolde.diagnose.collide.scenario import Scenario
    from isolde.diagnose.collide.share import Share
    from isolde.diagnose.collide.static_tls import StaticTls

_SPARE = 4096
HARMLESS, SHARE, ISOLATE = "harmless", "share", "isolate"


@dataclass(frozen=True)
class Advice:
    """What to do.

    action: "isolate", "share" or "harmless".
    parties: those that it is about.
    lines: what to write.
    reasons: why, a sentence each.
    """

    action: str
    parties: tuple[str, ...]
    lines: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def is_clash(self) -> bool:
        """Whether something has to be done."""
        return self.action == ISOLATE


def advise(parties: Sequence[Party], scenarios: Sequence[Scenario], tls: StaticTls) -> Advice:
    """The advice for these facts."""
    clashing = {name for each in scenarios for name in _clashing(each)}
    sharing = {name for each in scenarios for share in each.shares for name in share.parties}
    reasons = tuple(_reasons(scenarios, tls))
    if clashing or not tls.fits:
        concerned = [party for party in parties if party.name in clashing]
        lines = (*_isolating(concerned), *_making_room(parties, tls))
        names = tuple(party.name for party in concerned or parties)
        return Advice(ISOLATE, names, lines, reasons)
    names = tuple(party.name for party in parties if party.name in sharing)
    return Advice(SHARE if sharing else HARMLESS, names, (), reasons)


def _clashing(scenario: Scenario) -> Iterator[str]:
    for crossing in scenario.serious:
        yield from (crossing.party, crossing.owner)
    for share in scenario.refused:
        yield from share.parties


def _isolating(parties: Sequence[Party]) -> Iterator[str]:
    """The lines that give each of the PARTIES a space of its own."""
    labels = [party.label for party in parties if party.label is not None]
    if labels:
        yield f"isolde.isolate({', '.join(map(quoted, labels))})"
    for party in parties:
        if party.label is None and party.kind != PROGRAM:
            name, path = party.name.rpartition("/")[2], party.paths[0]
            yield f"isolde.Space({quoted(name)}).load({quoted(path)})"


def quoted(text: str) -> str:
    """TEXT between double quotes, as Python writes it: a line end in a name makes no line."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()


def _making_room(parties: Sequence[Party], tls: StaticTls) -> Iterator[str]:
    if not tls.fits:
        command = "python" if any(party.label for party in parties) else "run"
        yield f"isolde {command} --static-tls {tls.size + _SPARE} PROGRAM"


def _reasons(scenarios: Sequence[Scenario], tls: StaticTls) -> Iterator[str]:
    for mode in dict.fromkeys(each.mode for each in scenarios):
        yield _of_mode(mode, [each for each in scenarios if each.mode == mode])
    merged = max((len(each.crossings) - len(each.serious) for each in scenarios), default=0)
    if merged:
        yield (
            f"Up to {merged:,} of them are of C++'s standard library, where any copy of the same "
            "implementation will do."
        )
    yield from dict.fromkeys(_of_share(share) for each in scenarios for share in each.shares)
    if not tls.fits:
        yield (
            f"Initial-exec TLS takes {tls.size:,} bytes of the {tls.surplus:,} that glibc keeps "
            "for what is opened later."
        )


def _of_mode(mode: str, scenarios: Sequence[Scenario]) -> str:
    how = "the default of dlopen and Python" if mode == LOCAL else "or linked to one program"
    most = max(len(each.crossings) for each in scenarios)
    if not most:
        return f"Under {mode} ({how}) no binding leaves its own side."
    bindings = "1 binding crosses" if most == 1 else f"up to {most:,} bindings cross"
    return f"Under {mode} ({how}) {bindings}."


def _of_share(share: Share) -> str:
    text = f"{share.party} gets {share.owner}'s copy of {share.name}"
    if share.lost_versions:
        return f"{text}, which has no version {', '.join(share.lost_versions)}."
    if share.lost_symbols:
        few = ", ".join(share.lost_symbols[:3])
        return f"{text}, which lacks {len(share.lost_symbols):,} symbols that it needs: {few}."
    same = "the same build" if share.same_build else "which has all that it needs"
    return f"{text}, {same}."
