"""Importing is light; what cannot work is refused by the first name that needs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import isolde
from tests.toolchain import compile_library
from tests.unit.python.fresh_python import printed_by, run_fresh


def _library(folder: Path, source: str) -> str:
    file = folder / "libisolde.c"
    file.write_text(source)
    return str(compile_library(folder / "libisolde.so", [file]))


def test_nothing_heavy_is_imported() -> None:
    heavy = "{'typing', 'dataclasses', 'inspect', 'pathlib', 'enum', 're', 'threading'}"
    source = f"""
        import sys, ctypes, weakref
        for name in {heavy}:
            sys.modules.pop(name, None)
        import isolde
        print(sorted({heavy} & set(sys.modules)))
    """
    assert printed_by(source) == "[]"


def test_late_names_are_listed_and_found() -> None:
    assert "Image" in dir(isolde)
    assert isolde.Image.__name__ == "Image"


def test_only_what_is_public_is_listed() -> None:
    assert [name for name in dir(isolde) if not name.startswith("__")] == sorted(isolde.__all__)


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="module 'isolde' has no attribute 'Spaec'"):
        isolde.Spaec  # noqa: B018


def test_everything_public_exists() -> None:
    assert [name for name in isolde.__all__ if not hasattr(isolde, name)] == []


def test_importing_opens_no_library() -> None:
    source = "import sys, isolde; print({'ctypes', 'isolde._core'} & set(sys.modules))"
    assert printed_by(source) == "set()"


def test_files_can_be_read_where_the_loader_cannot_run() -> None:
    source = f"""
        import os
        os.confstr = lambda name: None
        from isolde.elf import File
        print(File({os.path.realpath("/bin/sh")!r}).interpreter)
    """
    assert printed_by(source) == "/lib64/ld-linux-x86-64.so.2"


def test_another_interface_number_is_refused(tmp_path: Path) -> None:
    other = _library(tmp_path, "int isolde_abi(void) { return 999; }")
    error = run_fresh("from isolde import Space", ISOLDE_LIBRARY=other).stderr
    assert f"ImportError: {other} has interface number 999, this isolde needs" in error


def test_another_library_is_refused(tmp_path: Path) -> None:
    other = _library(tmp_path, "int something_else;")
    error = run_fresh("from isolde import Space", ISOLDE_LIBRARY=other).stderr
    assert f"ImportError: {other} is not libisolde.so" in error


def test_a_missing_library_says_what_to_do(tmp_path: Path) -> None:
    missing = str(tmp_path / "libisolde.so")
    error = run_fresh("from isolde import Space", ISOLDE_LIBRARY=missing).stderr
    assert "ImportError: isolde's native half cannot be opened" in error
    assert "reinstall isolde, or set ISOLDE_LIBRARY" in error
    assert missing in error


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("sys.platform = 'darwin'", "darwin on x86_64"),
        ("os.uname = lambda: types.SimpleNamespace(machine='riscv64')", "linux on riscv64"),
        ("os.confstr = lambda name: None", "Linux on x86_64 without glibc"),
    ],
)
def test_other_platforms_are_refused_plainly(change: str, named: str) -> None:
    error = run_fresh(f"import os, sys, types; {change}; from isolde import Space").stderr
    assert "ImportError: isolde runs on 64-bit x86 Linux with glibc; this is " + named in error


def test_an_unsupported_platform_is_not_asked_for_the_library() -> None:
    source = "import os; os.confstr = lambda name: None; from isolde import Space"
    error = run_fresh(source, ISOLDE_LIBRARY=os.devnull).stderr
    assert "without glibc" in error
    assert os.devnull not in error


def test_a_misspelt_name_is_answered_with_a_like_one() -> None:
    with pytest.raises(AttributeError) as caught:
        isolde.Interpeter  # noqa: B018
    assert str(caught.value) == "module 'isolde' has no attribute 'Interpeter'"
    assert (caught.value.name, caught.value.obj) == ("Interpeter", isolde)


def test_a_fork_leaves_no_module_half_imported() -> None:
    source = """
        import os, sys, isolde
        child = os.fork()
        if child == 0:
            os._exit(0 if "isolde.space" in sys.modules else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    assert printed_by(source) == "0"
