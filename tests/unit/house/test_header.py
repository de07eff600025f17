"""isolde.h and libisolde.so promise the same: nothing more, nothing less, everything explained."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.toolchain import libisolde, require_tool
from tests.unit.house.sources import HEADER

_PROTOTYPE = re.compile(r"^ISOLDE_API\b[^;]*?(\w+)\([^;]*\);", re.MULTILINE)


_VARIABLE = re.compile(r"^ISOLDE_API extern [\w ]+\b(\w+);", re.MULTILINE)
# What gdb and lldb look for in every library ("JIT Compilation Interface" in gdb's manual).
_FOR_DEBUGGERS = {"__jit_debug_register_code", "__jit_debug_descriptor"}


def _declared() -> set[str]:
    return set(_PROTOTYPE.findall(HEADER.read_text()))


def _declared_variables() -> set[str]:
    return set(_VARIABLE.findall(HEADER.read_text()))


def _exported() -> set[str]:
    done = subprocess.run(
        ["nm", "--dynamic", "--defined-only", "--format=posix", str(libisolde())],
        capture_output=True,
        text=True,
        check=True,
    )
    # isolde_preload is between libisolde.so and libisolde-preload.so: core/preload.h.
    return {line.split()[0] for line in done.stdout.splitlines()} - {"isolde_preload"}


def test_the_header_declares_the_contract() -> None:
    assert {"isolde_space_new", "isolde_dlopen", "isolde_dlsym", "isolde_dlerror"} <= _declared()


def test_every_declared_function_is_exported() -> None:
    assert (_declared() | _declared_variables()) - _exported() == set()


def test_nothing_is_exported_that_the_header_does_not_declare() -> None:
    assert _exported() - _declared() - _declared_variables() == _FOR_DEBUGGERS


@pytest.mark.parametrize("function", sorted(_declared()))
def test_every_declared_function_is_explained_above_it(function: str) -> None:
    above = next(
        HEADER.read_text()[: found.start()]
        for found in _PROTOTYPE.finditer(HEADER.read_text())
        if found.group(1) == function
    )
    assert "*/" in above.split("\n\n")[-1]


def test_the_header_stands_alone_in_c_and_in_cxx() -> None:
    for compiler, language in (("gcc", "c"), ("g++", "c++")):
        strict = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-pedantic", "-D_GNU_SOURCE"]
        subprocess.run([require_tool(compiler), *strict, "-x", language, str(HEADER)], check=True)
