"""What `isolate` does to imports, on packages whose libraries clash."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from isolde import _core
from tests.toolchain import compile_library
from tests.unit.packages.conftest import SOURCES, make_package, python_headers
from tests.unit.python.fresh_python import printed_by, run_fresh

GLOBAL = "import os, sys; sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)"


def printed(site: Path, source: str, **environment: str) -> list[str]:
    return printed_by(source, PYTHONPATH=str(site), **environment).splitlines()


COUNTS = f"""
    {GLOBAL}
    import first, second
    print(first.count(), second.count(), first.count(), second.count())
"""


def test_libraries_of_one_name_clash_without_it(site: Path) -> None:
    assert printed(site, COUNTS) == ["1 2 3 4"]


def test_each_package_has_its_own_libraries(site: Path) -> None:
    source = f"""
    import isolde
    isolde.isolate("first", "second"){COUNTS}
    """
    assert printed(site, source) == ["1 100 2 200"]


def test_a_tuple_of_packages_shares_one_space(site: Path) -> None:
    source = f"""
    import isolde
    isolde.isolate(("first", "second")){COUNTS}
    print(isolde.isolated())
    """
    assert printed(site, source)[1:] == ["[<isolated first+second: 2 modules, 3 images>]"]


def test_everything_is_every_package_on_its_own(site: Path) -> None:
    source = f"""
    import isolde
    isolde.isolate("*"){COUNTS}
    print([each.packages for each in isolde.isolated()])
    """
    assert printed(site, source) == ["1 100 2 200", "[('first',), ('the-second',)]"]


def test_a_module_imported_by_an_isolated_one_is_not_isolated_with_it(site: Path) -> None:
    """`second` is imported in the middle of the import of `chain`."""
    source = """
        import isolde
        isolde.isolate("chain")
        import chain, second
        (group,) = isolde.isolated()
        print(group.modules, [image.path.split("/")[-2] for image in group.images])
        print(chain.count(), second.count())
    """
    assert printed(site, source) == ["('chain._native',) ['chain', 'chain.libs']", "10000 100"]


def test_a_distribution_is_known_by_its_own_name(site: Path) -> None:
    """What else it brings goes with the package."""
    source = """
        import isolde
        isolde.isolate("the_second")
        isolde.isolate("second")            # the same
        import second
        from isolde.packages import _groups
        print(isolde.isolated(), sorted(_groups.groups[0].roots))
    """
    expected = "[<isolated the_second: 1 module, 2 images>] ['_beside', 'second']"
    assert printed(site, source) == [expected]


def test_what_is_isolated_is_told(site: Path) -> None:
    source = """
        import isolde
        print(isolde.isolated())
        isolde.isolate("first", "second")
        import first
        one, other = isolde.isolated()
        print(one.packages, one.modules, one.space, [image.soname for image in one.images])
        print(other)
    """
    assert printed(site, source) == [
        "[]",
        "('first',) ('first._native',) <Space 'first' 2 images> ['_native.so', 'libcount.so']",
        "<isolated second: 0 modules, 0 images>",
    ]


def test_a_module_is_given_back_as_it_was_when_imported_again(site: Path) -> None:
    """Single-phase modules are made once a process."""
    source = """
        import importlib, sys
        import isolde
        isolde.isolate("first")
        import first
        first.count()
        print(importlib.reload(sys.modules["first._native"]).count())
        del sys.modules["first"], sys.modules["first._native"]
        import first
        print(first.count(), isolde.isolated()[0].modules)
    """
    assert printed(site, source) == ["2", "3 ('first._native', 'first._native')"]


def test_the_interface_is_the_hosts_and_nothing_else_of_it(site: Path) -> None:
    """Whatever else the executable or libpython exports, and what the host opens RTLD_GLOBAL."""
    source = """
        import ctypes, sys
        import isolde
        ctypes.CDLL(sys.argv[1], ctypes.RTLD_GLOBAL)
        isolde.isolate("first")
        import first
        inside = isolde.isolated()[0].space
        handle = isolde._core.dlopen(inside._pointer, b"", 2)
        names = [b"Py_GetVersion", b"count", b"_start", b"printf"]
        print([isolde._core.dlsym(handle, name) is not None for name in names], first.count())
    """
    library = site / "second.libs" / "libcount.so"
    expected = "[True, False, False, True] 1"
    assert printed_by(source, library, PYTHONPATH=str(site)) == expected


def test_a_module_that_names_libpython_uses_the_interpreter_that_runs(tmp_path: Path) -> None:
    """Also one inside the executable: then a copy is mapped, and nothing binds to it."""
    folder = Path(sysconfig.get_config_var("LIBDIR"))
    library = folder / sysconfig.get_config_var("INSTSONAME")
    if not library.exists() or ".so" not in library.name:
        pytest.skip("this Python has no shared libpython")
    flags = ("-Wl,--no-as-needed", str(library), f"-Wl,-rpath,{folder}")
    make_package(tmp_path, "first", 1, *flags)
    source = """
        import isolde
        isolde.isolate("first")
        import first
        print(first.count(), [image.shared for image in isolde.isolated()[0].space.images
                              if "libpython" in image.soname])
    """
    is_library = bool(_core.interpreter_host())
    assert printed(tmp_path, source) == [f"1 [{is_library}]"]


# -- ctypes and cffi -------------------------------------------------------------------------------

OPENERS = {
    "ctypes": "ctypes.CDLL(path)",
    "ctypes.cdll": "ctypes.cdll.LoadLibrary(path)",
    "_ctypes": "ctypes.CDLL('opened', handle=_ctypes.dlopen(path, 2))",
    "cffi": "in_line().dlopen(path)",
    "cffi, generated": "generated().dlopen(path)",
}
OPENING = """
import _ctypes, ctypes
def in_line():
    import cffi
    ffi = cffi.FFI()
    ffi.cdef("int count(void);")
    return ffi
def generated():
    import cffi, pathlib, tempfile
    ffi = in_line()
    ffi.set_source("made", None)
    file = pathlib.Path(tempfile.mkdtemp()) / "made.py"
    ffi.emit_python_code(str(file))
    names = {}
    exec(file.read_text(), names)
    return names["ffi"]
kept = []  # cffi unloads what nobody holds
def count(path):
    kept.append(OPENED)
    return kept[-1].count()
"""


@pytest.fixture(params=OPENERS)
def opening(request: pytest.FixtureRequest, tmp_path: Path, site: Path) -> Path:
    """A folder with the packages `opens` and `opens_too`, which open a library themselves."""
    for name in ("opens", "opens_too"):
        (tmp_path / name).mkdir()
        source = OPENING.replace("OPENED", OPENERS[request.param])
        (tmp_path / name / "__init__.py").write_text(source)
    return tmp_path


def test_what_a_package_opens_itself_is_in_its_space(opening: Path, site: Path) -> None:
    source = """
        import sys
        import isolde
        isolde.isolate("opens")
        import opens, opens_too
        library = sys.argv[1]
        print([each.count(library) for each in (opens, opens_too, opens, opens_too)])
        print([image.soname for image in isolde.isolated()[0].images])
    """
    library = site / "first.libs" / "libcount.so"
    lines = printed_by(source, library, PYTHONPATH=str(opening)).splitlines()
    assert lines[-2:] == ["[1, 1, 2, 2]", "['libcount.so']"]


def test_to_a_package_the_main_program_is_its_space(site: Path, tmp_path: Path) -> None:
    """With the interpreter and libc, as ever, and no library of another package."""
    (tmp_path / "asks").mkdir()
    (tmp_path / "asks" / "__init__.py").write_text(
        "import ctypes\n"
        "whole = ctypes.PyDLL(None)\n"
        "knows = [hasattr(whole, name) for name in ('Py_IsInitialized', 'getpid', 'count')]\n"
    )
    source = """
        import ctypes, os, sys
        sys.path += sys.argv[1:]
        import isolde
        isolde.isolate("asks")
        ctypes.CDLL(sys.argv[1] + "/first.libs/libcount.so", ctypes.RTLD_GLOBAL)
        import asks
        print(asks.knows, asks.whole.getpid() == os.getpid(), asks.whole.Py_IsInitialized())
        print(ctypes.CDLL(None).count())
    """
    assert printed_by(source, site, tmp_path).splitlines() == ["[True, True, False] True 1", "1"]


def test_what_the_program_opens_is_the_hosts(site: Path) -> None:
    source = """
        import ctypes, sys
        import isolde
        isolde.isolate("*")
        ctypes.CDLL(sys.argv[1])
        print(isolde.isolated(), "first.libs" in open("/proc/self/maps").read())
    """
    library = site / "first.libs" / "libcount.so"
    assert printed_by(source, library) == "[] True"


# -- the variable ----------------------------------------------------------------------------------

COUNTED = "import first, second; print(first.count(), second.count())"


@pytest.mark.parametrize(
    ("value", "counted"),
    [
        ("first,second", "1 100"),
        (" first , second ,", "1 100"),
        ("*", "1 100"),
        ("first+second", "1 2"),
        ("", "1 2"),
    ],
)
def test_the_variable_needs_no_change_of_the_program(site: Path, value: str, counted: str) -> None:
    source = f"{GLOBAL}\n{COUNTED}"
    assert printed(site, source, ISOLDE_ISOLATE=value) == [counted]


def test_the_command_lines_spelling_is_strict(site: Path) -> None:
    source = """
        import isolde.packages
        isolde.packages.isolate_from("first+second")
        try:
            isolde.packages.isolate_from("nowhere")
        except ModuleNotFoundError as error:
            print(error.name, isolde.isolated())
    """
    assert printed(site, source) == ["nowhere [<isolated first+second: 0 modules, 0 images>]"]


def test_the_variable_may_name_what_is_not_installed(site: Path) -> None:
    """A child process may be another Python, so it is told and goes on."""
    environment = {"PYTHONPATH": str(site), "ISOLDE_ISOLATE": "nowhere,first,second"}
    done = run_fresh(f"{GLOBAL}\n{COUNTED}\nprint(sys.executable)", **environment)
    counted, executable = done.stdout.splitlines()
    assert (done.returncode, counted) == (0, "1 100")
    assert done.stderr == (
        "isolde: ISOLDE_ISOLATE is ignored in part: no package or distribution named 'nowhere' is "
        f"installed for {executable}; isolate takes what is imported ('cv2') or what was installed "
        "('opencv-python-headless')\n"
    )


def test_the_variable_is_ignored_with_all_others(site: Path) -> None:
    source = """
        import subprocess, sys
        code = "import sys; sys.path.append(sys.argv[1]); import first, isolde"
        code += "; print(isolde.isolated())"
        subprocess.run([sys.executable, "-E", "-c", code, sys.argv[1]], check=True)
    """
    assert printed_by(source, site, ISOLDE_ISOLATE="first") == "[]"


def test_nothing_is_imported_where_the_variable_is_not_set() -> None:
    source = "import sys; print([name for name in sys.modules if name.startswith('isolde.')])"
    assert printed_by(source) == "[]"


def test_a_missing_library_of_another_package_names_that_package(
    site: Path, tmp_path: Path
) -> None:
    """As torchvision needs torch's: found in a plain process because it is loaded already."""
    (tmp_path / "third").mkdir()
    library = site / "first.libs" / "libcount.so"
    flags = [python_headers(), str(library)]
    compile_library(tmp_path / "third" / "_native.so", [SOURCES / "counting.c"], flags)
    (tmp_path / "third" / "__init__.py").write_text("from third import _native\n")
    source = """
        import sys
        sys.path += sys.argv[1:]
        import isolde
        isolde.isolate("first", "third")
        import first
        try:
            import third
        except ImportError as error:
            print(error)
    """
    said = printed_by(source, site, tmp_path)
    assert said.endswith(
        "; first has it: packages that use each other's libraries share a space, "
        "isolate(('first', 'third'))"
    )
    assert (
        printed_by(source.replace('"first", "third"', '("first", "third")'), site, tmp_path) == ""
    )


def test_modules_of_pythons_own_tests_stay_with_the_host() -> None:
    """They are no names of the standard library, but come from its folder."""
    pytest.importorskip("_testcapi")
    source = """
        import isolde
        isolde.isolate("*")
        import _testcapi
        print(isolde.isolated())
    """
    assert printed_by(source) == "[]"


def test_clearing_the_cache_of_ctypes_changes_nothing(site: Path) -> None:
    source = f"""
        import ctypes, isolde
        isolde.isolate("*")
        ctypes._reset_cache()
        {COUNTED}
    """
    assert printed(site, source) == ["1 100"]


@pytest.mark.parametrize("names", ["{}", "{'__name__': None, '__file__': 3}"])
def test_code_without_a_name_opens_for_who_executes_it(site: Path, names: str) -> None:
    source = f"""
        import isolde
        isolde.isolate("*")
        exec("import ctypes; ctypes.CDLL({str(site / "first.libs/libcount.so")!r})", {names})
        print(isolde.isolated())
    """
    assert printed_by(source) == "[]"


@pytest.mark.parametrize("how", ["app/script.py", "-m app.script"])
def test_what_lies_beside_the_script_is_found_before_it_runs(tmp_path: Path, how: str) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "script.py").write_text("import isolde; print(isolde.isolated())")
    beside = tmp_path / ("app" if how.startswith("app") else "")
    (beside / "lying.py").write_text("")
    command = [sys.executable, "-m", "isolde", "python", "--isolate", "lying", *how.split()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout) == ("", "[<isolated lying: 0 modules, 0 images>]\n")
