"""The order of constructors and destructors is the one that a process shows."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Sequence
from pathlib import Path

from isolde.resolve import Closure, System, closure
from isolde.resolve.order import find_cycles, init_sort
from tests.toolchain import compile_library, compile_object
from tests.unit.resolve.made import runpath

_TALKING = """#include <stdio.h>
__attribute__((constructor)) static void in(void) { puts("init %(name)s"); }
__attribute__((destructor)) static void out(void) { puts("fini %(name)s"); fflush(stdout); }
"""


def _talking(path: Path, needed: Sequence[Path] = (), flags: Sequence[str] = ()) -> Path:
    source = path.with_suffix(".c")
    source.write_text(_TALKING % {"name": path.name})
    extra = ["-Wl,--no-as-needed", f"-Wl,-soname,{path.name}", *runpath("$ORIGIN")]
    return compile_library(path, [source], [*extra, *map(str, needed), *flags])


def _program(path: Path, needed: Sequence[Path], body: str = "") -> Path:
    source = path.with_suffix(".c")
    source.write_text(
        _TALKING % {"name": path.name}
        + f"#include <dlfcn.h>\nint main(void) {{ {body} return 0; }}\n"
    )
    flags = ["-Wl,--no-as-needed", *map(str, needed), *runpath("$ORIGIN")]
    return compile_object(path, [source], flags)


def _cycle(folder: Path) -> list[Path]:
    """Three libraries of which each needs the next, and the last the first."""
    paths = [folder / f"lib{name}.so" for name in "abc"]
    for path in paths:
        _talking(path)
    for path, other in zip(paths, [*paths[1:], paths[0]], strict=True):
        _talking(path, [other])
    return paths


def _said(start: Path, what: str) -> list[str]:
    done = subprocess.run([start], capture_output=True, text=True, check=True)
    words = [line.split() for line in done.stdout.splitlines()]
    return [name for word, name in words if word == what]


def _inits(made: Closure) -> list[str]:
    silent = ("libc.so.6", "ld-linux-x86-64.so.2")
    return [item.name for item in made.init_order().objects if item.name not in silent]


def _finis(made: Closure) -> list[str]:
    silent = ("libc.so.6", "ld-linux-x86-64.so.2")
    return [item.name for item in made.finish_order() if item.name not in silent]


def _of(*paths: Path) -> Closure:
    return closure([str(path) for path in paths], System(environment={}))


def test_what_an_object_needs_is_initialised_before_it(tmp_path: Path) -> None:
    deep = _talking(tmp_path / "libdeep.so")
    left = _talking(tmp_path / "libleft.so", [deep])
    right = _talking(tmp_path / "libright.so", [left])
    start = _program(tmp_path / "start", [deep, right])
    made = _of(start)
    assert _inits(made) == _said(start, "init")
    assert _inits(made)[0] == "libdeep.so"
    assert _finis(made) == _said(start, "fini")
    assert made.cycles() == ()


def test_a_cycle_is_named_and_ordered_as_glibc_does(tmp_path: Path) -> None:
    paths = _cycle(tmp_path)
    start = _program(tmp_path / "start", [paths[1]])
    made = _of(start)
    assert _inits(made) == _said(start, "init")
    assert _finis(made) == _said(start, "fini")
    (cycle,) = made.init_order().cycles
    assert [item.name for item in cycle.objects] == ["libb.so", "libc.so", "liba.so"]
    assert [item.name for item in cycle.path] == ["libb.so", "libc.so", "liba.so"]


def test_the_way_round_a_cycle_is_a_shortest_one(tmp_path: Path) -> None:
    paths = _cycle(tmp_path)
    _talking(paths[1], [paths[2], paths[0]])
    (cycle,) = _of(paths[0]).cycles()
    assert [item.name for item in cycle.objects] == ["liba.so", "libb.so", "libc.so"]
    assert [item.name for item in cycle.path] == ["liba.so", "libb.so"]


def test_initfirst_goes_before_all_and_of_several_the_last(tmp_path: Path) -> None:
    plain = _talking(tmp_path / "libplain.so")
    one = _talking(tmp_path / "libone.so", [plain], ["-Wl,-z,initfirst"])
    two = _talking(tmp_path / "libtwo.so", [plain], ["-Wl,-z,initfirst"])
    start = _program(tmp_path / "start", [one, two])
    made = _of(start)
    assert _inits(made) == _said(start, "init")
    assert _inits(made)[0] == "libtwo.so"
    first = made.init_order().first
    assert first is made.named("libtwo.so")


def test_what_is_opened_later_is_initialised_later(tmp_path: Path) -> None:
    shared = _talking(tmp_path / "libshared.so")
    one = _talking(tmp_path / "libone.so", [shared])
    two = _talking(tmp_path / "libtwo.so", [one, _talking(tmp_path / "libown.so", [shared])])
    body = f'if (!dlopen("{one}", RTLD_NOW) || !dlopen("{two}", RTLD_NOW)) return 1;'
    start = _program(tmp_path / "start", [], body)
    made = _of(start, one, two)
    assert sorted(_inits(made)) == sorted(_said(start, "init"))
    assert _inits(made) == _said(start, "init")
    assert _finis(made) == _said(start, "fini")


def test_a_chain_of_thousands_is_no_recursion(tmp_path: Path) -> None:
    base = _of(_talking(tmp_path / "libone.so")).objects[0]
    items = []
    for index in range(5000):
        item = type(base)(base.system, base.found, base.outline, None, None)
        item.index = index
        items.append(item)
    for item, other in itertools.pairwise(items):
        item.needs = (other,)
        item.settle([other])
    assert init_sort(items) == items
    assert find_cycles(items) == ()
