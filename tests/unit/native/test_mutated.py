"""Whatever the bytes of a library become, it is loaded or refused with a reason."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.native.opener import Opener

_SETTINGS = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_VALUES = st.one_of(
    st.integers(0, 255).map(lambda value: bytes([value])),
    st.sampled_from([b"\xff" * 8, b"\0" * 8, b"\0\x10\0\0\0\0\0\0", b"\xff\xff\xff\x7f"]),
    st.binary(min_size=1, max_size=8),
)


def _acceptable(answer: str) -> bool:
    return answer in ("loaded", "own fault") or "FILE" in answer or "needed by FILE" in answer


@given(data=st.data())
@_SETTINGS
def test_changed_bytes(opener: Opener, seeds: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(path.name for path in seeds.iterdir())))
    content = bytearray((seeds / name).read_bytes())
    changes = st.tuples(st.integers(0, len(content) - 1), _VALUES)
    for at, value in data.draw(st.lists(changes, min_size=1, max_size=6)):
        content[at : at + len(value)] = value
    answer = opener.open(bytes(content))
    assert _acceptable(answer), answer


@given(data=st.data())
@_SETTINGS
def test_cut_short(opener: Opener, seeds: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(path.name for path in seeds.iterdir())))
    content = (seeds / name).read_bytes()
    size = data.draw(st.integers(0, len(content) - 1))
    answer = opener.open(content[:size])
    assert _acceptable(answer), answer
