"""Initial-exec TLS: what fits into glibc's surplus by the prediction, glibc opens."""

from __future__ import annotations

import pytest

from isolde.diagnose.collide import Collision, collide, this_environment
from tests.unit.diagnose.collide.conftest import Pair
from tests.unit.diagnose.collide.witness import RefusedError, loaded

_CODE = """
static __thread char NAME[{}] __attribute__((tls_model("initial-exec"), aligned(16)));
char *get_NAME(void) {{ return NAME; }}
"""


def _two(pair: Pair, size: int) -> tuple[Collision, list[str]]:
    code = _CODE.format(size)
    files = [
        str(pair.library(f"lib{name}.so", code.replace("NAME", name))) for name in ("one", "two")
    ]
    return collide(files, this_environment()), files


def test_what_fits_is_opened(pair: Pair) -> None:
    told, files = _two(pair, 816)
    assert (told.static_tls.size, told.static_tls.surplus) == (1632, 1664)
    assert told.static_tls.fits
    assert told.advice.action == "harmless"
    assert set(files) < loaded(pair.opener, files)


def test_what_does_not_fit_is_refused(pair: Pair) -> None:
    told, files = _two(pair, 1000)
    assert told.static_tls.size == 2016  # two times 1000, each at a multiple of 16
    assert told.advice.action == "isolate"
    assert told.advice.lines == ("isolde run --static-tls 6112 PROGRAM",)
    assert (
        "Initial-exec TLS takes 2,016 bytes of the 1,664 that glibc keeps for what is opened later."
        in told.advice.reasons
    )
    with pytest.raises(RefusedError, match="cannot allocate memory in static TLS block"):
        loaded(pair.opener, files)


def test_other_tls_takes_nothing(pair: Pair) -> None:
    code = "__thread char NAME[4000]; char *get_NAME(void) { return NAME; }"
    files = [
        str(pair.library(f"lib{name}.so", code.replace("NAME", name))) for name in ("one", "two")
    ]
    told = collide(files, this_environment())
    assert told.static_tls.users == ()
    assert loaded(pair.opener, files)
