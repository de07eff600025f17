"""What `isolate` refuses, and what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.toolchain import compile_library
from tests.unit.packages.conftest import make_metadata
from tests.unit.python.fresh_python import printed_by


def refusal(site: Path, before: str, call: str) -> str:
    """What CALL raises after BEFORE; nothing may be isolated then."""
    source = f"""
        import sys
        import isolde
        {before}
        isolated = repr(isolde.isolated())
        try:
            {call}
        except Exception as error:
            print(f"{{type(error).__name__}}: {{error}}".replace(sys.executable, "PYTHON"))
        assert repr(isolde.isolated()) == isolated
    """
    return printed_by(source, PYTHONPATH=str(site))


NOT_INSTALLED = (
    "ModuleNotFoundError: no package or distribution named 'nowhere' is installed for PYTHON; "
    "isolate takes what is imported ('cv2') or what was installed ('opencv-python-headless')"
)
LATE = "imported already; call isolate before the first import, or set ISOLDE_ISOLATE"
ONCE = "a package lives in one space, so name each group once"
HOSTS = "whose own modules stay with the host; isolate the packages that clash with it"


@pytest.mark.parametrize(
    ("before", "call", "message"),
    [
        ("", "isolde.isolate('first', 'nowhere')", NOT_INSTALLED),
        (
            "import first",
            "isolde.isolate('first')",
            f"RuntimeError: isolate('first') comes too late: first._native is {LATE}",
        ),
        (
            "import chain",
            "isolde.isolate('*')",
            "RuntimeError: isolate('*') comes too late: chain._native, second._native are " + LATE,
        ),
        (
            "isolde.isolate('first')",
            "isolde.isolate(('first', 'second'))",
            f"ValueError: first is asked for twice: in 'first' and in 'first+second'; {ONCE}",
        ),
        (
            "",
            "isolde.isolate('first', ('second', 'first'))",
            f"ValueError: first is asked for twice: in 'first' and in 'second+first'; {ONCE}",
        ),
        (
            "",
            "isolde.isolate('sqlite3')",
            f"ValueError: 'sqlite3' belongs to the interpreter, {HOSTS}",
        ),
        (
            "",
            "isolde.isolate('cffi')",
            "ValueError: 'cffi' opens libraries for other packages and stays with the host; "
            "isolate the packages that use it",
        ),
        (
            "",
            "isolde.isolate(('first', '*'))",
            "ValueError: '*' stands for every package on its own, so it cannot be in a group",
        ),
        ("", "isolde.isolate(())", "ValueError: isolate was given an empty group of packages"),
        ("", "isolde.isolate('./a')", "ValueError: './a' is no name of a package or distribution"),
        (
            "",
            "isolde.isolate('a, b-c')",
            "ValueError: 'a, b-c' is no name of a package or distribution: several are written "
            "isolate('a', 'b-c'), or a,b-c in ISOLDE_ISOLATE",
        ),
        (
            "",
            "isolde.isolate(3)",
            "TypeError: isolate takes names of packages (str), or tuples of names, not 3",
        ),
        (
            "",
            "isolde.isolate(('first', 3))",
            "TypeError: isolate takes names of packages (str), or tuples of names, not 3",
        ),
        (
            "isolde.isolate('first')",
            "isolde.isolated()[0].space.close()",
            "BusyError: space 'first' holds imported packages, which Python cannot unload: "
            "it lasts as long as the process",
        ),
    ],
)
def test_it_is_refused(site: Path, before: str, call: str, message: str) -> None:
    assert refusal(site, before, call) == message


@pytest.mark.parametrize("call", ["isolde.isolate()", "isolde.isolate('first')"])
def test_the_same_again_changes_nothing(site: Path, call: str) -> None:
    assert refusal(site, "isolde.isolate('first'); import first", call) == ""


def test_an_interpreter_out_of_reach_is_named(site: Path) -> None:
    before = "from isolde import _core; _core.host_adopt = lambda host: 0"
    message = refusal(site, before, "isolde.isolate('first')")
    assert message.startswith("RuntimeError: isolate cannot reach the dlopen of ")
    assert message.endswith(", which opens extension modules; use another build of Python")


def test_a_distribution_that_tells_no_package_is_refused(tmp_path: Path) -> None:
    """Else nothing would be isolated, and nobody told."""
    make_metadata(tmp_path, "edited", "__editable___edited_1_0_finder.py")
    assert refusal(tmp_path, "", "isolde.isolate('edited')") == (
        "ModuleNotFoundError: the distribution 'edited' does not tell which packages it brings: "
        "it brings none, or is installed to be edited; name what is imported"
    )


def test_a_symbol_that_nobody_has_is_told_with_a_way_out(tmp_path: Path) -> None:
    source = tmp_path / "lacks.c"
    source.write_text("void nowhere(void); void PyInit_lacks(void) { nowhere(); }")
    module = compile_library(tmp_path / "lacks.so", [source])
    call = "isolde.isolate('lacks'); import lacks"
    code = f"import isolde\ntry: {call}\nexcept ImportError as error: print(error)"
    assert printed_by(code, PYTHONPATH=str(tmp_path)) == (
        f"{module} in space 'lacks': undefined symbol: nowhere (looked in its dependencies, the "
        "space's global scope, the shared group); if PACKAGE brings it: packages that use each "
        "other's libraries share a space, isolate(('PACKAGE', 'lacks'))"
    )
