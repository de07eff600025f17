"""The experiments of this folder, with Isolde as the loader."""

from __future__ import annotations

from isolde.demo.experiments import Symbols, main, typed
from isolde.space import Space


def open_in_space(file: str) -> Symbols:
    """FILE in a new space."""
    return typed(Space().load(file))


if __name__ == "__main__":
    main(open_in_space)
