"""Modules side by side: each in a space of its own, all of them or none."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

import isolde
from isolde.engine import Engine, ManifestError, Module, ModuleError, UnknownNameError, load_module
from tests.toolchain import compile_library
from tests.unit.engine.sample import make_module, manifest


def count(engine: Engine, module: str) -> object:
    return Module.call(*engine.find(module, "count"), []).result


def test_two_modules_of_one_library_do_not_share_its_state(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_module(tmp_path / name, manifest(name))
    engine = Engine(tmp_path)
    assert [count(engine, "a"), count(engine, "a"), count(engine, "b")] == [1, 2, 1]
    engine.close()


def test_a_directory_that_is_a_module_is_served_itself(sample_folder: Path) -> None:
    engine = Engine(sample_folder)
    assert [module.name for module in engine] == ["sample"]
    engine.close()


def test_closing_an_engine_closes_its_spaces(sample_folder: Path) -> None:
    before = len(isolde.spaces())
    engine = Engine(sample_folder)
    assert len(isolde.spaces()) == before + 1
    engine.close()
    assert len(isolde.spaces()) == before


def test_search_path_is_relative_to_the_module(tmp_path: Path) -> None:
    third = write_source(tmp_path, "third", "int third(void) { return 3; }")
    library = tmp_path / "third" / "libthird.so"
    compile_library(library, [third], ["-Wl,-soname,libthird.so"])
    uses = write_source(tmp_path, "uses", "int third(void); int f(void) { return third(); }")
    compile_library(tmp_path / "libuses.so", [uses], [str(library)])
    (tmp_path / "isolde.toml").write_text(
        'name = "uses"\nlibrary = "libuses.so"\nsearch_path = ["third"]\n'
        '[functions.f]\nprototype = "int f(void)"\n'
    )
    module = load_module(tmp_path)
    assert module.call(module.offers["f"], []).result == 3
    module.close()


def write_source(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.c"
    path.write_text(text)
    return path


def test_a_directory_without_modules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        Engine(tmp_path)
    assert str(caught.value) == f"{tmp_path} holds no module: no folder in it has an isolde.toml"


def test_two_modules_of_one_name_are_refused_and_nothing_stays_loaded(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        make_module(tmp_path / folder, manifest("same"))
    before = len(isolde.spaces())
    with pytest.raises(ModuleError) as caught:
        Engine(tmp_path)
    assert str(caught.value) == (
        f"module in {tmp_path}/b: {tmp_path}/a has the name 'same' too: rename one"
    )
    assert len(isolde.spaces()) == before


def test_a_library_that_cannot_be_loaded_names_the_module_and_the_cause(tmp_path: Path) -> None:
    (tmp_path / "isolde.toml").write_text(manifest("m").replace("libsample.so", "libnowhere.so.1"))
    with pytest.raises(ModuleError) as caught:
        Engine(tmp_path)
    cause = caught.value.cause
    assert isinstance(cause, isolde.LoadError)
    assert cause.file == "libnowhere.so.1"
    assert str(caught.value) == (
        f"module in {tmp_path}: there is no {tmp_path}/libnowhere.so.1, and as a soname: {cause}"
    )


def test_a_function_that_the_library_lacks_is_told(tmp_path: Path) -> None:
    make_module(tmp_path, manifest("m", '[functions.no]\nprototype = "int no(void)"\n'))
    with pytest.raises(ModuleError) as caught:
        Engine(tmp_path)
    assert str(caught.value) == (
        f"module in {tmp_path}: {tmp_path}/libsample.so has no function 'no', "
        "which [functions.no] in isolde.toml promises"
    )


def test_a_variable_is_not_offered_as_a_function(tmp_path: Path) -> None:
    source = write_source(tmp_path, "data", "int data = 3;")
    compile_library(tmp_path / "libsample.so", [source])
    functions = '[functions.data]\nprototype = "int data(void)"\n'
    (tmp_path / "isolde.toml").write_text(manifest("m", functions))
    with pytest.raises(ModuleError) as caught:
        Engine(tmp_path)
    assert str(caught.value) == (
        f"module in {tmp_path}: [functions.data] in isolde.toml: data is a variable, not a function"
    )


def test_a_prototype_that_cannot_be_read_names_the_function(tmp_path: Path) -> None:
    make_module(tmp_path, manifest("m", '[functions.add]\nprototype = "int sub(int a)"\n'))
    with pytest.raises(ModuleError) as caught:
        Engine(tmp_path)
    assert str(caught.value) == (
        f"module in {tmp_path}: [functions.add] in isolde.toml: "
        "the prototype declares 'sub', not 'add': give the one of 'add'"
    )


def test_an_unknown_name_lists_what_there_is(sample_folder: Path) -> None:
    engine = Engine(sample_folder)
    with pytest.raises(UnknownNameError) as caught:
        engine.find("other", "add")
    assert str(caught.value) == "no module 'other': there is sample"
    with pytest.raises(UnknownNameError) as caught:
        engine.find("sample", "sub")
    assert caught.value.known == sorted(engine.find("sample", "add")[0].offers)
    engine.close()


def test_a_module_cannot_be_closed_while_a_call_runs_in_it(module: Module) -> None:
    read_end, write_end = os.pipe()
    answers: list[object] = []
    entered = threading.Event()

    def call() -> None:
        entered.set()
        answers.append(module.call(module.offers["wait_for"], [read_end]).result)

    thread = threading.Thread(target=call)
    thread.start()
    entered.wait()
    while not _is_reading(thread):
        pass
    with pytest.raises(isolde.BusyError):
        module.close()
    os.write(write_end, b"\x07")
    thread.join()
    assert answers == [7]
    os.close(read_end)
    os.close(write_end)


def _is_reading(thread: threading.Thread) -> bool:
    """Whether a thread sits in read(2), by what the kernel says."""
    line = Path(f"/proc/self/task/{thread.native_id}/syscall").read_text()
    return line.startswith("0 ")
