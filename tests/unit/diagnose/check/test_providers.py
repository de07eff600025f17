"""Libraries that define a symbol: those that the loader could find by their names."""

from __future__ import annotations

from pathlib import Path

from isolde.diagnose.check.providers import Providers, library_paths
from isolde.elf import File
from isolde.resolve import Machine, System
from isolde.resolve.machine import native_machine
from tests.toolchain import compile_library

_X86_64 = Machine(62, 64, "little")


def _root(folder: Path) -> System:
    """A system without a cache, with two libraries."""
    for name, code in {"liba.so.1": "int one; int two;", "libb.so.1": "int two;"}.items():
        source = folder / f"{name}.c"
        source.write_text(code)
        flags = ["-nostdlib", f"-Wl,-soname,{name}"]
        compile_library(folder / "usr" / "lib" / name, [source], flags)
    (folder / "usr" / "lib" / "libc.so").write_text("a linker script")
    return System(str(folder))


def test_every_library_that_defines_a_symbol_is_found(tmp_path: Path) -> None:
    providers = Providers(_root(tmp_path), _X86_64)
    found = providers.of([("one", None), ("two", None), ("three", None)])
    names = {pair[0]: [each.name for each in those] for pair, those in found.items()}
    assert names == {"one": ["liba.so.1"], "two": ["liba.so.1", "libb.so.1"], "three": []}


def test_a_version_that_a_library_has_not_is_not_provided() -> None:
    providers = Providers(System(), _X86_64)
    pairs = [("printf", "GLIBC_2.2.5"), ("printf", "GLIBC_2.999")]
    found = providers.of(pairs)
    assert "libc.so.6" in [each.name for each in found[pairs[0]]]
    assert "libc.so.6" not in [each.name for each in found[pairs[1]]]


def test_each_library_is_shown_as_it_is_read(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    Providers(_root(tmp_path), _X86_64, lambda done, total: seen.append((done, total))).of(
        [("one", None)]
    )
    assert seen == [(0, 2), (1, 2)]


def test_the_caches_libraries_are_this_machines() -> None:
    machine = native_machine()
    assert machine is not None
    paths = library_paths(System(), machine)
    assert paths
    for path in paths[:50]:
        with File(path) as file:
            assert file.header.machine == machine.number
