"""The program that makes copies of a library, and what it answers."""

from __future__ import annotations

import pytest

from benchmarks.copies import ISOLDE, Answer, answer_of, copies, module, small

_WAYS = [ISOLDE, "dlmopen", "memfd", "fork", "posix_spawn"]


def test_an_answer_has_microseconds_and_a_reason() -> None:
    assert answer_of("3.0\t1500.0\t2000.0\tno more\n") == Answer(3, 1.5, 2.0, "no more")


@pytest.mark.parametrize("way", _WAYS)
def test_every_way_makes_copies_that_answer_and_gives_them_back(way: str) -> None:
    with copies(way, small()) as program:
        before = program.ask("memory").count
        assert program.ask("open 3").count == 3
        assert program.ask("call 2").count == 2
        assert program.ask("memory").count > before
        assert program.ask("close 5").count == 3
        assert program.ask("call 1").count == 0


def test_what_cannot_be_done_says_why() -> None:
    """glibc has sixteen namespaces; the program goes on with those it got."""
    with copies("dlmopen", small()) as program:
        answer = program.ask("open 100")
        assert 0 < answer.count < 16
        assert answer.reason
        assert program.ask("call 1").count == 1


def test_a_process_has_nothing_to_look_up_or_throw_here() -> None:
    with copies("fork", module()) as program:
        program.ask("open 1")
        assert program.ask("dlsym 1").count == program.ask("throw 1").count == 0
