"""What Python programs expect of modules holds for isolated ones, too."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.end_to_end.packages.environment import Python

ISOLATED = "import isolde; isolde.isolate(*sys.argv[1:]) if sys.argv[1:] else None\n"


def _the_same_with_and_without(python: Python, source: str, *packages: str) -> str:
    program = "import sys\n" + ISOLATED + textwrap.dedent(source)
    plain = python.printed_by(program)
    assert python.printed_by(program, *packages) == plain
    return plain


def test_files_specs_and_metadata(python: Python) -> None:
    source = """
        import importlib.metadata, importlib.util
        import lxml.etree, numpy
        for module in (lxml.etree, numpy, sys.modules["numpy._core._multiarray_umath"]):
            print(module.__file__, module.__spec__.origin, type(module.__loader__), module.__name__)
        print(importlib.metadata.version("numpy"), importlib.metadata.files("lxml")[0])
    """
    _the_same_with_and_without(python, source, "numpy", "lxml")


def test_pickling(python: Python) -> None:
    source = """
        import pickle
        import numpy, pyarrow
        for value in (numpy.arange(3), numpy.random.default_rng(1), pyarrow.array([1])):
            print(pickle.loads(pickle.dumps(value)), len(pickle.dumps(value)))
    """
    _the_same_with_and_without(python, source.replace("numpy.random.default_rng(1), ", ""), "*")


def test_reloading(python: Python) -> None:
    """Of a module with several phases, of one with a single phase, and from scratch."""
    source = """
        import importlib
        import lxml.etree, psycopg2._psycopg
        print(importlib.reload(lxml.etree) is lxml.etree)
        print(importlib.reload(psycopg2._psycopg) is psycopg2._psycopg)
        del sys.modules["psycopg2._psycopg"]
        print(importlib.import_module("psycopg2._psycopg").apilevel)
    """
    _the_same_with_and_without(python, source, "lxml", "psycopg2-binary")


def test_tracebacks(python: Python) -> None:
    """Of an extension module that cannot be imported: no frame of Isolde's is in it."""
    source = """
        import shutil, tempfile, traceback
        from pathlib import Path
        folder = Path(tempfile.mkdtemp())
        (folder / "broken").mkdir()
        (folder / "broken" / "__init__.py").write_text("from broken import module")
        (folder / "broken" / "module.so").write_text("not a library")
        sys.path.insert(0, str(folder))
        if sys.argv[1:]:
            isolde.isolate("broken")
        try:
            import broken
        except ImportError as error:
            frames = traceback.extract_tb(error.__traceback__)
            print([(frame.name, frame.lineno) for frame in frames])
            print(error.name, error.path.rpartition("/")[2])
    """
    _the_same_with_and_without(python, source, "numpy")


def test_an_exception_from_native_code(python: Python) -> None:
    source = """
        import traceback
        import numpy
        try:
            numpy.linalg.inv(numpy.zeros((2, 2)))
        except numpy.linalg.LinAlgError as error:
            print(error, [frame.name for frame in traceback.extract_tb(error.__traceback__)])
    """
    _the_same_with_and_without(python, source, "numpy")


def test_threads_import_at_the_same_time(python: Python) -> None:
    program = """
        import isolde, threading
        isolde.isolate("*")
        import importlib
        names = ["lxml.etree", "PIL.Image", "psycopg2", "kiwisolver", "scipy.linalg"]
        start = threading.Barrier(len(names))

        def load(name):
            start.wait()
            importlib.import_module(name)

        threads = [threading.Thread(target=load, args=(name,)) for name in names]
        [thread.start() for thread in threads], [thread.join() for thread in threads]
        packages = [each.packages[0] for each in isolde.isolated()]
        print(len(packages) == len(set(packages)), {"lxml", "PIL", "scipy"} <= set(packages))
    """
    assert python.printed_by(program) == "True True"


def test_processes_made_by_fork_and_by_spawn(python: Python, tmp_path: Path) -> None:
    program = """
        import multiprocessing, os, sys
        import numpy

        def total(array):
            return float((array @ array).sum())

        if __name__ == "__main__":
            from concurrent.futures import ProcessPoolExecutor
            for method in ("fork", "spawn"):
                context = multiprocessing.get_context(method)
                with ProcessPoolExecutor(1, mp_context=context) as pool:
                    print(pool.submit(total, numpy.eye(3)).result())
    """
    file = tmp_path / "program.py"
    file.write_text(textwrap.dedent(program))
    start = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, sys.argv[1]]))"
    assert python.printed_by(start, file, ISOLDE_ISOLATE="numpy").split() == ["3.0", "3.0"]


@pytest.mark.parametrize("packages", ["*", "numpy"])
def test_embedded_libraries_end_quietly(python: Python, packages: str) -> None:
    done = python.run("import numpy, scipy.linalg", ISOLDE_ISOLATE=packages)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
