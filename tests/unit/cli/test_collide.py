"""`isolde collide` as a shell meets it: what it prints, says and exits with."""

from __future__ import annotations

import ast
import json
import venv
from pathlib import Path

import pytest

from tests.toolchain import compile_library
from tests.unit.cli.command import isolde
from tests.unit.docs.json_reference import documented_fields, fields_of
from tests.unit.resolve.foreign import ARM64, ARMHF, I386, S390X, Kind, write_elf

_CODE = """
#include <signal.h>
__thread int fast __attribute__((tls_model("initial-exec")));
int state;
int *NAME(void) { fast++; signal(SIGUSR1, SIG_IGN); return &state; }
"""


@pytest.fixture(scope="module")
def clashing(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two libraries with the same variable, and a library of the same soname below each."""
    made = []
    for name in ("one", "two"):
        folder = tmp_path_factory.mktemp(name)
        deep = compile_library(folder / "libdeep.so", [], ["-Wl,-soname,libdeep.so"])
        source = folder / "top.c"
        source.write_text(_CODE.replace("NAME", name))
        flags = ["-Wl,--no-as-needed", str(deep), f"-Wl,-rpath,{folder}"]
        missing = compile_library(folder / "libgone.so", [], ["-Wl,-soname,libgone.so"])
        made.append(compile_library(folder / f"lib{name}.so", [source], [*flags, str(missing)]))
        missing.unlink()
    return [str(path) for path in made]


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("harmless")
    return [str(compile_library(folder / f"lib{name}.so", [])) for name in ("one", "two")]


def test_a_clash_is_told_first_with_the_lines_to_write(clashing: list[str]) -> None:
    done = isolde("collide", *clashing)
    assert (done.status, done.err) == (1, "")
    lines = done.out.splitlines()
    assert lines[:6] == [
        "libone.so and libtwo.so clash: isolate them.",
        "",
        f'    isolde.Space("libone.so").load("{clashing[0]}")',
        f'    isolde.Space("libtwo.so").load("{clashing[1]}")',
        "",
        "Under RTLD_LOCAL (the default of dlopen and Python) no binding leaves its own side.",
    ]
    assert f"Not found, and not counted: libgone.so, which {clashing[0]} needs." in lines
    assert "data  state   libtwo.so  libone.so    global scope" in lines


def test_no_clash_is_status_0(harmless: list[str]) -> None:
    done = isolde("collide", *harmless)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("libone.so and libtwo.so get on with each other.\n")


def test_only_the_modes_asked_for_count(clashing: list[str]) -> None:
    done = isolde("collide", "--mode", "local", *clashing)
    assert done.status == 0
    assert done.out.startswith("libone.so and libtwo.so share libraries, which works.\n")
    assert "RTLD_GLOBAL" not in done.out


def test_the_fields_of_json_are_those_documented(clashing: list[str]) -> None:
    done = isolde("collide", "--json", *clashing)
    assert done.status == 1
    assert fields_of(json.loads(done.out)) == documented_fields("isolde collide")


def test_lists_are_whole_with_all(tmp_path: Path) -> None:
    libraries = []
    for name in ("one", "two"):
        source = tmp_path / f"{name}.c"
        source.write_text(
            "".join(f"int v{n}; int *f{n}(void) {{ return &v{n}; }}" for n in range(9))
        )
        libraries.append(str(compile_library(tmp_path / f"lib{name}.so", [source])))
    few = json.loads(isolde("collide", "--json", *libraries).out)["scenarios"][1]
    every = json.loads(isolde("collide", "--json", "--all", *libraries).out)["scenarios"][1]
    assert (few["count"], len(few["crossings"])) == (9, 5)
    assert (every["count"], len(every["crossings"])) == (9, 9)
    assert "... and 4 symbols more (--all)\n" in isolde("collide", *libraries).out
    assert "more" not in isolde("collide", "--all", *libraries).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.so"], "one cannot clash with itself: name another beside 'a.so'"),
        (["a.so", "a.so"], "the same name stands there twice"),
        (["a.so", "b.so", "--mode", "x"], "--mode is local, global or both, not 'x'"),
    ],
)
def test_misuse_is_told(arguments: list[str], message: str) -> None:
    done = isolde("collide", *arguments)
    assert (done.status, done.out, done.err) == (2, "", f"isolde: {message}\n")


def test_a_root_that_is_no_folder_is_misuse() -> None:
    done = isolde("collide", "--root", "/nowhere", "a.so", "b.so")
    assert (done.status, done.out, done.err) == (2, "", "isolde: --root /nowhere: no such folder\n")


@pytest.mark.parametrize("kind", [ARM64, ARMHF, S390X, I386], ids=lambda kind: str(kind.machine))
def test_a_root_may_be_for_any_machine(kind: Kind, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_elf(tmp_path / f"opt/lib{name}.so", kind, ["libdeep.so"], f"/opt/{name}")
        write_elf(tmp_path / f"opt/{name}/libdeep.so", kind)
    names = ("/opt/libone.so", "/opt/libtwo.so")
    done = isolde("collide", "--json", "--root", str(tmp_path), *names)
    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out)
    (share,) = told["scenarios"][0]["shares"]
    assert (share["wanted"], share["got"]) == ("/opt/two/libdeep.so", "/opt/one/libdeep.so")
    assert told["missing"] == []


def test_packages_are_those_of_a_version_a_program_or_a_virtual_environment(tmp_path: Path) -> None:
    venv.create(tmp_path, with_pip=False, symlinks=True)
    (packages,) = tmp_path.glob("lib/python3*/site-packages")
    source = tmp_path / "module.c"
    source.write_text("int count; int *PyInit_one(void) { return &count; }\n")
    for name in ("one", "two"):
        (packages / name).mkdir()
        compile_library(packages / name / f"{name}.so", [source])
    for which in (("--venv", str(tmp_path)), ("--python", str(tmp_path / "bin/python"))):
        done = isolde("collide", "one", "two", *which)
        assert done.out.splitlines()[2] == '    isolde.isolate("one", "two")'
        assert "What the host opens itself is not counted: of Python, modules such as _ssl.\n" in (
            done.out
        )
    done = isolde("collide", "one", "two", "--venv", "/nowhere")
    assert (done.status, done.out) == (1, "")
    assert done.err == "isolde: '/nowhere' is no virtual environment: no such folder\n"
    done = isolde("collide", "one", "two", "--python", "3.1")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("isolde: ")


def test_the_lines_to_write_are_python_whatever_a_name_is(clashing: list[str]) -> None:
    source, path = Path(clashing[0]), Path(clashing[0]).parent / 'a "b"\n\udcff.so'
    path.write_bytes(source.read_bytes())
    line = isolde("collide", str(path), clashing[1]).out.splitlines()[2]
    assert line.startswith(r'    isolde.Space("a \"b\"\n\udcff.so").load("')
    call = ast.parse(line.strip(), mode="eval").body
    assert isinstance(call, ast.Call)
    assert ast.literal_eval(call.args[0]) == str(path)


def test_files_for_two_machines_are_never_in_one_process(harmless: list[str]) -> None:
    foreign = Path(harmless[0]).parent / "foreign.so"
    data = bytearray(Path(harmless[1]).read_bytes())
    data[18:20] = (183).to_bytes(2, "little")
    foreign.write_bytes(data)
    done = isolde("collide", harmless[0], str(foreign))
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "isolde: no process can have files for several machines: "
        f"{harmless[0]} for x86-64 (64 bits) and {foreign} for AArch64 (64 bits)\n"
    )


@pytest.mark.parametrize(("number", "kind"), [(1, "an object file for the linker"), (4, "a core")])
def test_what_cannot_be_loaded_is_told(number: int, kind: str, harmless: list[str]) -> None:
    other = Path(harmless[0]).parent / "other"
    data = bytearray(Path(harmless[1]).read_bytes())
    data[16:18] = number.to_bytes(2, "little")
    other.write_bytes(data)
    done = isolde("collide", harmless[0], str(other))
    assert (done.status, done.out) == (1, "")
    assert done.err == f"isolde: {other}: is {kind}, which no process can open\n"


def test_a_file_that_is_not_there_is_a_fault(harmless: list[str]) -> None:
    done = isolde("collide", harmless[0], "/nowhere/libx.so")
    assert (done.status, done.out) == (1, "")
    assert done.err == "isolde: /nowhere/libx.so: No such file or directory\n"
