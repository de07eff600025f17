"""A named tuple without `typing` does what one with it does."""

from __future__ import annotations

import pickle
import subprocess
import sys
import typing

import pytest

from isolde.record import NamedTuple


class Ours(NamedTuple):
    """A place."""

    name: str
    size: int = 3
    more: tuple[int, ...] = ()

    @property
    def double(self) -> int:
        return 2 * self.size


class Theirs(typing.NamedTuple):
    """A place."""

    name: str
    size: int = 3
    more: tuple[int, ...] = ()

    @property
    def double(self) -> int:
        return 2 * self.size


@pytest.mark.parametrize("kind", [Ours, Theirs])
def test_fields_defaults_and_methods(kind: type[Ours]) -> None:
    made: Ours = kind("a", more=(1,))
    assert tuple(made) == ("a", 3, (1,))
    assert (made.name, made.size, made.double) == ("a", 3, 6)
    assert made._replace(size=4) == kind("a", 4, (1,))
    assert made._asdict() == {"name": "a", "size": 3, "more": (1,)}
    assert kind._make(["b", 1, ()]) == kind("b", 1)
    assert kind._fields == ("name", "size", "more")
    assert repr(made) == f"{kind.__name__}(name='a', size=3, more=(1,))"
    assert kind.__doc__ == "A place."
    assert pickle.loads(pickle.dumps(made)) == made
    assert type(pickle.loads(pickle.dumps(made))) is kind


@pytest.mark.parametrize("kind", [Ours, Theirs])
def test_what_does_not_fit_is_refused(kind: type[Ours]) -> None:
    made = kind("a")
    with pytest.raises(TypeError):
        kind()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        kind("a", 1, (), 4)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        made.size = 4  # type: ignore[misc]
    with pytest.raises(AttributeError):
        made.other = 4  # type: ignore[attr-defined]
    with pytest.raises((TypeError, ValueError)):
        made._replace(other=4)  # type: ignore[call-arg]


def test_typing_is_not_imported() -> None:
    source = "import sys, isolde.record; print('typing' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {source}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
