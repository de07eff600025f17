"""Python extension modules are known for what they are, and checked as their Python opens them."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest

from isolde.diagnose.check import Checker, Finding, Report
from isolde.resolve import System
from tests.toolchain import compile_library

_VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
_TAG = f"cpython-{sys.version_info[0]}{sys.version_info[1]}-x86_64-linux-gnu"
_CODE = """
void *PyList_New(long); void Py_IncRef(void *);
void *PyInit_spam(void) { Py_IncRef(PyList_New(0)); return 0; }
"""


def _report(folder: Path, name: str, code: str = _CODE) -> Report:
    source = folder / "spam.c"
    source.write_text(code)
    return Checker(System()).check(str(compile_library(folder / name, [source])))


def _faults(report: Report) -> list[Finding]:
    return [each for each in report.findings if each.severity == "fault"]


@pytest.mark.parametrize(
    ("name", "version"),
    [(f"spam.{_TAG}.so", _VERSION), ("spam.abi3.so", "3"), ("spam.so", "3")],
)
def test_a_module_is_opened_by_the_python_it_is_for(
    tmp_path: Path, name: str, version: str
) -> None:
    report = _report(tmp_path, name)
    assert report.python == version
    assert report.host is not None
    assert _faults(report) == []


def test_a_name_that_its_python_lacks_is_told(tmp_path: Path) -> None:
    code = _CODE.replace("PyList_New", "PyList_NewInTheFuture")
    report = _report(tmp_path, f"spam.{_TAG}.so", code)
    (fault,) = _faults(report)
    assert fault.message == (
        f"PyList_NewInTheFuture is undefined: Python {_VERSION} ({report.host}) does not define it"
    )
    assert fault.fixes == (f"build {report.path} again for Python {_VERSION}",)


def test_a_module_that_a_package_installed_is_installed_again(tmp_path: Path) -> None:
    code = _CODE.replace("PyList_New", "PyList_NewInTheFuture")
    record = tmp_path / "site-packages" / "eggs-1.0.dist-info" / "RECORD"
    record.parent.mkdir(parents=True)
    record.write_text(f"spam.{_TAG}.so,,\n")
    (fault,) = _faults(_report(tmp_path, f"site-packages/spam.{_TAG}.so", code))
    pip = f"python{_VERSION} -m pip install --force-reinstall --no-cache-dir"
    assert fault.fixes == (f"{pip} eggs",)


def test_without_its_python_the_interpreters_names_are_no_fault(tmp_path: Path) -> None:
    report = _report(tmp_path, "spam.cpython-399-x86_64-linux-gnu.so")
    (finding,) = report.findings
    assert (finding.kind, finding.severity) == ("not checked", "warning")
    assert finding.message == "what it asks of Python 3.99 is not checked: there is none here"


def test_other_names_are_looked_for_all_the_same(tmp_path: Path) -> None:
    code = _CODE + "void nobody_has_this(void); void f(void) { nobody_has_this(); }"
    report = _report(tmp_path, "spam.cpython-399-x86_64-linux-gnu.so", code)
    assert [each.message.split(":")[0] for each in _faults(report)] == [
        "nobody_has_this is undefined"
    ]


def test_a_module_of_another_implementation_is_no_cpythons(tmp_path: Path) -> None:
    report = _report(tmp_path, "spam.pypy39-pp73-x86_64-linux-gnu.so")
    assert report.python is None
    assert _faults(report) == []


def test_every_module_of_this_pythons_library_is_in_order() -> None:
    folder = Path(sysconfig.get_config_var("DESTSHARED"))
    modules = sorted(folder.glob("*.so"))
    checker = Checker(System())
    assert modules
    assert [path for path in modules if _faults(checker.check(str(path)))] == []


def test_a_library_that_asks_for_nothing_of_pythons_is_no_module(tmp_path: Path) -> None:
    assert _report(tmp_path, "libspam.so", "int f(void) { return 1; }").python is None
