"""Random graphs of shared objects, and random walks of opens and closes over them.

Each object defines a few functions whose names others define as well, refers weakly to some of
them, and prints from its constructor and destructor. What a loader prints on a walk shows which
definition every reference got, in what order objects came and went, and what stayed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.toolchain import compile_library

NAMES = ("red", "green", "blue")
_LINK_FLAGS = (
    ("-Wl,-Bsymbolic", 0.15),
    ("-Wl,--hash-style=sysv", 0.2),
    ("-Wl,-z,now", 0.3),
)
_SCOPES = (os.RTLD_LOCAL, os.RTLD_LOCAL, os.RTLD_GLOBAL)
_DEEP = (0, 0, 0, os.RTLD_DEEPBIND)


@dataclass(frozen=True)
class Object:
    """One shared object of a graph: what it defines, refers to and needs."""

    number: int
    defines: tuple[str, ...]
    refers: tuple[str, ...]
    needs: tuple[int, ...]
    flags: tuple[str, ...]

    @property
    def file(self) -> str:
        """Its file name, which is its soname too."""
        return f"libo{self.number}.so"

    @property
    def symbols(self) -> set[str]:
        """The functions that its file defines."""
        return {*self.defines, *(f"call_{name}_{self.number}" for name in self.refers)}

    def source(self) -> str:
        """Return its C text."""
        lines = ["int puts(const char *);"]
        for when in ("constructor", "destructor"):
            text = f'puts("{when} of {self.number}")'
            lines.append(f"__attribute__(({when})) static void on_{when}(void) {{ {text}; }}")
        for name in self.refers:
            if name not in self.defines:
                lines.append(f"__attribute__((weak)) int {name}(void);")
        lines += [f"int {name}(void) {{ return {self.number}; }}" for name in self.defines]
        for name in self.refers:
            test = "" if name in self.defines else f"!{name} ? -1 : "
            lines.append(f"int call_{name}_{self.number}(void) {{ return {test}{name}(); }}")
        return "\n".join(lines) + "\n"


def random_graph(dice: random.Random, cycles: float = 0.0) -> list[Object]:
    """Return three to seven objects; ``cycles`` is the chance that one needs a later one."""
    count = dice.randint(3, 7)
    return [_random_object(dice, number, count, cycles) for number in range(count)]


def _random_object(dice: random.Random, number: int, count: int, cycles: float) -> Object:
    others = [other for other in range(count) if other != number]
    forward = [other for other in others if other < number or dice.random() < cycles]
    return Object(
        number,
        tuple(name for name in NAMES if dice.random() < 0.4),
        tuple(name for name in NAMES if dice.random() < 0.7),
        tuple(dice.sample(forward, min(len(forward), dice.randint(0, 2)))),
        tuple(flag for flag, chance in _LINK_FLAGS if dice.random() < chance),
    )


def build(graph: Sequence[Object], folder: Path) -> None:
    """Compile the graph into ``folder``; objects are made twice, so that cycles can be linked."""
    for item in graph:
        (folder / f"o{item.number}.c").write_text(item.source())
        _link(item, (), folder)
    for item in graph:
        _link(item, item.needs, folder)


def _link(item: Object, needs: tuple[int, ...], folder: Path) -> None:
    needed = [str(folder / f"libo{number}.so") for number in needs]
    flags = ["-O0", "-fno-builtin", f"-Wl,-soname,{item.file}", "-Wl,-rpath,$ORIGIN", *item.flags]
    source = folder / f"o{item.number}.c"
    compile_library(folder / item.file, [source], [*flags, "-Wl,--no-as-needed", *needed])


def reachable(graph: Sequence[Object], number: int) -> set[int]:
    """Return the objects that an object needs, itself and those of its dependencies included."""
    found, waiting = set[int](), [number]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += graph[current].needs
    return found


def random_walk(dice: random.Random, graph: Sequence[Object]) -> str:
    """Return walker.c's input: opens and closes, with every question asked after each."""
    lines: list[str] = []
    live: dict[int, Object] = {}
    for slot in range(dice.randint(4, 9)):
        item = dice.choice(graph)
        lines.append(f"open {slot} ./{item.file} {_random_mode(dice)}")
        live[slot] = item
        if len(live) > 1 and dice.random() < 0.45:
            gone = dice.choice(list(live))
            lines.append(f"close {gone}")
            del live[gone]
        for asked in live:
            lines += [f"ask {asked} {symbol}" for symbol in _questions(graph)]
    lines += [f"close {slot}" for slot in dice.sample(list(live), len(live) // 2)]
    return "\n".join(lines) + "\n"


def _random_mode(dice: random.Random) -> int:
    binding = dice.choice((os.RTLD_LAZY, os.RTLD_NOW))
    noload = os.RTLD_NOLOAD if dice.random() < 0.1 else 0
    return binding | dice.choice(_SCOPES) | dice.choice(_DEEP) | noload


def _questions(graph: Sequence[Object]) -> list[str]:
    calls = [f"call_{name}_{item.number}" for item in graph for name in item.refers]
    return [*NAMES, *calls]
