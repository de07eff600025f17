"""`isolde demo`: what it measures on this very machine."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

import pytest

from isolde.demo.libraries import PROBES, Probe
from tests.unit.cli.command import isolde

COPIES = 60


@pytest.fixture(scope="module")
def facts() -> Any:
    done = isolde("demo", "--copies", str(COPIES), "--json")
    assert done.status == 0, done.err
    return json.loads(done.out)


def test_isolde_opens_every_copy_with_its_own_state(facts: Any) -> None:
    copies = facts["isolde"]["copies"]
    assert (copies["opened"], copies["own_state"], copies["refusal"]) == (COPIES, COPIES, None)


@pytest.mark.parametrize("probe", PROBES, ids=[probe.soname for probe in PROBES])
def test_every_library_it_may_use_shows_its_state(probe: Probe) -> None:
    request = json.dumps({"probe": asdict(probe), "wanted": 5})
    command = [sys.executable, "-m", "isolde.demo.in_spaces", "copies", request]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["own_state"] == 5


def test_dlmopen_ends_at_its_limit(facts: Any) -> None:
    copies = facts["glibc"]["copies"]
    assert copies["opened"] < 16
    assert copies["refusal"]


def test_isolde_has_one_libc_and_dlmopen_one_for_each(facts: Any) -> None:
    assert facts["isolde"]["copies"]["libc_copies"] == 1
    copies = facts["glibc"]["copies"]
    assert copies["libc_copies"] >= copies["opened"] + 1


def test_keys_clash_with_dlmopen_and_not_with_isolde(facts: Any) -> None:
    keys = {loader: facts[loader]["keys"]["keys"] for loader in ("glibc", "isolde")}
    assert len(set(keys["isolde"])) == len(keys["isolde"]) == 5
    assert len(set(keys["glibc"])) < len(keys["glibc"])
    assert facts["isolde"]["keys"]["kept"] == 5
    assert facts["glibc"]["keys"]["kept"] < 5


def test_the_table_has_both_side_by_side() -> None:
    done = isolde("demo", "--copies", "20")
    header, first, *_ = done.out.splitlines()
    assert header.split("  ")[-1].strip() == "Isolde"
    assert first.split()[-1] == "20"
    assert len(done.out.splitlines()) == 9
