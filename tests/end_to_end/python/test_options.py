"""What `isolde python` adds: isolde and static TLS at hand, a choice of Python, isolation."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import isolde
from isolde.interpreter._places import prefixes
from tests.end_to_end.python.starting import NEWER, OLDER, Done, Machine
from tests.unit.cli.command import isolde as command

# Stands where isolde.packages will: tells what it is asked, and before what.
_PACKAGES = """import os, sys
def isolate_from(text):
    if text == "wrong name":
        raise ValueError("no package is called 'wrong name'")
    told = "isolates %s %s %s" % (text, "script" in sys.modules, sys.prefix == sys.base_prefix)
    os.write(1, told.encode() + b"\\n")  # several processes write at once
def isolate_from_environment():
    isolate_from(os.environ["ISOLDE_ISOLATE"])
"""


@pytest.fixture
def with_packages(newer: Machine) -> Machine:
    newer.write("own/isolde/__init__.py", "")
    newer.write("own/isolde/packages.py", _PACKAGES)
    return newer


def _virtual(machine: Machine) -> Path:
    venv = machine.folder / "venv"
    subprocess.run([machine.python, "-m", "venv", "--without-pip", str(venv)], check=True)
    return venv


def test_isolde_is_importable_where_it_is_not_installed(newer: Machine) -> None:
    code = """if True:
        import sys, isolde, isolde.report
        with isolde.Space() as space:
            space.load("libz.so.1")
        print(isolde.__version__, isolde.__name__, sys.modules["isolde"] is isolde)
    """
    assert newer.isolde("-c", code) == Done(0, f"{isolde.__version__} isolde True\n", "")


def test_what_is_installed_beside_isolde_is_not(newer: Machine) -> None:
    done = newer.isolde("-c", "import structlog")
    assert "ModuleNotFoundError: No module named 'structlog'" in done.err


def test_an_isolde_of_its_own_comes_first(with_packages: Machine) -> None:
    done = with_packages.isolde("-c", "import isolde; print(isolde.__file__)", PYTHONPATH="own")
    assert done.out == f"{with_packages.folder}/own/isolde/__init__.py\n"


@pytest.mark.parametrize("machine", OLDER, indirect=True)
def test_an_older_python_says_why_it_cannot_import_isolde(machine: Machine) -> None:
    done = machine.isolde("-c", "import isolde")
    assert done.err.endswith("\nImportError: isolde needs Python 3.10 or newer, and this is 3.9\n")
    assert machine.isolde("--isolate", "a", "-c", "print('ran')") == Done(
        1, "", "isolde: cannot isolate a: isolde needs Python 3.10 or newer, and this is 3.9\n"
    )


def test_a_hundred_copies_of_libgomp_find_static_tls(newer: Machine) -> None:
    code = """if True:
        import isolde
        spaces = [isolde.Space() for _ in range(100)]
        for space in spaces:
            space.load("libgomp.so.1")
        print(len(spaces))
    """
    assert newer.isolde("-c", code) == Done(0, "100\n", "")
    refused = newer.isolde("--static-tls", "512", "-c", code)
    assert "static TLS" in refused.err


def test_the_reserve_is_what_is_asked_for(machine: Machine) -> None:
    code = "import os; print(os.environ['GLIBC_TUNABLES'])"
    option = "glibc.rtld.optional_static_tls"
    assert machine.isolde("-c", code).out == f"{option}=262144\n"
    assert machine.isolde("--static-tls=600", "-c", code).out == f"{option}=600\n"
    given = f"glibc.malloc.check=0:{option}=5000"
    assert machine.isolde("-c", code, GLIBC_TUNABLES=given).out == f"{given}\n"


def test_dl_functions_are_left_alone(machine: Machine) -> None:
    code = "print('libisolde' in open('/proc/self/maps').read())"
    assert machine.isolde("-c", code).out == "False\n"


def test_packages_are_isolated_before_the_script_runs(with_packages: Machine) -> None:
    with_packages.write("script.py", "print('script')\n")
    done = with_packages.isolde("--isolate", "a,b+c", "-m", "script", PYTHONPATH="own")
    assert done == Done(0, "isolates a,b+c False True\nscript\n", "")


def test_the_variable_does_what_the_option_does(with_packages: Machine) -> None:
    done = with_packages.isolde("-c", "print(1)", PYTHONPATH="own", ISOLDE_ISOLATE="*")
    assert done == Done(0, "isolates * False True\n1\n", "")
    done = with_packages.isolde(
        "--isolate", "", "-c", "print(1)", PYTHONPATH="own", ISOLDE_ISOLATE="*"
    )
    assert done == Done(0, "1\n", "")


def test_what_cannot_be_isolated_ends_it(with_packages: Machine) -> None:
    done = with_packages.isolde("--isolate", "wrong name", "-c", "print(1)", PYTHONPATH="own")
    message = "isolde: cannot isolate wrong name: no package is called 'wrong name'\n"
    assert done == Done(1, "", message)


@pytest.mark.parametrize("option", ["-I", "-E", "-S", "-BuE"])
def test_options_that_rule_out_isolation_are_refused(machine: Machine, option: str) -> None:
    letter = "-" + option[-1]
    assert machine.isolde("--isolate", "a", option, "-c", "print(1)") == Done(
        2,
        "",
        f"isolde: cannot isolate a with {letter}: Python runs nothing before the script then\n",
    )


_CHILDREN = """import multiprocessing, subprocess, sys
def work(_):
    return "worked"
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(work, [1]), flush=True)
    subprocess.run([sys.executable, "-c", "print('child')"])
    subprocess.run([sys.argv[1], "-c", "import sys; print('other', 'hook' in str(sys.path))"])
"""


def test_workers_and_children_of_the_same_python_isolate_too(with_packages: Machine) -> None:
    """And a Python of another prefix does not."""
    venv = _virtual(with_packages)
    with_packages.write("children.py", _CHILDREN)
    done = with_packages.isolde(
        "--isolate", "a", "children.py", f"{venv}/bin/python", PYTHONPATH="own"
    )
    line = "isolates a False True"
    assert done.err == ""
    *lines, last = done.out.splitlines()
    assert last == "other False"
    # Workers come twice: multiprocessing starts a resource tracker beside them.
    assert [each for each in lines if each != line] == ["['worked']", "child"]
    assert lines[0] == line
    assert lines.count(line) >= 3


def _every_program() -> list[str]:
    """Pythons of any age: 2.7, too."""
    found = [
        program
        for prefix in prefixes()
        for program in Path(prefix, "bin").glob("python[23].*")
        if re.fullmatch(r"python[23]\.\d+", program.name)
    ]
    return [str(program) for program in found]


@pytest.mark.parametrize("program", _every_program())
@pytest.mark.parametrize("newer", NEWER[:1], indirect=True)
def test_a_child_of_any_age_is_left_alone(with_packages: Machine, program: str) -> None:
    """In a virtual environment, so that every one of them is another."""
    venv = _virtual(with_packages)
    child = "import sys; print('startup' in str(sys.path))"
    code = f"import subprocess; subprocess.call([{program!r}, '-Wd', '-c', {child!r}])"
    options = ("--python", f"{venv}/bin/python", "--isolate", "a")
    done = with_packages.isolde(*options, "-c", code, PYTHONPATH="own")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "False"


def test_venv_runs_in_a_virtual_environment(newer: Machine) -> None:
    venv = _virtual(newer)
    code = "import sys, isolde; print(sys.prefix, sys.executable)"
    done = command("python", "--venv", str(venv), "-c", code)
    assert (done.status, done.out) == (0, f"{venv} {venv}/bin/python\n")


def test_a_version_chooses_a_python() -> None:
    wanted = isolde.pythons()[-1].version
    code = "import platform; print(platform.python_version())"
    assert command("python", "--python", wanted, "-c", code).out == f"{wanted}\n"
    assert command("python", f"--python={wanted}", "-c", code).out == f"{wanted}\n"


def test_without_a_choice_it_is_the_running_python() -> None:
    done = command("python", "-c", "import sys; print(sys.executable)")
    assert done.out == f"{sys.executable}\n"


def test_a_python_that_is_nowhere() -> None:
    done = command("python", "--python", "/nowhere/python3", "-c", "1")
    assert (done.status, done.err) == (
        1,
        "isolde: there is no Python '/nowhere/python3': no such file or folder\n",
    )


def test_the_list_is_that_of_pythons() -> None:
    found = isolde.pythons()
    done = command("python", "--list", "--json")
    assert json.loads(done.out) == [
        {
            "path": each.path,
            "version": each.version,
            "prefix": each.prefix,
            "executable": each.executable,
            "abiflags": each.abiflags,
        }
        for each in found
    ]
    lines = command("python", "--list").out.splitlines()
    assert lines[0].split() == ["libpython", "version", "prefix"]
    assert [tuple(line.split()) for line in lines[1:]] == [
        (each.path, each.version + each.abiflags, each.prefix) for each in found
    ]


def test_json_is_for_the_list() -> None:
    done = command("python", "--json", "-c", "1")
    message = "--json needs --list: a script prints what it likes"
    assert (done.status, done.err) == (2, f"isolde: {message}\n")
    assert json.loads(done.out)["error"]["message"] == message


def test_misuse_of_our_options_is_told_by_us() -> None:
    assert command("python", "--static-tls", "1", "-c", "1").status == 2
    assert command("python", "--venv").err.endswith("Option '--venv' requires an argument.\n")
