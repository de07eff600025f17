"""Runs the experiments with both loaders, each in a process of its own, and sets them side by side.

A process of its own, because what dlmopen does there may end it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from isolde.demo.experiments import Facts
from isolde.demo.libraries import PROBES, Probe
from isolde.errors import IsoldeError

NAMESPACES_FOR_KEYS = 4
_SECONDS = 60
_GLIBC = ("-I", str(Path(__file__).with_name("experiments.py")))
_ISOLDE = ("-m", "isolde.demo.in_spaces")


class DemoError(IsoldeError):
    """The demonstration cannot run on this machine."""


@dataclass(frozen=True)
class Comparison:
    """What both loaders did.

    Attributes:
        library: the soname that was opened again and again.
        shown_by: the call that shows its state.
        wanted: how many copies were asked for.
        glibc: facts of dlmopen by experiment; {"failure": ...} where it ended the process.
        isolde: the same of Isolde.
    """

    library: str
    shown_by: str
    wanted: int
    glibc: dict[str, Facts]
    isolde: dict[str, Facts]

    @property
    def isolde_kept_its_word(self) -> bool:
        """Whether every copy was opened with its own state, and no two keys were the same."""
        copies, keys = self.isolde["copies"], self.isolde["keys"]
        return copies.get("own_state") == self.wanted and keys.get("kept") == keys.get("of", 0)

    def rows(self) -> list[tuple[str, str, str]]:
        """A question and both answers, for a table."""
        both = (self.glibc, self.isolde)
        spaces = f"the host and {NAMESPACES_FOR_KEYS} namespaces"
        questions = [
            (f"copies of {self.library} in one process", _opened),
            ("what stopped it", _refusal),
            (f"with their own state ({self.shown_by})", _own_state),
            ("time for one more", _time),
            ("private memory of each", _memory),
            ("copies of libc", _libcs),
            (f"pthread_key_create in {spaces}", _keys),
            ("values stored under those keys that survive", _kept),
        ]
        return [(text, *(answer(facts) for facts in both)) for text, answer in questions]  # type: ignore[misc]


def compare(wanted: int) -> Comparison:
    """Measures both loaders now, with up to WANTED copies of a library of this machine.

    Raises:
        DemoError: no library that shows its state is here.
    """
    probe = _first_present(PROBES)
    return Comparison(
        probe.soname,
        probe.shown_by,
        wanted,
        glibc=_all_experiments(_GLIBC, probe, wanted),
        isolde=_all_experiments(_ISOLDE, probe, wanted),
    )


def _first_present(probes: Sequence[Probe]) -> Probe:
    for probe in probes:
        command = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
        if (
            subprocess.run(
                [sys.executable, "-I", "-c", command, probe.soname],
                capture_output=True,
                check=False,
            ).returncode
            == 0
        ):
            return probe
    names = " and ".join(probe.soname for probe in probes)
    raise DemoError(f"this machine has neither {names}: install one of them")


def _all_experiments(program: Sequence[str], probe: Probe, wanted: int) -> dict[str, Facts]:
    return {
        "copies": _run(program, "copies", {"probe": asdict(probe), "wanted": wanted}),
        "keys": _run(program, "keys", {"namespaces": NAMESPACES_FOR_KEYS}),
    }


def _run(program: Sequence[str], experiment: str, request: Facts) -> Facts:
    command = [sys.executable, *program, experiment, json.dumps(request)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"failure": f"no end after {_SECONDS} s"}
    if done.returncode == 0:
        facts: Facts = json.loads(done.stdout)
        return facts
    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [""]
    return {"failure": f"{_ending(done.returncode)} {last[0]}".strip()}


def _ending(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}:"


# -- answers, in words -----------------------------------------------------------------------------

_Both = dict[str, Facts]


def _opened(facts: _Both) -> str:
    copies = facts["copies"]
    return str(copies.get("opened", "-"))


def _refusal(facts: _Both) -> str:
    copies = facts["copies"]
    return str(copies.get("failure") or copies.get("refusal") or "nothing: as many as asked for")


def _own_state(facts: _Both) -> str:
    copies = facts["copies"]
    return f"{copies['own_state']} of {copies['opened']}" if "opened" in copies else "-"


def _time(facts: _Both) -> str:
    copies = facts["copies"]
    return f"{copies['milliseconds_each']} ms" if "opened" in copies else "-"


def _memory(facts: _Both) -> str:
    copies = facts["copies"]
    return f"{copies['private_kb_each']} kB" if "opened" in copies else "-"


def _libcs(facts: _Both) -> str:
    return str(facts["copies"].get("libc_copies", "-"))


def _keys(facts: _Both) -> str:
    keys = facts["keys"]
    numbers = keys.get("keys")
    if not isinstance(numbers, list):
        return str(keys["failure"])
    shown = ", ".join(str(number) for number in numbers)
    return shown if len(set(numbers)) == len(numbers) else f"{shown} (they clash)"


def _kept(facts: _Both) -> str:
    keys = facts["keys"]
    return f"{keys['kept']} of {keys['of']}" if "kept" in keys else "-"
