"""Module folders for the engine's and the gateway's tests."""

from __future__ import annotations

from pathlib import Path

from tests.toolchain import compile_library

SOURCE = Path(__file__).parent / "sources" / "sample.c"

FUNCTIONS = """
[functions.count]
prototype = "int count(void)"

[functions.add]
prototype = "int add(int a, int b)"

[functions.squares]
prototype = "void squares(const int *x, int *y, int n)"
out = { y = "n" }
lengths = { n = "x" }

[functions.scale]
prototype = "void scale(double *values, int n, double by)"
inout = ["values"]
lengths = { n = "values" }

[functions.dot]
prototype = "int dot(const int *a, const int *b, int n)"
lengths = { n = ["a", "b"] }

[functions.halve]
prototype = "void halve(double x, double *half)"
out = { half = true }

[functions.greet]
prototype = "void greet(const char *name, char *greeting)"
out = { greeting = 16 }

[functions.length]
prototype = "int length(const char *text)"
optional = ["text"]

[functions.letters]
prototype = "int letters(const char *const *words, int n)"
lengths = { n = "words" }

[functions.mirror]
prototype = "struct point mirror(struct point p)"

[functions.wait_for]
prototype = "int wait_for(int pipe)"
"""


def manifest(name: str, functions: str = FUNCTIONS) -> str:
    """The isolde.toml of a module called NAME, whose library is libsample.so."""
    return (
        f'name = "{name}"\nlibrary = "libsample.so"\n'
        f'types = "struct point {{ double x, y; }};"\n{functions}'
    )


def make_module(folder: Path, text: str) -> Path:
    """A folder with a compiled libsample.so and TEXT as its isolde.toml."""
    compile_library(folder / "libsample.so", [SOURCE])
    (folder / "isolde.toml").write_text(text)
    return folder
