"""Files with symbols of every kind, and how a tool of ours and of binutils' is run on them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.toolchain import compile_library, compile_object, require_tool

ISOLDE = [sys.executable, "-m", "isolde.cli"]

_C = """
int global_data = 1, zeros, common[4];
static int local_data = 2, local_zeros;
const int constant = 3;
__thread int of_thread = 4, thread_zeros;
extern int undefined_data, weak_data __attribute__((weak));
static void local_code(void) { local_data += local_zeros++; }
void code(void) { undefined_data = weak_data; local_code(); }
__attribute__((weak)) void weak_code(void) {}
__attribute__((weak)) int weak_defined = 1;
static void chosen_one(void) {}
static void *choose(void) { return chosen_one; }
void chosen(void) __attribute__((ifunc("choose")));
__asm__(".symver old_code, code@OLD_1\\n.globl old_code\\nold_code: nop");
__asm__(".symver default_code, versioned@@NEW_2\\n.globl default_code\\ndefault_code: nop");
"""
_CXX = """
#include <string>
#include <vector>
namespace shapes {
template <class T> struct Box { T inside; T get() const { return inside; } };
template struct Box<std::vector<std::string>>;
int area(const std::string &name, int (*)(Box<int> &)) { return name.size(); }
}
"""
_MAP = "OLD_1 { local: nothing; }; NEW_2 {} OLD_1;"


def make_kinds(folder: Path) -> dict[str, Path]:
    """Compiles an object, shared libraries, a program, an archive and others into FOLDER."""
    (folder / "all.c").write_text(_C)
    (folder / "all.cpp").write_text(_CXX)
    (folder / "map").write_text(_MAP)
    (folder / "main.c").write_text("int main(void) { return 0; }")
    script = f"-Wl,--version-script={folder / 'map'}"
    made = {
        "object": compile_object(folder / "all.o", [folder / "all.c"], ["-c", "-fcommon"]),
        "cxx": compile_object(folder / "cxx.o", [folder / "all.cpp"], ["-c"]),
        "library": compile_library(folder / "liball.so", [folder / "all.c"], ["-fcommon", script]),
        "program": compile_object(folder / "program", [folder / "main.c"]),
    }
    stripped, archive = folder / "stripped", folder / "liball.a"
    run([require_tool("strip"), "-s", "-o", str(stripped), str(made["program"])])
    run([require_tool("ar"), "rcs", str(archive), str(made["object"]), str(made["cxx"])])
    text = folder / "plain.txt"
    text.write_text("no object file, but a long line of text\n")
    return {**made, "stripped": stripped, "archive": archive, "text": text}


def run(command: list[str], data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """What COMMAND does in the C locale, given DATA as its input."""
    return subprocess.run(
        command,
        input=data,
        capture_output=True,
        env={**os.environ, "LC_ALL": "C"},
        timeout=120,
        check=False,
    )


def same_as_binutils(tool: str, words: list[str]) -> None:
    """Asserts that our TOOL prints for WORDS what that of binutils prints, and exits as it does."""
    theirs = run([require_tool(tool), *words])
    ours = run([*ISOLDE, tool, *words])
    assert ours.stdout == theirs.stdout
    assert ours.returncode == theirs.returncode
