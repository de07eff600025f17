"""Debian's libpython3.11, in spaces beside the Python that runs this test."""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_long, c_void_p
from pathlib import Path

import pytest

import isolde

# By path: the Python that runs this test may bring another libpython3.11, on its own search path.
FOUND = sorted(Path("/usr/lib").glob("*/libpython3.11.so.1.0"))
PROGRAM = "/usr/bin/python3.11"

pytestmark = pytest.mark.skipif(
    not Path(PROGRAM).exists() or not FOUND, reason="the system has no libpython3.11"
)


class Python:
    """One interpreter, private to a space."""

    def __init__(self, space: isolde.Space) -> None:
        self.library = space.load(FOUND[0], ctypes.RTLD_GLOBAL)
        # Else it would look for its prefix through the virtual environment that runs this test.
        self.library.Py_SetProgramName(ctypes.c_wchar_p(PROGRAM))
        self.library.Py_InitializeEx(0)

    def run(self, source: str) -> None:
        assert self.library.PyRun_SimpleString(source.encode()) == 0

    def number(self, name: str) -> int:
        library = self.library
        library.PyImport_AddModule.restype = c_void_p
        module = c_void_p(library.PyImport_AddModule(c_char_p(b"__main__")))
        library.PyObject_GetAttrString.restype = c_void_p
        value = c_void_p(library.PyObject_GetAttrString(module, c_char_p(name.encode())))
        library.PyLong_AsLong.restype = c_long
        return int(library.PyLong_AsLong(value))

    def finish(self) -> None:
        assert self.library.Py_FinalizeEx() == 0


def test_twenty_interpreters_have_their_own_modules(twenty_spaces: list[isolde.Space]) -> None:
    pythons = [Python(space) for space in twenty_spaces]
    for number, python in enumerate(pythons):
        python.run(f"import sys; sys.own = {number}; total = sum(range({number} + 1))")
    for number, python in enumerate(pythons):
        python.run("own = sys.own")
        assert python.number("own") == number
        assert python.number("total") == number * (number + 1) // 2
        python.finish()


def test_extension_modules_threads_and_processes_work(twenty_spaces: list[isolde.Space]) -> None:
    for space in twenty_spaces[:3]:
        python = Python(space)
        python.run(
            "import hashlib, json, sqlite3, subprocess, threading, zlib\n"
            "seen = []\n"
            "threads = [threading.Thread(target=seen.append, args=(i,)) for i in range(4)]\n"
            "[t.start() for t in threads]\n"
            "[t.join() for t in threads]\n"
            "rows = sqlite3.connect(':memory:').execute('select 40').fetchall()\n"
            "echo = subprocess.run(['echo', '2'], capture_output=True).stdout\n"
            "result = sum(seen) + rows[0][0] + int(echo) + len(zlib.compress(b'x' * 999)) // 1000\n"
            "result += len(hashlib.sha256(b'').digest()) - 32\n"
        )
        assert python.number("result") == 48
        python.finish()
