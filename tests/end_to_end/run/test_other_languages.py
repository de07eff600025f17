"""Programs of other languages, each of which calls dlmopen from threads of its own runtime."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.end_to_end.run.running import HERE, ISOLDE_RUN, Done, isolde_run, run
from tests.toolchain import compile_library

PROGRAMS = HERE / "programs"


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [name for name in programs if shutil.which(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def compiled(*command: str | Path, folder: Path) -> None:
    cache = {"GOCACHE": str(folder / "cache"), "GO111MODULE": "off"}
    done = run(*command, folder=folder, environment=cache)
    assert done.status == 0, done.err


@needs("go")
def test_go(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "program"
    compiled("go", "build", "-o", program, PROGRAMS / "many_threads.go", folder=tmp_path)
    assert isolde_run(program, folder=folder) == Done(0, "100\n", "")
    assert "no more namespaces available" in run(program, folder=folder).out


@needs("rustc")
def test_rust(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "program"
    compiled("rustc", "-o", program, PROGRAMS / "many_threads.rs", folder=tmp_path)
    done = isolde_run(program, folder=folder)
    assert (done.status, done.out) == (0, "40 true\n")
    assert "on purpose" in done.err


@needs("javac", "java")
@pytest.mark.parametrize("stack", ["default", "-Xss228k"])
def test_java(folder: Path, tmp_path: Path, stack: str) -> None:
    home = Path(str(shutil.which("javac"))).resolve().parents[1]
    headers = (f"-I{home}/include", f"-I{home}/include/linux")
    library = compile_library(tmp_path / "libnative.so", [PROGRAMS / "native.c"], headers)
    compiled("javac", "-d", tmp_path, PROGRAMS / "Native.java", folder=tmp_path)
    options = () if stack == "default" else (stack,)
    done = isolde_run("java", *options, "-cp", tmp_path, "Native", library, folder=folder)
    assert done == Done(0, "3996000\n3\ntoo deep\n40 namespaces\n", "")


OPENS_A_HUNDRED = """
import ctypes, threading
open_new = ctypes.CDLL(None).dlmopen
open_new.restype = ctypes.c_void_p
open_new.argtypes = [ctypes.c_long, ctypes.c_char_p, ctypes.c_int]
opened = []
def open_ten():
    opened.extend(open_new(-1, b"./libcounter.so", 2) for _ in range(10))
threads = [threading.Thread(target=open_ten) for _ in range(10)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(set(opened) - {None}))
"""


def test_python(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"#!{sys.executable}\n{OPENS_A_HUNDRED}")
    script.chmod(0o755)
    assert isolde_run(script, folder=folder) == Done(0, "100\n", "")


@pytest.mark.parametrize(
    "command",
    [
        ("gcc", "-c", "x.c", "-o", "x.o"),
        ("git", "init", "--quiet", "here"),
        ("perl", "-MPOSIX", "-e", "print floor(3.7)"),
        ("node", "-e", "console.log(require('zlib').crc32 ? 1 : 1)"),
        ("bash", "-c", "(exit 4 & wait $!); echo $?; ls | wc -l"),
        ("gdb", "-nx", "-batch", "-ex", "print 6*7"),
        ("find", ".", "-name", "x.c", "-exec", "cat", "{}", "+"),
    ],
    ids=lambda command: command[0],
)
def test_everyday_programs_do_what_they_do_without(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    (tmp_path / "x.c").write_text("int x;\n")
    assert isolde_run(*command, folder=tmp_path) == run(*command, folder=tmp_path)


def test_a_pipe_that_is_closed_ends_the_writer(folder: Path) -> None:
    script = '"$@" yes | head -1; echo "${PIPESTATUS[0]}"'
    done = run("bash", "-c", script, "bash", *ISOLDE_RUN, folder=folder)
    assert done == Done(0, "y\n141\n", "")
