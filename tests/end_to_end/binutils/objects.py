"""The object files on which tools are compared: small, and between them with every part."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.toolchain import require_tool

_LIBRARY = """
#include <stdio.h>
__thread int counter = 7;
static int hidden_state[40];
int shared_data = 3;
static int first(void) { return 1; }
static int (*choose(void))(void) { return first; }
int chosen(void) __attribute__((ifunc("choose")));
int old_one(void) { return 1; }
int new_one(void) { return 2; }
__asm__(".symver old_one, one@SHAPES_1");
__asm__(".symver new_one, one@@SHAPES_2");
int area(int side) { hidden_state[side & 31] = side; return printf("%d\\n", side) + counter; }
"""
_VERSIONS = """
SHAPES_1 { global: area; one; shared_data; local: *; };
SHAPES_2 { global: chosen; } SHAPES_1;
"""
_PROGRAM = """
int area(int), chosen(void);
extern int shared_data;
int main(void) { return area(chosen()) + shared_data; }
"""
_TEMPLATE = """
template <class T> struct Shape { static T sides; virtual ~Shape() {} T area() { return sides; } };
template <class T> T Shape<T>::sides = 4;
inline int twice(int x) { static int calls; return calls++ + 2 * x; }
int use() { Shape<int> s; Shape<long> t; return s.area() + twice(static_cast<int>(t.area())); }
"""
_FREESTANDING = """
int shared = 3; extern int elsewhere; static char zeroes[5000];
__attribute__((weak)) void maybe(void); int common_one;
int sum(int a) { maybe(); return a + shared + elsewhere + zeroes[a]; }
"""


def _compile(folder: Path, source: str, output: str, *flags: str, cxx: bool = False) -> None:
    driver = require_tool("g++" if cxx else "gcc")
    language = "c++" if cxx else "c"
    command = [driver, "-x", language, "-", "-x", "none", "-o", output, *flags]
    subprocess.run(command, input=source, text=True, cwd=folder, check=True, capture_output=True)


def make_objects(folder: Path) -> list[Path]:
    """Compiles the files into FOLDER; their paths."""
    (folder / "map").write_text(_VERSIONS)
    shared = ("-shared", "-fPIC", "-Wl,--version-script=map", "-Wl,-soname,libshapes.so.1", "-O1")
    _compile(folder, _LIBRARY, "both_hashes.so", *shared, "-Wl,--hash-style=both")
    _compile(folder, _LIBRARY, "old_hash.so", *shared, "-Wl,--hash-style=sysv", "-g", "-gz")
    _compile(folder, _LIBRARY, "stripped.so", *shared, "-s", "-Wl,-z,now")
    linked = ("both_hashes.so", "-Wl,-rpath,$ORIGIN")
    _compile(folder, _PROGRAM, "pie", *linked, "-pie", "-fPIE")
    _compile(folder, _PROGRAM, "fixed", *linked, "-no-pie", "-fno-PIE", "-Wl,--build-id=0xabcdef01")
    _compile(folder, _PROGRAM, "relr", *linked, "-pie", "-fPIE", "-Wl,-z,pack-relative-relocs")
    _compile(folder, _TEMPLATE, "groups.o", "-c", "-g", cxx=True)
    _compile(folder, _FREESTANDING, "plain.o", "-c", "-fcommon", "-ffunction-sections")
    _compile(folder, _FREESTANDING, "small.o", "-c", "-m32", "-ffreestanding", "-fcommon")
    subprocess.run(
        [require_tool("ar"), "rcs", "both.a", "groups.o", "plain.o"], cwd=folder, check=True
    )
    subprocess.run(
        [require_tool("objcopy"), "--only-keep-debug", "old_hash.so", "debug"],
        cwd=folder,
        check=True,
    )
    (folder / "map").unlink()
    return sorted(folder.iterdir())
